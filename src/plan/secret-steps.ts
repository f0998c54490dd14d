import { tokenNeeded } from './auth.ts'
import type { CacheFacts, Seal } from './facts.ts'
import type { PlannedAction } from './outcome.ts'
import { policyFileOf } from './policy-file.ts'
import { contentHashOf, type SecretPair, secretPair } from './secrets.ts'
import { step } from './steps.ts'

export const secretNames = (object: CacheFacts['object']) => {
  const binding = object.spec.connection?.secretName ?? object.name
  return { binding, env: `${binding}-env` }
}

/**
 * The pair as it should stand now, with `token` in the token's place; undefined while it can't be written: AWS tells no
 * endpoint, or the token that AWS was given last is not the one that the Secret holds now.
 */
export const wantedPair = (facts: CacheFacts, token: string | undefined): SecretPair | undefined => {
  const { object, sight, policy } = facts
  if (sight.is !== 'seen' || sight.cache.status === 'creating' || sight.cache.state === 'failed') return undefined
  if (tokenAwaited(facts)) return undefined
  return secretPair({
    cache: sight.cache,
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

/** What others add to the Secret is theirs: only our own keys must stand. An edited key is no longer ours in the seal. */
const intact = (seal: Seal | undefined, hash: string, keys: readonly string[], ownerUid: string): boolean =>
  seal !== undefined &&
  seal.contentHash === hash &&
  seal.ownerUid === ownerUid &&
  seal.keys.length === keys.length &&
  keys.every((key) => seal.keys.includes(key))

/** Writes whatever of the pair is missing, edited or out of date. */
export const secretSteps = (facts: CacheFacts): PlannedAction | undefined => {
  const version = facts.token.is === 'present' ? facts.token.version : ''
  const pair = wantedPair(facts, version)
  if (pair === undefined) return undefined
  const seals = { binding: facts.bindingSeal, env: facts.envSeal }
  const stale = (['binding', 'env'] as const).filter(
    (which) => !intact(seals[which], contentHashOf(pair[which]), Object.keys(pair[which]), facts.object.uid),
  )
  return stale.length === 0 ? undefined : step({ do: 'WriteSecrets', secrets: stale })
}
