import { cacheClusterKind } from '../crds/kind.ts'
import type { KubeObject } from '../kube/port.ts'
import type { CacheFacts } from '../plan/cache-cluster/facts.ts'
import { isAnnounced } from '../plan/cache-cluster/plan.ts'
import { tokenAnswer } from '../plan/cache-cluster/token.ts'
import type { AwsAction } from '../plan/core/action.ts'
import type { Acted, Plan, StepResult } from '../plan/core/outcome.ts'
import { isKubeAction, stepHash } from '../plan/core/step.ts'
import { shownPlan } from '../plan/core/verdict.ts'
import { inWords } from '../plan/core/words.ts'
import type { Clients } from './clients.ts'
import { queueKey } from './key.ts'
import { kubernetesFailure } from './kubernetes-failure.ts'
import { actOnSecrets, changedMeanwhile, tokenNamed } from './secrets.ts'

/**
 * Carries out the plan's next step: in Kubernetes at once, in AWS only after status has announced it and the object still
 * stands as it was planned for. What Kubernetes refuses is a result, like what AWS refuses.
 */
export const actOnCache = async (
  clients: Clients,
  source: KubeObject,
  facts: CacheFacts,
  plan: Plan,
  announce: () => Promise<void>,
): Promise<StepResult> => {
  if (plan.is !== 'act') return { is: 'nothing' }
  const key = queueKey(cacheClusterKind.kind, facts.object)
  const result = await carryOut(clients, source, facts, plan, announce)
  if (result.is === 'failed') {
    if (result.failure.is !== 'retryable') clients.memory.refusedFor(key, stepHash(plan.next), result.failure)
  } else clients.memory.carriedOut(key, stepHash(plan.next), facts.object.generation)
  return result
}

const carryOut = async (
  clients: Clients,
  source: KubeObject,
  facts: CacheFacts,
  plan: Plan & { readonly is: 'act' },
  announce: () => Promise<void>,
): Promise<Acted> => {
  const { action } = plan.next
  try {
    if (isKubeAction(action)) return await actOnSecrets(clients, facts, action)
    if (!isAnnounced(facts, plan)) await announce()
    if (!(await standsAsSeen(clients, source))) return changedMeanwhile('the object changed a moment ago')
    const { namespace, name, generation } = facts.object
    return await callAws(clients, facts, action, { namespace, name, generation, planHash: shownPlan(plan)?.hash })
  } catch (error) {
    const failure = kubernetesFailure(error, inWords(plan.next))
    if (failure === undefined) throw error
    return { is: 'failed', failure }
  }
}

/** Asked past the store: a stale view must neither make nor change nor delete anything for an object that is another by now. */
const standsAsSeen = async ({ kube }: Clients, { metadata }: KubeObject): Promise<boolean> => {
  const key = { namespace: metadata.namespace ?? '', name: metadata.name }
  const now = (await kube.live(cacheClusterKind, key))?.metadata
  return (
    now?.uid === metadata.uid &&
    now.generation === metadata.generation &&
    (now.deletionTimestamp === undefined) === (metadata.deletionTimestamp === undefined)
  )
}

/** The token that a call carries; undefined for calls that carry none. */
const tokenOf = (action: AwsAction): string | undefined => {
  const carries =
    action.do === 'RotateToken' || action.do === 'SetToken' || (action.do === 'CreateGroup' && action.withToken)
  return carries ? (action.tokenVersion ?? '') : undefined
}

const callAws = async (clients: Clients, facts: CacheFacts, action: AwsAction, about: object): Promise<Acted> => {
  const version = tokenOf(action)
  if (version === undefined) return parameterGroupAnswer(facts, action, await clients.aws.act(action, undefined, about))
  const token = await tokenNamed(clients, facts, version)
  if (token === undefined) return changedMeanwhile('the auth token changed a moment ago')
  return parameterGroupAnswer(facts, action, tokenAnswer(facts, action, await clients.aws.act(action, token, about)))
}

/** A shared parameter group that others use stays: whoever leaves it last removes it. */
const parameterGroupAnswer = ({ object }: CacheFacts, action: AwsAction, acted: Acted): Acted => {
  if (acted.is !== 'failed') return acted
  const inUse = action.do === 'DeleteParameterGroup' && acted.failure.code === 'InvalidCacheParameterGroupState'
  if (inUse) return { is: 'unchanged' }
  // Somebody removed the group of our own that a create or modify names: it is made again. One that the user names is the user's.
  const own = object.spec.parameterGroupName === undefined
  const missing = own && acted.failure.code === 'CacheParameterGroupNotFound' && 'id' in action
  return missing ? { is: 'failed', failure: { ...acted.failure, is: 'retryable' } } : acted
}
