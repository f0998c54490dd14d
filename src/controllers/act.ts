import { annotation, cacheClusterKind, label, managedByValue } from '../crds/kind.ts'
import type { SecretWanted } from '../kube/port.ts'
import type { CacheFacts } from '../plan/cache-cluster/facts.ts'
import { tokenAnswer, tokenNeeded, tokenSecretOf } from '../plan/cache-cluster/token.ts'
import type { AwsAction } from '../plan/core/action.ts'
import type { Acted, Plan } from '../plan/core/outcome.ts'
import { type StepResult, shownPlan } from '../plan/core/verdict.ts'
import { secretNames, wantedHashes, wantedPair } from '../plan/secrets/steps.ts'
import type { Clients } from './clients.ts'
import { queueKey } from './key.ts'

const done: Acted = { is: 'done' }
const notYet = (message: string): Acted => ({
  is: 'failed',
  failure: { is: 'retryable', reason: 'Conflict', message },
})

/** Carries out the plan's next step; a call to AWS only after status has announced it. */
export const act = async (clients: Clients, facts: CacheFacts, plan: Plan): Promise<StepResult> => {
  if (plan.is !== 'act') return { is: 'nothing' }
  const { action } = plan.next
  if (action.do === 'StoreToken') return { is: 'acted', acted: await storeToken(clients, facts) }
  if (action.do === 'WriteSecrets') return { is: 'acted', acted: await writeSecrets(clients, facts, action.secrets) }
  const hash = shownPlan(plan)?.hash ?? ''
  if (facts.object.status.plan?.hash !== hash) return { is: 'announced' }
  const acted = await callAws(clients, facts, action)
  if (acted.is !== 'failed')
    clients.memory.carriedOut(queueKey(cacheClusterKind.kind, facts.object), facts.object.generation, hash)
  return { is: 'acted', acted }
}

const usesToken = (action: AwsAction): boolean =>
  action.do === 'RotateToken' || action.do === 'SetToken' || (action.do === 'CreateGroup' && action.withToken)

const takesData = ({ do: result }: AwsAction): boolean => result === 'DeleteGroup' || result === 'DeleteMemcached'

/** Asked past the store: a stale view must not delete the cache of an object that was made anew, or is protected by now. */
const standsAsSeen = async ({ kube }: Clients, object: CacheFacts['object']): Promise<boolean> => {
  const { uid, generation, deletionTimestamp } = (await kube.live(cacheClusterKind, object))?.metadata ?? {}
  return uid === object.uid && generation === object.generation && deletionTimestamp !== undefined
}

const callAws = async (clients: Clients, facts: CacheFacts, action: AwsAction): Promise<Acted> => {
  if (takesData(action) && !(await standsAsSeen(clients, facts.object)))
    return notYet('the object changed a moment ago')
  if (!usesToken(action)) return clients.aws.act(action)
  const token = await currentToken(clients, facts)
  if (token === undefined) return notYet('the auth token changed a moment ago')
  return tokenAnswer(action, await clients.aws.act(action, token))
}

/** The token, if it still is the one that the facts speak of. */
const currentToken = async (clients: Clients, { object, token }: CacheFacts): Promise<string | undefined> => {
  if (token.is !== 'present') return undefined
  const { name, key } = tokenSecretOf(object.spec, object.name)
  const secret = await clients.kube.readSecret({ namespace: object.namespace, name })
  return secret?.version === token.version ? secret.data[key] : undefined
}

/** Only a token that doesn't exist is made: one that AWS may know already must never be written over. */
const storeToken = async (clients: Clients, { object }: CacheFacts): Promise<Acted> => {
  const { name, key } = tokenSecretOf(object.spec, object.name)
  const at = { namespace: object.namespace, name }
  const standing = await clients.kube.readSecret(at)
  if (standing?.data[key] !== undefined) return done
  const token = {
    ...ownedSecret(object),
    key: at,
    type: 'Opaque',
    data: { [key]: clients.newToken() },
    contentHash: 'token',
  }
  await clients.kube.applySecret(token, standing?.meta.uid)
  return done
}

const ownedSecret = (object: CacheFacts['object']): Pick<SecretWanted, 'owner' | 'labels' | 'annotations'> => ({
  owner: { kind: cacheClusterKind, name: object.name, uid: object.uid },
  labels: { [label.managedBy]: managedByValue },
  annotations: {},
})

const writeSecrets = async (
  clients: Clients,
  facts: CacheFacts,
  which: readonly ('binding' | 'env')[],
): Promise<Acted> => {
  const { object, observed } = facts
  const token = tokenNeeded(object.spec) ? await currentToken(clients, facts) : undefined
  if (tokenNeeded(object.spec) && token === undefined) return notYet('the auth token changed a moment ago')
  const pair = wantedPair(facts, token)
  const hashes = wantedHashes(facts)
  if (pair === undefined || hashes === undefined || observed.is !== 'seen')
    return notYet('there is no endpoint to hand out')
  const names = secretNames(object)
  const types = {
    binding: `servicebinding.io/${observed.cache.is === 'memcached' ? 'memcached' : 'redis'}`,
    env: 'Opaque',
  }
  for (const secret of which) {
    const key = { namespace: object.namespace, name: names[secret] }
    const foreign = await ownedByOthers(clients, key, object.uid)
    if (foreign) return taken(key.name)
    const wanted = {
      ...ownedSecret(object),
      key,
      type: types[secret],
      data: pair[secret],
      contentHash: hashes[secret],
      annotations: { [annotation.contentHash]: hashes[secret] },
    }
    const standing = clients.kube.secretMeta(key) ?? (await clients.kube.readSecretMeta(key))
    await clients.kube.applySecret(wanted, standing?.uid)
  }
  return done
}

/** A Secret of that name that isn't ours is somebody's: it is never written over. */
const ownedByOthers = async (clients: Clients, key: SecretWanted['key'], uid: string): Promise<boolean> => {
  if (clients.kube.secretMeta(key)?.ownerUid === uid) return false
  const standing = await clients.kube.readSecretMeta(key)
  return standing !== undefined && standing.ownerUid !== uid && !standing.labelled
}

const taken = (name: string): Acted => ({
  is: 'failed',
  failure: {
    is: 'stalled',
    reason: 'NotOurs',
    message: `spec.connection.secretName: the Secret ${name} exists and is not Larder's: delete it, or choose another name`,
  },
})
