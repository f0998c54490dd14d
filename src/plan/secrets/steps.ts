import type { CacheFacts, SecretMeta } from '../cache-cluster/facts.ts'
import { tokenNeeded } from '../cache-cluster/token.ts'
import { step } from '../cache-cluster/topology/group-steps.ts'
import type { PlannedAction } from '../core/outcome.ts'
import { contentHashOf, type SecretPair, secretPair } from './pair.ts'
import { policyFileOf } from './policy-file.ts'

export const secretNames = (object: CacheFacts['object']) => {
  const binding = object.spec.connection?.secretName ?? object.name
  return { binding, env: `${binding}-env` }
}

/**
 * The pair as it should stand now, with `token` in the token's place; undefined while it can't be written: AWS tells no
 * endpoint, or the token that AWS was given last is not the one that the Secret holds now.
 */
export const wantedPair = (facts: CacheFacts, token: string | undefined): SecretPair | undefined => {
  const { object, observed, policy } = facts
  if (observed.is !== 'seen' || observed.cache.status === 'creating' || observed.cache.state === 'failed')
    return undefined
  if (tokenAwaited(facts)) return undefined
  return secretPair({
    cache: observed.cache,
    token: tokenNeeded(object.spec) ? token : undefined,
    policy: policy.is === 'found' ? policyFileOf(policy.value) : undefined,
    envPrefix: object.spec.connection?.envPrefix ?? '',
  })
}

const tokenPublished = ({ object, token }: CacheFacts): boolean =>
  token.is === 'present' && object.status.authToken?.version === token.version

/** True while only the token keeps the pair from being written. */
export const tokenAwaited = (facts: CacheFacts): boolean => tokenNeeded(facts.object.spec) && !tokenPublished(facts)

export interface PairHashes {
  readonly binding: string
  readonly env: string
}

/** What the two Secrets' hashes should be; undefined while the pair can't be written. */
export const wantedHashes = (facts: CacheFacts): PairHashes | undefined => {
  const version = facts.token.is === 'present' ? facts.token.version : ''
  const pair = wantedPair(facts, version)
  return pair && { binding: contentHashOf(pair.binding), env: contentHashOf(pair.env) }
}

/** What others add to the Secret is theirs: only our own keys must stand. An edited key is no longer ours in the metadata. */
const intact = (meta: SecretMeta | undefined, hash: string, keys: readonly string[], ownerUid: string): boolean =>
  meta !== undefined &&
  meta.contentHash === hash &&
  meta.ownerUid === ownerUid &&
  meta.keys.length === keys.length &&
  keys.every((key) => meta.keys.includes(key))

/** Writes whatever of the pair is missing, edited or out of date. */
export const secretSteps = (facts: CacheFacts): PlannedAction | undefined => {
  const version = facts.token.is === 'present' ? facts.token.version : ''
  const pair = wantedPair(facts, version)
  if (pair === undefined) return undefined
  const metas = { binding: facts.bindingMeta, env: facts.envMeta }
  const stale = (['binding', 'env'] as const).filter(
    (which) => !intact(metas[which], contentHashOf(pair[which]), Object.keys(pair[which]), facts.object.uid),
  )
  return stale.length === 0 ? undefined : step({ do: 'WriteSecrets', secrets: stale })
}
