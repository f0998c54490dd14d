import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Aws } from '../../src/aws/port.ts'
import { act } from '../../src/controllers/act.ts'
import type { Clients } from '../../src/controllers/clients.ts'
import { createMemory } from '../../src/controllers/memory.ts'
import type { Kube, KubeObject, ObjectMeta } from '../../src/kube/port.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/checks.ts'
import type { AwsAction } from '../../src/plan/core/action.ts'
import { shownPlan } from '../../src/plan/core/verdict.ts'
import { fakeClock } from '../loop/fake-clock.ts'
import { factsOf, found, group, known, memcached, memcachedSpec, objectOf, ours, seen, specOf } from '../plan/facts.ts'

const caches = {
  'a replication group': { cache: group(), spec: specOf(), action: 'DeleteGroup' },
  'a memcached cluster': { cache: memcached(), spec: memcachedSpec(), action: 'DeleteMemcached' },
} as const

/** A delete that status has announced, as the store shows it; the API server shows `standing`. */
const deleting = async (
  { cache, spec }: (typeof caches)[keyof typeof caches],
  standing: Partial<ObjectMeta> | undefined,
) => {
  const clock = fakeClock()
  const calls: AwsAction[] = []
  const scene = { observed: seen(cache), live: found(cache), tags: found(ours) }
  const before = factsOf({ object: objectOf({ deleting: true, generation: 2, spec, status: known }), ...scene })
  const plan = planCacheCluster(before)
  const announced = { ...known, plan: shownPlan(plan) } as typeof known
  const facts = factsOf({ object: { ...before.object, status: announced }, ...scene })
  const metadata = { name: 'sessions', uid: 'uid-1', resourceVersion: '9', generation: 2, ...standing }
  const live: KubeObject = { apiVersion: 'larder.dev/v1alpha1', kind: 'CacheCluster', metadata }
  const clients = {
    kube: { live: async () => (standing === undefined ? undefined : live) } as Partial<Kube> as Kube,
    aws: {
      act: async (action: AwsAction) => {
        calls.push(action)
        return { is: 'done' }
      },
    } as Partial<Aws> as Aws,
    clock,
    memory: createMemory(clock, () => 0.5),
  } as Partial<Clients> as Clients
  const result = await act(clients, facts, plan)
  return { result, calls: calls.map(({ do: result }) => result) }
}

const deletionTimestamp = '2026-03-01T12:00:00Z'

describe('a delete in AWS', () => {
  for (const [what, cache] of Object.entries(caches)) {
    it(`of ${what} is sent when the object still stands as it was seen`, async () => {
      assert.deepEqual((await deleting(cache, { deletionTimestamp })).calls, [cache.action])
    })

    const stale = {
      'is gone': undefined,
      'was made anew under the same name': { uid: 'uid-2' },
      'was made anew and is being deleted too': { uid: 'uid-2', deletionTimestamp },
      'has another spec by now, which may protect it': { generation: 3, deletionTimestamp },
      'is not being deleted': {},
    }
    for (const [how, standing] of Object.entries(stale)) {
      it(`of ${what} is not sent when the object ${how}`, async () => {
        const { result, calls } = await deleting(cache, standing)
        assert.deepEqual(calls, [])
        assert.deepEqual(result, {
          is: 'acted',
          acted: {
            is: 'failed',
            failure: { is: 'retryable', reason: 'Conflict', message: 'the object changed a moment ago' },
          },
        })
      })
    }
  }
})
