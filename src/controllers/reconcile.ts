import type { Kind } from '../crds/kind.ts'
import type { Key, KubeObject } from '../kube/port.ts'
import type { Requeue } from '../loop/workers.ts'
import type { EventWords } from '../plan/core/events.ts'
import type { Plan, StepResult } from '../plan/core/outcome.ts'
import type { RequeueWish } from '../plan/core/requeue.ts'
import { shownPlan, type Verdict, verdictOf } from '../plan/core/verdict.ts'
import type { Clients } from './clients.ts'
import { keepFinalizer } from './finalizer.ts'
import { fromQueueKey } from './key.ts'
import { requeueFor } from './requeue.ts'

export type Parsed<Spec> =
  | { readonly is: 'spec'; readonly spec: Spec }
  | { readonly is: 'unreadable'; readonly status: object }

/** What the page must know of a kind, and nothing else. */
export interface ReconciledKind<Spec, Facts> {
  readonly kind: Kind
  /** Whether our finalizer must stand before anything is done for the object. */
  readonly guarded: (clients: Clients, object: KubeObject) => boolean
  /** `unreadable`: an object from another version of the CRD, with the status that says so. */
  readonly parse: (clients: Clients, object: KubeObject) => Parsed<Spec>
  /** Every read, failures included: a failed read is a fact. */
  readonly gather: (clients: Clients, key: Key, object: KubeObject, spec: Spec) => Promise<Facts>
  readonly plan: (facts: Facts) => Plan
  readonly act: (
    clients: Clients,
    object: KubeObject,
    facts: Facts,
    plan: Plan,
    announce: () => Promise<void>,
  ) => Promise<StepResult>
  readonly judge: (facts: Facts, plan: Plan, result: StepResult) => object
  readonly events: (facts: Facts, plan: Plan, result: StepResult, verdict: Verdict) => readonly EventWords[]
  /** What is told to the clients once all is judged. */
  readonly after: (clients: Clients, facts: Facts, verdict: Verdict) => void
  readonly requeue: (facts: Facts, plan: Plan, result: StepResult, verdict: Verdict) => RequeueWish
  /** The object is gone, or released. */
  readonly forget: (clients: Clients, queueKey: string) => void
}

/** Our own last write has not come back by the watch yet. A notice comes with it; this is the net below. */
const soon: Requeue = { is: 'again', afterMs: 5000 }
const done: Requeue = { is: 'done' }

/** The sentence, for every kind: notice, gather, plan, act, judge, report, requeue. */
export const reconcile =
  <Spec, Facts>(kind: ReconciledKind<Spec, Facts>, clients: Clients) =>
  async (queueKey: string): Promise<Requeue> => {
    const key = fromQueueKey(queueKey)
    const object = clients.kube.read(kind.kind, key)
    const forget = () => {
      kind.forget(clients, queueKey)
      return done
    }
    if (object === undefined) return forget()
    if (!clients.kube.fresh(kind.kind, key)) return soon
    const guard = await keepFinalizer(clients.kube, kind.kind, object, kind.guarded(clients, object))
    if (guard === 'gone') return forget()
    if (guard === 'changed') return soon
    const parsed = kind.parse(clients, object)
    if (parsed.is === 'unreadable') {
      await clients.kube.report(kind.kind, object, parsed.status)
      return done
    }
    const facts = await kind.gather(clients, key, object, parsed.spec)
    const plan = kind.plan(facts)
    const announce = () => clients.kube.report(kind.kind, object, kind.judge(facts, plan, { is: 'nothing' }))
    const result = await kind.act(clients, object, facts, plan, announce)
    const verdict = verdictOf(plan, result)
    for (const event of kind.events(facts, plan, result, verdict)) clients.kube.emit(object, event)
    clients.log.debug('Reconciled', aboutOf(kind.kind, object, plan, result, verdict))
    if (plan.is === 'released') {
      await clients.kube.setFinalizer(kind.kind, object, false)
      return forget()
    }
    await clients.kube.report(kind.kind, object, kind.judge(facts, plan, result))
    kind.after(clients, facts, verdict)
    return requeueFor(kind.requeue(facts, plan, result, verdict), clients.random)
  }

const aboutOf = ({ kind }: Kind, { metadata }: KubeObject, plan: Plan, result: StepResult, verdict: Verdict) => ({
  controller: kind,
  namespace: metadata.namespace,
  name: metadata.name,
  generation: metadata.generation,
  plan: plan.is,
  planHash: shownPlan(plan)?.hash,
  step: plan.is === 'act' ? plan.next.action.do : undefined,
  result: result.is,
  verdict: verdict.is,
  reason: verdict.reason,
})
