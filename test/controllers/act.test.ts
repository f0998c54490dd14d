import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { actOnCache } from '../../src/controllers/act.ts'
import { gatherCacheCluster } from '../../src/controllers/gather.ts'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { cacheClusterKind } from '../../src/crds/kind.ts'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import type { Plan } from '../../src/plan/core/outcome.ts'
import { stepHash } from '../../src/plan/core/step.ts'
import { shownPlan } from '../../src/plan/core/verdict.ts'
import { arn, createdTime, group, id, key, queueKey, type Scene, scene, simple, target } from './scene.ts'

/** What the page does up to the step, and then the step. */
const step = async (here: Scene, stale?: () => void | Promise<void>, announced: (plan: Plan) => void = () => {}) => {
  const object = here.object()
  const facts: CacheFacts = await gatherCacheCluster(here.clients, key, object, cacheClusterSpec.parse(object.spec))
  const plan = planCacheCluster(facts)
  await stale?.()
  const result = await actOnCache(here.clients, object, facts, plan, async () => announced(plan))
  return { plan, result }
}

const known: Partial<CacheClusterStatus> = { id, target, arn, createdTime, observedGeneration: 1 }

describe('a step of a plan', () => {
  it('in AWS is announced before it is taken', async () => {
    const here = scene()
    await here.create()
    const { result } = await step(here, undefined, () => here.said.push('announced'))
    assert.deepEqual(here.said.slice(-2), ['announced', 'CreateGroup'])
    assert.deepEqual(result, { is: 'done' })
  })

  it('that status announces already is taken without another write', async () => {
    const here = scene()
    await here.create()
    const facts = await gatherCacheCluster(here.clients, key, here.object(), cacheClusterSpec.parse(simple))
    await here.create(simple, { id, target, plan: shownPlan(planCacheCluster(facts)) } as CacheClusterStatus)
    await step(here, undefined, () => here.said.push('announced'))
    assert.deepEqual(here.said.slice(-1), ['CreateGroup'])
    assert.equal(here.said.includes('announced'), false)
  })

  const stale: Readonly<Record<string, (here: Scene) => void | Promise<void>>> = {
    'is gone': async (here) => {
      const object = here.object()
      here.kubernetes.remove(cacheClusterKind, key)
      await here.kubernetes.kube.setFinalizer(
        cacheClusterKind,
        { ...object, ...here.kubernetes.get(cacheClusterKind, key) },
        false,
      )
    },
    'has another spec by now': (here) => here.kubernetes.apply(cacheClusterKind, key, { ...simple, suspend: true }),
    'is being deleted': (here) => here.kubernetes.remove(cacheClusterKind, key),
    'was made anew under the same name': async (here) => {
      const object = here.object()
      here.kubernetes.remove(cacheClusterKind, key)
      await here.kubernetes.kube.setFinalizer(
        cacheClusterKind,
        { ...object, ...here.kubernetes.get(cacheClusterKind, key) },
        false,
      )
      here.kubernetes.apply(cacheClusterKind, key, simple)
    },
  }
  for (const [how, change] of Object.entries(stale)) {
    it(`in AWS is not taken when the object ${how}, though the view of it is older`, async () => {
      const here = scene()
      await here.create()
      here.kubernetes.lag(9)
      const { result } = await step(here, () => change(here))
      assert.deepEqual(here.acts, [])
      assert.deepEqual(result, {
        is: 'failed',
        failure: { is: 'retryable', reason: 'Conflict', message: 'the object changed a moment ago' },
      })
    })
  }

  it('deletes nothing when the object is not being deleted after all', async () => {
    const here = scene()
    here.see(group())
    await here.create(simple, known)
    here.kubernetes.remove(cacheClusterKind, key)
    await here.seen()
    const object = here.object()
    const facts = await gatherCacheCluster(here.clients, key, object, cacheClusterSpec.parse(simple))
    const plan = planCacheCluster(facts)
    assert.ok(plan.is === 'act' && plan.next.action.do === 'DeleteGroup')
    const live = { ...object, metadata: { ...object.metadata, deletionTimestamp: undefined } }
    const kube = { ...here.clients.kube, live: async () => live as unknown as typeof object }
    await actOnCache({ ...here.clients, kube }, object, facts, plan, async () => {})
    assert.deepEqual(here.acts, [])
  })

  it("that Kubernetes refuses ends as a result in the server's words, like what AWS refuses", async () => {
    const here = scene()
    here.see(group())
    await here.create(simple, known)
    here.kubernetes.refuse(({ kind, verb }) =>
      kind === 'Secret' && verb === 'create'
        ? { is: 'forbidden', status: 403, reason: 'Forbidden', message: 'x', words: 'exceeded quota: secrets' }
        : undefined,
    )
    const { plan, result } = await step(here)
    assert.ok(result.is === 'failed' && plan.is === 'act')
    const { is, reason, message } = result.failure
    assert.deepEqual({ is, reason }, { is: 'stalled', reason: 'KubernetesRefused' })
    assert.match(message, /^Kubernetes refused it: .*exceeded quota: secrets/)
    assert.equal(
      here.clients.memory.refused(queueKey)?.hash,
      stepHash(plan.next),
      'it is remembered, so that it pauses',
    )
  })

  it('whose live look fails is not taken, and ends as a result', async () => {
    const here = scene()
    await here.create()
    here.kubernetes.refuse(({ verb, kind }) =>
      verb === 'get' && kind === 'CacheCluster' ? { is: 'transient', message: 'connection refused' } : undefined,
    )
    const { result } = await step(here)
    assert.ok(result.is === 'failed')
    assert.equal(result.failure.reason, 'KubernetesUnavailable')
    assert.deepEqual(here.acts, [])
  })

  it('that fails by a fault of our own is not hidden', async () => {
    const here = scene()
    await here.create()
    const broken = async () => {
      throw new TypeError('a fault of ours')
    }
    const aws = { ...here.clients.aws, act: broken }
    await assert.rejects(step({ ...here, clients: { ...here.clients, aws } }), /a fault of ours/)
  })

  it('is counted when it was taken, and forgotten as refused', async () => {
    const here = scene()
    await here.create()
    const { plan } = await step(here)
    assert.ok(plan.is === 'act')
    assert.equal(here.clients.memory.repeats(queueKey)[0]?.times, 1)
    assert.equal(here.clients.memory.refused(queueKey), undefined)
  })

  it('that names a parameter group which somebody removed is tried again, once the group was made anew', async () => {
    const here = scene()
    await here.create()
    const failure = {
      is: 'stalled',
      reason: 'DependencyNotFound',
      message: 'gone',
      code: 'CacheParameterGroupNotFound',
    } as const
    here.answer(() => ({ is: 'failed', failure }))
    const { result } = await step(here)
    assert.ok(result.is === 'failed')
    assert.equal(result.failure.is, 'retryable')
  })

  it('hands the token over beside the action, and nothing when it changed meanwhile', async () => {
    for (const changes of [false, true]) {
      const here = scene()
      await here.create({ ...simple, encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } })
      await step(here)
      await here.seen()
      const edit = () =>
        here.kubernetes.writeSecret({ ...key, name: 'sessions-auth' }, { token: 'another-token-of-a-person' })
      const { result } = await step(here, changes ? edit : undefined)
      if (changes) {
        assert.ok(result.is === 'failed' && result.failure.reason === 'Conflict')
        assert.deepEqual(here.acts, [])
      } else {
        const [sent] = here.acts
        assert.equal(sent?.token, 'generated-token-number-1')
        assert.equal(JSON.stringify(sent?.action).includes('generated-token'), false)
      }
    }
  })
})
