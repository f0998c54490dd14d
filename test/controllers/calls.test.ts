import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Aws } from '../../src/aws/port.ts'
import { cacheCluster } from '../../src/controllers/cache-cluster.ts'
import type { Clients } from '../../src/controllers/clients.ts'
import { createMemory } from '../../src/controllers/memory.ts'
import { reconcile } from '../../src/controllers/reconcile.ts'
import { finalizer } from '../../src/crds/kind.ts'
import type { Kube, KubeObject, ObjectMeta } from '../../src/kube/port.ts'
import type { Observed } from '../../src/plan/cache-cluster/facts.ts'
import { idOf, ownerTags } from '../../src/plan/core/identity.ts'
import type { ObservedGroup } from '../../src/plan/core/observed.ts'
import type { Acted } from '../../src/plan/core/outcome.ts'
import { fakeClock } from '../loop/fake-clock.ts'

const owner = { cluster: 'prod', clusterUID: 'c-1', namespace: 'shop', name: 'sessions', uid: 'uid-1' }
const id = idOf(owner, 'redis')
const arn = `arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:${id}`
const createdTime = '2026-01-01T00:00:00.000Z'
const queueKey = 'CacheCluster/shop/sessions'

const standing: ObservedGroup = {
  is: 'group',
  id,
  arn,
  createdTime,
  state: 'available',
  status: 'available',
  engine: 'redis',
  engineVersion: '7.1.0',
  nodeType: 'cache.t4g.small',
  members: [],
  subnetGroupName: undefined,
  securityGroupIds: [],
  networkType: undefined,
  port: 6379,
  inTransit: 'Disabled',
  parameterGroupName: 'default.redis7',
  parametersInSync: true,
  maintenanceWindow: undefined,
  autoMinorVersionUpgrade: undefined,
  notificationTopicArn: undefined,
  pending: {},
  shards: 1,
  replicasPerShard: 1,
  evenReplicas: true,
  clusterMode: 'Disabled',
  automaticFailover: false,
  multiAZ: false,
  atRest: false,
  kmsKeyId: undefined,
  authToken: false,
  authTokenChangedTime: undefined,
  primary: undefined,
  reader: undefined,
  configuration: undefined,
  snapshotRetentionDays: 0,
  snapshotWindow: undefined,
  dataTiering: false,
  description: '',
}

/** One object, a Kubernetes that keeps it, and an AWS that writes down what it is asked. */
const scene = (
  { metadata, status }: { readonly metadata: Partial<ObjectMeta>; readonly status?: object },
  acted: Acted,
) => {
  const clock = fakeClock()
  const calls: string[] = []
  let observed: Observed = { is: 'absent' }
  let waits = false
  let released = false
  let object: KubeObject = {
    apiVersion: 'larder.dev/v1alpha1',
    kind: 'CacheCluster',
    spec: { engine: 'redis', nodes: { type: 'cache.t4g.small', replicasPerShard: 1 } },
    ...(status && { status }),
    metadata: { ...owner, resourceVersion: '1', generation: 1, finalizers: [finalizer], ...metadata },
  }
  const kube: Partial<Kube> = {
    read: () => (released ? undefined : object),
    list: () => [object],
    by: () => [],
    live: async () => object,
    fresh: () => true,
    secretMeta: () => undefined,
    readSecretMeta: async () => undefined,
    setFinalizer: async () => {
      released = true
    },
    report: async (_kind, _object, status) => {
      object = { ...object, status: JSON.parse(JSON.stringify(status)) }
    },
    emit: () => undefined,
  }
  const aws: Partial<Aws> = {
    observed: () => observed,
    pollState: () => ({ ageMs: 1000, failure: undefined }),
    parameterGroupUsers: () => [],
    sinceWriteMs: () => (calls.length === 0 ? undefined : 0),
    watch: (_id, _topology, waiting) => {
      waits = waiting
    },
    forget: () => undefined,
    readCache: async () => {
      calls.push('readCache')
      return { ok: true, value: standing }
    },
    readTags: async () => {
      calls.push('readTags')
      return { ok: true, value: ownerTags(owner) }
    },
    act: async (action) => {
      calls.push(action.do)
      return acted
    },
  }
  const clients = {
    kube,
    aws,
    clock,
    random: () => 0.5,
    cluster: owner.cluster,
    clusterUID: owner.clusterUID,
    region: 'eu-central-1',
    memory: createMemory(clock, () => 0.5),
    log: { debug: () => undefined, warn: () => undefined },
  } as unknown as Clients
  return {
    clock,
    calls,
    see: (now: Observed) => {
      observed = now
    },
    reconcile: () => reconcile(cacheCluster, clients)(queueKey),
    waits: () => waits,
    released: () => released,
  }
}

describe('calls of AWS', () => {
  it('for a delete are three: the group, its tags, the delete; what follows is told by polls', async () => {
    const target = { region: 'eu-central-1', account: '123456789012', cluster: owner.cluster, clusterUID: 'c-1' }
    const world = scene(
      {
        metadata: { deletionTimestamp: '2026-03-01T12:00:00Z', generation: 2 },
        status: { observedGeneration: 1, id, arn, createdTime, target },
      },
      { is: 'done' },
    )
    const story: readonly Observed[] = [
      { is: 'seen', cache: standing },
      { is: 'unknown' },
      { is: 'seen', cache: { ...standing, state: 'deleting', status: 'deleting' } },
      { is: 'absent' },
    ]
    for (const now of story) {
      world.see(now)
      await world.reconcile()
      await world.clock.advance(5000)
    }
    assert.deepEqual(world.calls, ['readCache', 'readTags', 'DeleteGroup'])
    assert.equal(world.released(), true)
  })

  it('for an object that AWS refuses are one in a quarter of an hour, and nobody waits for a poll', async () => {
    const failure = { is: 'stalled', reason: 'QuotaExceeded', message: 'no more nodes' } as const
    const world = scene({ metadata: {} }, { is: 'failed', failure })
    const first = await world.reconcile()
    assert.ok(first.is === 'again' && first.afterMs >= 600_000)
    for (let minute = 0; minute < 14; minute++) {
      await world.clock.advance(60_000)
      await world.reconcile()
    }
    assert.deepEqual(world.calls, ['CreateGroup'])
    assert.equal(world.waits(), false)
  })
})
