import fc from 'fast-check'
import type { CacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import type { CachePolicySpec } from '../../src/crds/cache-policy.ts'
import type { ObservedCache } from '../../src/plan/core/observed.ts'
import { pairNames } from '../../src/plan/secrets/names.ts'
import { edited, type Luck, noMemory, type Scene, type StoredSecret } from './driver.ts'
import { metaOf, nowMs, owner, policyOf, specOf } from './facts.ts'
import { emptyWorld, type World } from './model-world.ts'

/** Random specs, policies, drift and luck for the laws. Every spec is one that the API server would take. */

const nodeType = fc.constantFrom('cache.t4g.small', 'cache.m7g.large', 'cache.r7g.large')
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const parameters = fc.dictionary(
  fc.constantFrom('timeout', 'notify-keyspace-events'),
  fc.constantFrom('', '20', 'Ex'),
  {
    maxKeys: 2,
  },
)
const tags = fc.dictionary(fc.constantFrom('team', 'tier', 'cost'), fc.constantFrom('a', 'b'), { maxKeys: 3 })
const securityGroupIds = fc.uniqueArray(fc.constantFrom('sg-1', 'sg-2', 'sg-3'), { minLength: 1, maxLength: 2 })

const shared = {
  type: nodeType,
  parameters: maybe(parameters),
  tags: maybe(tags),
  securityGroupIds: maybe(securityGroupIds),
  withPolicy: fc.boolean(),
}

const defined = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined))

/** What the user can't take back, or AWS doesn't: it only ever grows along a history. */
export interface Level {
  readonly engine: 'redis' | 'valkey'
  readonly engineVersion: string | undefined
  readonly clusterMode: 'Disabled' | 'Enabled'
  readonly auth: boolean
}

export const level: fc.Arbitrary<Level> = fc.record({
  engine: fc.constantFrom('redis', 'valkey'),
  clusterMode: fc.constantFrom('Disabled', 'Enabled'),
  auth: fc.boolean(),
  engineVersion: fc.constant(undefined),
})

const higher = (from: Level): fc.Arbitrary<Level> =>
  fc
    .record({
      engine: from.engine === 'redis' ? fc.constantFrom('redis', 'valkey') : fc.constant('valkey'),
      clusterMode: from.clusterMode === 'Enabled' ? fc.constant('Enabled') : fc.constantFrom('Disabled', 'Enabled'),
      auth: from.auth ? fc.constant(true) : fc.boolean(),
      engineVersion: fc.constant('8.0'),
    })
    .map((to) => ({ ...to, engineVersion: to.engine === 'redis' ? undefined : '8.0' }) as Level)

export const groupSpec = (at: Level): fc.Arbitrary<CacheClusterSpec> =>
  fc
    .record({
      ...shared,
      shards: fc.integer({ min: 1, max: 3 }),
      replicas: fc.integer({ min: 0, max: 2 }),
      failover: maybe(fc.boolean()),
      multiAZ: maybe(fc.boolean()),
      inTransit: fc.constantFrom('Disabled', 'Preferred', 'Required'),
    })
    .map((wish) => {
      const enabled = at.clusterMode === 'Enabled'
      const failover = enabled || wish.replicas === 0 ? undefined : wish.failover
      const multiAZ = wish.replicas === 0 || failover === false ? undefined : wish.multiAZ
      const nodes = defined({
        type: wish.type,
        replicasPerShard: wish.replicas,
        clusterMode: at.clusterMode,
        shards: enabled ? wish.shards : undefined,
        automaticFailover: failover,
        multiAZ,
      })
      return specOf(
        defined({
          engine: at.engine,
          engineVersion: at.engineVersion,
          nodes,
          encryption: { inTransit: at.auth ? 'Required' : wish.inTransit },
          auth: at.auth ? { mode: 'Token' } : undefined,
          parameters: wish.parameters,
          tags: wish.tags,
          network: wish.securityGroupIds && { securityGroupIds: wish.securityGroupIds },
          policyRef: wish.withPolicy ? { name: 'catalog' } : undefined,
        }),
      )
    })

export const memcachedSpecs: fc.Arbitrary<CacheClusterSpec> = fc
  .record({ ...shared, count: fc.integer({ min: 1, max: 4 }) })
  .map((wish) =>
    specOf(
      defined({
        engine: 'memcached',
        nodes: { type: wish.type, count: wish.count },
        parameters: wish.parameters,
        tags: wish.tags,
        network: wish.securityGroupIds && { securityGroupIds: wish.securityGroupIds },
        policyRef: wish.withPolicy ? { name: 'catalog' } : undefined,
      }),
    ),
  )

/** Two specs of one object, the second later than the first and reachable from it. */
export const twoSpecs: fc.Arbitrary<readonly [CacheClusterSpec, CacheClusterSpec]> = fc.oneof(
  { weight: 3, arbitrary: level.chain((from) => higher(from).chain((to) => fc.tuple(groupSpec(from), groupSpec(to)))) },
  { weight: 1, arbitrary: fc.tuple(memcachedSpecs, memcachedSpecs) },
)

/** Two specs between which one may go back and forth. */
export const evenSpecs: fc.Arbitrary<readonly [CacheClusterSpec, CacheClusterSpec]> = fc.oneof(
  { weight: 3, arbitrary: level.chain((at) => fc.tuple(groupSpec(at), groupSpec(at))) },
  { weight: 1, arbitrary: fc.tuple(memcachedSpecs, memcachedSpecs) },
)

export const policy: fc.Arbitrary<CachePolicySpec> = fc
  .record({
    policy: maybe(fc.constantFrom('allkeys-lru', 'noeviction')),
    reservedMemoryPercent: maybe(fc.constantFrom(10, 40)),
    ttl: maybe(fc.constantFrom('10m', '1h')),
  })
  .map(({ ttl, ...eviction }) => policyOf({ ttl: defined({ default: ttl }), eviction: defined(eviction) }))

const oneIn = (count: number) => fc.integer({ min: 1, max: count }).map((roll) => roll === count)

/** Nothing is lost, but looks are late, metadata old, reads fail, the operator starts anew. */
export const luck: fc.Arbitrary<Luck> = fc.record({
  refresh: fc.boolean(),
  blind: oneIn(5),
  stale: oneIn(4),
  readsFail: oneIn(5),
  restart: oneIn(5),
})

/** A crash loses the status of a turn, or the answer of AWS. */
export const badLuck: fc.Arbitrary<Luck> = fc.record({
  refresh: fc.boolean(),
  dropStatus: fc.boolean(),
  dropCall: oneIn(4),
  loseReply: oneIn(4),
  stale: oneIn(4),
})

/** What somebody else may do to a settled cache in AWS. */
export interface Drift {
  readonly nodeType: string
  readonly replicas: number
  readonly securityGroupIds: readonly string[]
  readonly value: string
  readonly tag: string
  readonly detach: boolean
}

export const drift: fc.Arbitrary<Drift> = fc.record({
  nodeType,
  replicas: fc.integer({ min: 0, max: 2 }),
  securityGroupIds,
  value: fc.constantFrom('', '20', '77'),
  tag: fc.constantFrom('a', 'b', 'x'),
  detach: fc.boolean(),
})

const drifted = (cache: ObservedCache, { nodeType, securityGroupIds, replicas }: Drift): ObservedCache => {
  if (cache.is === 'memcached') return { ...cache, nodeType, securityGroupIds }
  const replicasPerShard = cache.automaticFailover ? Math.max(1, replicas) : replicas
  return { ...cache, nodeType, securityGroupIds, replicasPerShard }
}

export const afterDrift = (scene: Scene, by: Drift): Scene => {
  const { cache, groups, tags: all } = scene.world
  if (cache === undefined) return scene
  const changed = Object.entries(groups).map(([name, group]) => [
    name,
    { ...group, values: { ...group.values, timeout: by.value } },
  ])
  const world: World = {
    ...scene.world,
    cache: drifted(cache, by),
    groups: Object.fromEntries(changed),
    tags: { ...all, [cache.arn]: { ...all[cache.arn], team: by.tag } },
  }
  return { ...scene, world }
}

export const sceneOf = (spec: CacheClusterSpec, changes: Partial<Scene> = {}): Scene => ({
  world: emptyWorld,
  nowMs,
  cluster: owner.cluster,
  spec,
  policy: policyOf({ eviction: { policy: 'allkeys-lru' } }),
  status: { observedGeneration: -1 },
  generation: 1,
  deleting: false,
  uid: owner.uid,
  annotations: {},
  tokensMade: 0,
  secrets: {},
  secretsBefore: {},
  versions: 0,
  neighbours: [],
  readers: [],
  memory: noMemory,
  ...changes,
})

export const respecified = (scene: Scene, spec: CacheClusterSpec): Scene => ({
  ...scene,
  spec,
  generation: scene.generation + 1,
})

/** What users and others do in the course of time. */
export type Happening =
  | { readonly is: 'spec'; readonly spec: CacheClusterSpec }
  | { readonly is: 'secretName' | 'token' | 'tokenTouched' | 'bindingDeleted' | 'restart' }

const happening = (at: Level): fc.Arbitrary<Happening> =>
  fc.oneof(
    { weight: 4, arbitrary: groupSpec(at).map((spec) => ({ is: 'spec', spec }) as const) },
    { weight: 2, arbitrary: fc.constant({ is: 'secretName' } as const) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom('token' as const, 'tokenTouched' as const, 'bindingDeleted' as const, 'restart' as const)
        .map((is) => ({ is })),
    },
  )

/**
 * What is written in Kubernetes is on record only after it is written: a crash just there, with a change of mind right after
 * it, loses a name or a date. So no status is lost here.
 */
const luckInHistory = badLuck.map((bad) => ({ ...bad, dropStatus: false }))

/** A spec, and what happens for so many reconciles each. */
export const history = level.chain((at) =>
  fc.tuple(groupSpec(at), fc.array(fc.tuple(fc.nat(9), happening(at), luckInHistory), { minLength: 1, maxLength: 6 })),
)

export const happened = (scene: Scene, what: Happening): Scene => {
  const connection = scene.spec.connection
  switch (what.is) {
    case 'spec':
      return respecified(scene, { ...what.spec, ...(connection && { connection }) })
    case 'secretName':
      // Another one each time: a name that comes back is read with what it held before.
      return respecified(scene, specOf({ ...scene.spec, connection: { secretName: `web-${scene.generation}` } }))
    case 'token': {
      // A third token would drop the one in use: that is AWS's own limit.
      const current = scene.secrets[`${owner.name}-auth`]?.data.token
      const { authToken, published } = scene.status
      const followed = authToken !== undefined && published?.token === authToken.version
      const known = Object.values(scene.secrets).some(({ data }) => data.password === current)
      return current !== undefined && followed && known
        ? edited(scene, `${owner.name}-auth`, { token: `users-token-${String(scene.versions).padStart(8, '0')}` })
        : scene
    }
    case 'tokenTouched':
      // While two are good, only the Secret that workloads read tells which one this is.
      return scene.status.authToken?.phase === 'Settled' ? edited(scene, `${owner.name}-auth`) : scene
    case 'bindingDeleted': {
      const { binding } = pairNames({ name: owner.name, spec: scene.spec })
      const left = Object.entries(scene.secrets).filter(([name]) => name !== binding)
      return { ...scene, secrets: Object.fromEntries(left) }
    }
    case 'restart':
      return { ...scene, memory: noMemory }
  }
}

/** A Secret that somebody else made, with everything in it that could mislead. */
export const foreignSecret: StoredSecret = {
  meta: metaOf({ uid: 'theirs', labelled: false, owner: undefined, annotatedOwnerUid: undefined }),
  data: { token: 'somebody-elses-token', password: 'somebody-elses-token' },
}
