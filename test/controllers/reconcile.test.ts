import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type Parsed, type ReconciledKind, reconcile } from '../../src/controllers/reconcile.ts'
import { cacheClusterKind, finalizer } from '../../src/crds/kind.ts'
import type { Plan, StepResult } from '../../src/plan/core/outcome.ts'
import { key, queueKey, scene, simple } from './scene.ts'

interface Script {
  readonly plan?: Plan
  readonly result?: StepResult
  readonly parsed?: Parsed<object>
}

const settled: Plan = { is: 'settled', reason: 'InSync', message: 'AWS holds what is asked' }

/** The page with a kind that does as it is told, and says in what order it was asked. */
const page = ({ plan = settled, result = { is: 'nothing' }, parsed = { is: 'spec', spec: {} } }: Script = {}) => {
  const here = scene()
  const order: string[] = []
  const kind: ReconciledKind<object, object> = {
    kind: cacheClusterKind,
    guarded: () => true,
    parse: () => parsed,
    gather: async () => {
      order.push('gather')
      return {}
    },
    plan: () => plan,
    act: async (_, __, ___, ____, announce) => {
      order.push('act')
      if (result.is !== 'nothing') await announce()
      return result
    },
    judge: (_, planned, { is }) => ({ said: `${planned.is} ${is}` }),
    events: () => [{ type: 'Normal', reason: 'Told', message: 'told' }],
    after: () => void order.push('after'),
    requeue: () => ({ is: 'after', ms: 1000, jittered: false }),
    forget: (_, forgotten) => void order.push(`forget ${forgotten}`),
  }
  return { here, order, run: () => reconcile(kind, here.clients)(queueKey) }
}

const status = (here: ReturnType<typeof scene>) => here.kubernetes.get(cacheClusterKind, key)?.status

describe('one reconcile', () => {
  it('of an object that is gone forgets it', async () => {
    const { order, run } = page()
    assert.deepEqual(await run(), { is: 'done' })
    assert.deepEqual(order, [`forget ${queueKey}`])
  })

  it('of an object whose last write by us is not seen yet waits for that', async () => {
    const { here, order, run } = page()
    await here.create()
    here.kubernetes.lag(5)
    await here.kubernetes.kube.report(cacheClusterKind, here.object(), { said: 'before' })
    assert.deepEqual(await run(), { is: 'again', afterMs: 5000 })
    assert.deepEqual(order, [])
  })

  it('of a new object stores the finalizer and nothing else', async () => {
    const { here, order, run } = page()
    here.kubernetes.apply(cacheClusterKind, key, simple)
    await here.seen()
    assert.deepEqual(await run(), { is: 'again', afterMs: 5000 })
    assert.deepEqual(here.kubernetes.get(cacheClusterKind, key)?.metadata.finalizers, [finalizer])
    assert.deepEqual(order, [])
  })

  it('of an object that it can not read says so, and touches nothing', async () => {
    const { here, order, run } = page({ parsed: { is: 'unreadable', status: { said: 'unreadable' } } })
    await here.create()
    assert.deepEqual(await run(), { is: 'done' })
    assert.deepEqual(status(here), { said: 'unreadable' })
    assert.deepEqual(order, [])
  })

  it('gathers, plans, acts, tells, reports, and says when to look again', async () => {
    const { here, order, run } = page()
    await here.create()
    assert.deepEqual(await run(), { is: 'again', afterMs: 1000 })
    assert.deepEqual(order, ['gather', 'act', 'after'])
    assert.deepEqual(status(here), { said: 'settled nothing' })
    assert.equal(here.kubernetes.events.length, 1)
  })

  it('writes status twice at most: what it is about to do, and what came of it', async () => {
    const failure = { is: 'stalled', reason: 'QuotaExceeded', message: 'no room' } as const
    const { here, run } = page({ result: { is: 'failed', failure } })
    await here.create()
    const before = here.kubernetes.writes.length
    await run()
    assert.equal(here.kubernetes.writes.length, before + 2)
    assert.deepEqual(status(here), { said: 'settled failed' }, 'a failure is reported, not thrown')
  })

  it('writes nothing when there is nothing new to say', async () => {
    const { here, run } = page()
    await here.create()
    await run()
    await here.seen()
    const before = here.kubernetes.writes.length
    await run()
    assert.equal(here.kubernetes.writes.length, before)
  })

  it('of what is released takes the finalizer off last, and forgets it', async () => {
    const { here, order, run } = page({ plan: { is: 'released', message: 'nothing is left' } })
    await here.create()
    here.kubernetes.remove(cacheClusterKind, key)
    await here.seen()
    assert.deepEqual(await run(), { is: 'done' })
    assert.equal(here.kubernetes.get(cacheClusterKind, key), undefined)
    assert.deepEqual(order, ['gather', 'act', `forget ${queueKey}`])
  })
})
