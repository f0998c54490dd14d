import type { CacheFacts } from '../cache-cluster/facts.ts'
import { tokenToPublish } from '../cache-cluster/token.ts'
import { hashOf } from '../core/hash.ts'
import { type Plan, type PlannedAction, stuck, wait } from '../core/outcome.ts'
import { step } from '../core/step.ts'
import { pairNames, tokenSecretOf, writtenNames } from './names.ts'
import type { SecretFact, SecretMetadata } from './ownership.ts'
import { contentHashOf, type SecretPair, secretPair } from './pair.ts'
import { policyFileOf } from './policy-file.ts'
import { wayTo } from './way.ts'

/**
 * The pair as it should stand now, with `token` in the token's place; undefined while it can't be written: AWS tells no
 * endpoint, the policy isn't known, or AWS is just taking in another token.
 */
export const wantedPair = (facts: CacheFacts, token: string | undefined): SecretPair | undefined => {
  const { object, observed, policy } = facts
  if (observed.is !== 'seen' || observed.cache.status === 'creating' || observed.cache.state === 'failed')
    return undefined
  if (object.spec.policyRef !== undefined && policy.is !== 'found') return undefined
  const published = tokenToPublish(facts)
  if (published.is === 'hold' || wayHeld(facts)) return undefined
  return secretPair({
    cache: observed.cache,
    ...wayTo(observed.cache, object.spec),
    token: published.is === 'token' ? token : undefined,
    policy: policy.is === 'found' ? policyFileOf(policy.value) : undefined,
    envPrefix: object.spec.connection?.envPrefix ?? '',
  })
}

/** What stands for the token while hashing. */
const tokenName = (facts: CacheFacts): string => {
  const published = tokenToPublish(facts)
  return published.is === 'token' ? published.version : ''
}

export interface PairHashes {
  readonly binding: string
  readonly env: string
}

/** What the two Secrets' hashes should be; undefined while the pair can't be written. */
export const wantedHashes = (facts: CacheFacts): PairHashes | undefined => {
  const pair = wantedPair(facts, tokenName(facts))
  return pair && { binding: contentHashOf(pair.binding), env: contentHashOf(pair.env) }
}

/** Names how the Secrets lead to the cache: what a workload would have to follow when it changes. */
export const publishedWay = (facts: CacheFacts): string | undefined => {
  const { object, observed } = facts
  if (observed.is !== 'seen') return undefined
  const { binding } = pairNames(object)
  return hashOf([binding, wayTo(observed.cache, object.spec), tokenName(facts)])
}

/**
 * Where both ways are good and AWS is at work, it may be ending one of them: the Secrets keep to the way that they tell until
 * it has finished.
 */
export const wayHeld = (facts: CacheFacts): boolean => {
  const { object, observed } = facts
  if (observed.is !== 'seen' || observed.cache.state === 'available') return false
  const { cache } = observed
  const open = cache.inTransit === 'Preferred' || (cache.is === 'group' && cache.clusterMode === 'Compatible')
  const { published } = object.status
  return open && published !== undefined && published.way !== publishedWay(facts)
}

/** What others add to the Secret is theirs: only our own keys must stand. An edited key is no longer ours in the metadata. */
const intact = (meta: SecretMetadata, hash: string, keys: readonly string[], uid: string): boolean =>
  meta.contentHash === hash &&
  meta.owner?.uid === uid &&
  meta.keys.length === keys.length &&
  keys.every((key) => meta.keys.includes(key))

/** Writes whatever of the pair is missing, edited or out of date. */
export const secretSteps = (facts: CacheFacts): PlannedAction | undefined => {
  const pair = wantedPair(facts, tokenName(facts))
  if (pair === undefined) return undefined
  // Half a pair would tell two ways: while one name is taken, nothing is written under the other.
  const names = [facts.secrets.binding, facts.secrets.env]
  if (names.some(({ is }) => is === 'foreign' || is === 'former')) return undefined
  const stale = (['binding', 'env'] as const).filter((which) => {
    const fact = facts.secrets[which]
    // What can't be seen just now is not written.
    if (fact.is === 'unread') return false
    return !(
      fact.is === 'ours' && intact(fact.meta, contentHashOf(pair[which]), Object.keys(pair[which]), facts.object.uid)
    )
  })
  const hash = hashOf(stale.map((which) => [which, contentHashOf(pair[which])]))
  return stale.length === 0 ? undefined : step({ do: 'WriteSecrets', secrets: stale, hash })
}

const cures = {
  binding: 'set spec.connection.secretName to another name',
  env: 'set spec.connection.secretName to another name',
  token: 'name a Secret of your own in spec.auth.token.secretRef',
} as const

/** A name that is taken: nothing is read from there, nothing is written there, and the object says which name it is. */
export const secretTaken = (facts: Pick<CacheFacts, 'object' | 'secrets'>): Plan | undefined => {
  const { object, secrets } = facts
  const names = { ...pairNames(object), token: tokenSecretOf(object).name }
  const meant = writtenNames(object)
  for (const which of ['binding', 'env', 'token'] as const) {
    const fact: SecretFact = secrets[which]
    const name = names[which]
    if (!meant.includes(name)) continue
    const field = which === 'token' ? 'spec.auth' : 'spec.connection.secretName'
    if (secrets.rival?.secret === name && fact.is !== 'ours') {
      return taken(`${field}: the Secret ${name} is the CacheCluster ${secrets.rival.name}'s already: ${cures[which]}`)
    }
    if (fact.is === 'foreign') {
      return taken(`${field}: the Secret ${name} ${fact.whose}, so it is left alone: delete it, or ${cures[which]}`)
    }
    if (fact.is === 'former') {
      return {
        ...wait('WaitingForSecret', `the Secret ${name} of the former CacheCluster ${object.name} is being collected`),
        wakeMs: takenWakeMs,
      } as Plan
    }
  }
  return undefined
}

/** A Secret that isn't ours is not watched, so this is how soon it is noticed that the name is free. */
const takenWakeMs = 30_000

const taken = (message: string): Plan => ({ ...stuck('SecretTaken', message), wakeMs: takenWakeMs }) as Plan

/** Secrets that were written under former names leave, after workloads had time to follow. */
export const formerSecretsStep = ({ secrets }: CacheFacts): PlannedAction | undefined =>
  secrets.former.length === 0
    ? undefined
    : step({ do: 'DeleteSecrets', names: secrets.former }, 'None', {
        field: 'spec.connection.secretName',
        ends:
          secrets.former.length === 1
            ? `the former Secret ${secrets.former[0]}`
            : `the former Secrets ${secrets.former.join(', ')}`,
      })
