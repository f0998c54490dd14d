import {
  AddTagsToResourceCommand,
  CreateCacheParameterGroupCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-elasticache'
import fc from 'fast-check'
import type { Fault } from '../../emulator/fault/fault.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import type { KubeFailure } from '../../src/kube/port.ts'
import type { Held } from './account.ts'
import type { SecretObject } from './kubernetes.ts'
import type { OperatorFlags } from './operator.ts'
import {
  conditionOf,
  foreignSecretsUntouched,
  madeOnce,
  nothingOrphaned,
  readersServed,
  readyIsTrue,
  secretsKept,
  statusFinal,
  statusHonest,
  statusOf,
  staysQuiet,
  strangersLeftAlone,
} from './oracles.ts'
import { type Choices, choices, type Spec, specFrom } from './specs.ts'
import { at, type Cluster, openWorld, type World } from './world.ts'

const minuteMs = 60_000

/** Something that happens to the world. `of` picks one of the clusters, `name` an object. */
export type Event =
  | { readonly do: 'apply'; readonly of: number; readonly name: string; readonly choices: Choices }
  | { readonly do: 'revert' | 'remove' | 'unprotect' | 'ask' | 'cure'; readonly of: number; readonly name: string }
  | { readonly do: 'restart'; readonly of: number }
  | { readonly do: 'otherFlags'; readonly of: number; readonly region: boolean; readonly forMs: number }
  | { readonly do: 'foreignSecret'; readonly of: number; readonly secret: string; readonly labelled: boolean }
  | { readonly do: 'dropForeignSecret'; readonly of: number; readonly secret: string }
  | {
      readonly do: 'editSecret'
      readonly of: number
      readonly secret: string
      readonly how: 'key' | 'more' | 'delete' | 'label' | 'owner' | 'annotations'
    }
  | { readonly do: 'token'; readonly of: number; readonly token: string }
  | { readonly do: 'policy'; readonly of: number; readonly eviction: string | undefined }
  | { readonly do: 'dropPolicy'; readonly of: number }
  | { readonly do: 'lose' | 'stripTags' | 'tagOfOthers'; readonly which: number }
  | { readonly do: 'fault'; readonly fault: Fault }
  | {
      readonly do: 'refuse'
      readonly of: number
      readonly what: 'quota' | 'conflict' | 'down' | 'secretReads'
      readonly forMs: number
    }
  | { readonly do: 'lag'; readonly of: number; readonly changes: number; readonly forMs: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'quiet' }

const among = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const of = fc.nat(1)
const name = among('sessions', 'sessions', 'carts')
const secret = among('sessions', 'sessions-env', 'sessions-auth', 'cache', 'cache-env', 'carts', 'carts-auth')
const forMs = among(20_000, 2 * minuteMs, 12 * minuteMs)

const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    do: among('throttle' as const),
    action: among('*', 'CreateReplicationGroup', 'ListTagsForResource'),
    count: among(1, 3, 8),
  }),
  fc.record({
    do: among('dropReplyAfterCommit' as const, 'resetBeforeCommit' as const),
    action: among(
      'CreateReplicationGroup',
      'ModifyReplicationGroup',
      'CreateCacheParameterGroup',
      'AddTagsToResource',
      'DeleteReplicationGroup',
    ),
    count: among(1, 2),
  }),
  fc.record({
    do: among('serverError' as const),
    action: among('*', 'DescribeReplicationGroups', 'ModifyReplicationGroup'),
    count: among(1, 4),
  }),
  fc.record({
    do: among('error' as const),
    action: among(
      'ListTagsForResource',
      'DescribeCacheParameters',
      'ModifyReplicationGroup',
      'CreateReplicationGroup',
      'Describe*',
    ).filter((one) => one !== 'Describe*'),
    code: among('AccessDenied', 'InternalFailure'),
    seconds: among(60, 600),
  }),
  fc.record({
    do: among('error' as const),
    action: among('DescribeReplicationGroups'),
    code: among('AccessDenied', 'InternalFailure'),
    seconds: among(60, 500),
  }),
  fc.record({
    do: among('quota' as const),
    action: among('CreateReplicationGroup', 'CreateCacheParameterGroup'),
    count: among(1, 2),
  }),
  fc.record({ do: among('noCapacity' as const), action: among('CreateReplicationGroup'), count: among(1, 2) }),
  fc.record({ do: among('notFoundAfterCreate' as const), action: among('*'), seconds: among(20) }),
  fc.record({ do: among('stale' as const), action: among('*'), lagMs: among(8000, 20_000), seconds: among(120) }),
) as fc.Arbitrary<Fault>

const event = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('apply' as const), of, name, choices }) },
  { weight: 3, arbitrary: fc.record({ do: among('revert' as const, 'remove' as const, 'ask' as const), of, name }) },
  { weight: 2, arbitrary: fc.record({ do: among('cure' as const, 'unprotect' as const), of, name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), of }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('otherFlags' as const), of, region: fc.boolean(), forMs }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('foreignSecret' as const), of, secret, labelled: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dropForeignSecret' as const), of, secret }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('editSecret' as const),
      of,
      secret,
      how: among('key', 'more', 'delete', 'label', 'owner', 'annotations'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('token' as const), of, token: among('A', 'B', 'C', 'bad') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      of,
      eviction: among('allkeys-lru', 'volatile-ttl', undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dropPolicy' as const), of }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: among('lose' as const, 'stripTags' as const, 'tagOfOthers' as const),
      which: fc.nat(2),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fault' as const), fault: faults }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      of,
      what: among('quota', 'conflict', 'down', 'secretReads'),
      forMs,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lag' as const), of, changes: among(1, 2, 5), forMs }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: among(300, 5000, 40_000, 2 * minuteMs, 9 * minuteMs),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('quiet' as const) }) },
) as fc.Arbitrary<Event>

export interface History {
  readonly clusters: readonly OperatorFlags[]
  readonly events: readonly Event[]
}

const scenes: readonly (readonly OperatorFlags[])[] = [
  [{ clusterName: 'prod' }],
  [{ clusterName: 'prod' }],
  [{ clusterName: 'prod' }, { clusterName: 'dev' }],
  [{ clusterName: 'prod' }, { clusterName: 'prod' }],
]

export const histories: fc.Arbitrary<History> = fc.record({
  clusters: fc.constantFrom(...scenes),
  // It begins with an object, since little happens without.
  events: fc
    .tuple(
      fc.record({ do: fc.constant('apply' as const), of: fc.constant(0), name: fc.constant('sessions'), choices }),
      fc.array(event, { minLength: 2, maxLength: 12 }),
    )
    .map(([first, rest]) => [first, ...rest]),
})

const refusals: Readonly<Record<string, KubeFailure>> = {
  quota: {
    is: 'forbidden',
    status: 403,
    reason: 'Forbidden',
    message: 'secrets is forbidden: exceeded quota',
    words: 'exceeded quota: compute',
  },
  denied: {
    is: 'forbidden',
    status: 403,
    reason: 'Forbidden',
    message: 'secrets is forbidden',
    words: 'larder cannot get secrets',
  },
  conflict: { is: 'conflict', status: 409, reason: 'Conflict', message: 'try again' },
  down: { is: 'transient', message: 'connection refused' },
}

/** What must be remembered while a history runs. */
interface Running {
  readonly world: World
  readonly specs: Map<string, Spec[]>
  /** By cluster: Secrets of others, as they left them. */
  readonly foreign: Map<string, Map<string, SecretObject>>
  readonly ends: { readonly atMs: number; readonly end: () => void }[]
  readonly handedOver: Set<string>
  readonly recreated: Map<string, number>
  /** Objects whose readers were cut off by somebody else. */
  readonly exempt: Set<string>
}

const token = (word: string): string => (word === 'bad' ? 'short' : `${word.repeat(20)}SECRETCANARY`)

const carryOut = async (running: Running, event: Event): Promise<void> => {
  const { world, specs, foreign, ends, exempt } = running
  const cluster = world.clusters['of' in event ? event.of % world.clusters.length : 0] as Cluster
  const { kubernetes } = cluster
  const nowMs = world.clock.nowMs()
  switch (event.do) {
    case 'apply': {
      const text = `${cluster.name}/${event.name}`
      const before = cluster.cache(event.name)?.spec as Spec | undefined
      const spec = specFrom(event.choices, event.name, before)
      specs.set(text, [...(before === undefined ? [] : [before]), spec])
      kubernetes.apply(cacheClusterKind, at(event.name), spec)
      return
    }
    case 'revert': {
      const [before] = specs.get(`${cluster.name}/${event.name}`) ?? []
      const now = cluster.cache(event.name)?.spec as (Spec & { nodes?: { clusterMode?: string } }) | undefined
      const final = now?.nodes?.clusterMode === 'Enabled' || now?.engine === 'valkey'
      if (before !== undefined && now !== undefined && now.engine === before.engine && !final)
        kubernetes.apply(cacheClusterKind, at(event.name), before)
      return
    }
    case 'remove':
      return kubernetes.remove(cacheClusterKind, at(event.name))
    case 'unprotect':
      return change(cluster, event.name, { deletionProtection: false, suspend: false })
    case 'ask':
      return kubernetes.annotate(cacheClusterKind, at(event.name), { [annotation.reconcileAt]: String(nowMs) })
    case 'cure':
      return follow(running, cluster, event.name)
    case 'restart':
      return cluster.restart()
    case 'otherFlags': {
      const was = cluster.flags
      if (was.clusterName === 'renamed' || was.region !== undefined) return
      cluster.restart(event.region ? { ...was, region: 'us-east-1' } : { ...was, clusterName: 'renamed' })
      ends.push({ atMs: nowMs + event.forMs, end: () => cluster.restart(was) })
      return
    }
    case 'foreignSecret': {
      if (kubernetes.secret(at(event.secret)) !== undefined) return
      const labels = event.labelled ? { 'app.kubernetes.io/managed-by': 'larder' } : { app: 'web' }
      kubernetes.writeSecret(at(event.secret), { token: 'FOREIGNCANARY0123456789', username: 'admin' }, { labels })
      world.canaries.add('FOREIGNCANARY0123456789')
      foreign.get(cluster.name)?.set(event.secret, kubernetes.secret(at(event.secret)) as SecretObject)
      return
    }
    case 'dropForeignSecret':
      if (foreign.get(cluster.name)?.delete(event.secret)) kubernetes.deleteSecret(at(event.secret))
      return
    case 'editSecret': {
      if (kubernetes.secret(at(event.secret)) === undefined || foreign.get(cluster.name)?.has(event.secret)) return
      // Who takes the label or every trace of an owner off has made it his own.
      if (event.how === 'label' || event.how === 'annotations') return disown(running, cluster, event.secret, event.how)
      if (event.how === 'owner') return kubernetes.writeSecret(at(event.secret), {}, { ownerReferences: [] })
      if (event.how === 'delete') return kubernetes.deleteSecret(at(event.secret))
      if (event.secret.endsWith('-auth')) world.canaries.add(token('Z'))
      const data =
        event.how === 'more'
          ? { note: 'mine' }
          : { host: 'edited', ...(event.secret.endsWith('-auth') && { token: token('Z') }) }
      return kubernetes.writeSecret(at(event.secret), data)
    }
    case 'token':
      if (event.token !== 'bad') world.canaries.add(token(event.token))
      return kubernetes.writeSecret(at('mine'), { token: token(event.token) })
    case 'policy':
      return kubernetes.apply(cachePolicyKind, at('catalog'), {
        ttl: { default: '10m' },
        ...(event.eviction && { eviction: { policy: event.eviction } }),
      })
    case 'dropPolicy':
      return kubernetes.remove(cachePolicyKind, at('catalog'))
    case 'lose': {
      const all = await standing(world)
      const lost = all[event.which % Math.max(1, all.length)]
      if (lost === undefined) return
      for (const one of world.clusters)
        for (const name of ['sessions', 'carts'])
          if (cluster.status(name).id === lost.id) exempt.add(`${one.name}/${name}`)
      // A fault that was ordered may strike the person too.
      await world.account.lose(lost).catch(() => {})
      return
    }
    case 'stripTags':
    case 'tagOfOthers': {
      const all = await standing(world)
      const one = all[event.which % Math.max(1, all.length)]
      if (one === undefined) return
      const kind = one.is === 'group' ? 'replicationgroup' : 'cluster'
      const ResourceName = `arn:aws:elasticache:eu-west-1:123456789012:${kind}:${one.id}`
      const send =
        event.do === 'stripTags'
          ? world.account.person.send(
              new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['larder.dev/uid', 'larder.dev/name'] }),
            )
          : world.account.person.send(
              new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'cost', Value: '7' }] }),
            )
      await send.catch(() => {})
      return
    }
    case 'fault':
      return world.account.fault(event.fault)
    case 'refuse': {
      const { what } = event
      const end = kubernetes.refuse(({ verb, kind }) => {
        if (what === 'quota') return kind === 'Secret' && verb !== 'get' ? refusals.quota : undefined
        if (what === 'conflict') return verb !== 'get' ? refusals.conflict : undefined
        if (what === 'secretReads') return kind === 'Secret' && verb === 'get' ? refusals.denied : undefined
        return refusals.down
      })
      ends.push({ atMs: nowMs + event.forMs, end })
      return
    }
    case 'lag':
      kubernetes.lag(event.changes)
      ends.push({ atMs: nowMs + event.forMs, end: () => kubernetes.lag(0) })
      return
    case 'pass':
      return world.pass(event.ms)
    case 'quiet':
      await world.quiet()
      return
  }
}

/** What a person finds in AWS; nothing while a fault that was ordered strikes people too. */
const standing = async ({ account }: World): Promise<readonly Held[]> =>
  (await account.held().catch(() => [])).filter(({ status }) => status === 'available')

const change = ({ kubernetes, cache }: Cluster, name: string, changes: object): void => {
  const spec = cache(name)?.spec
  if (spec) kubernetes.apply(cacheClusterKind, at(name), { ...spec, ...changes })
}

/** Does what the message of a stalled object says. */
const follow = ({ world, handedOver, recreated, exempt }: Running, cluster: Cluster, name: string): void => {
  const object = cluster.cache(name)
  const stalled = object && conditionOf(object, 'Stalled')
  const said = /(larder\.dev\/(?:recreate|take-over|approve))=([^\s;]+)/.exec(stalled?.message ?? '')
  if (object === undefined || said === null) return
  const [, key = '', value = ''] = said
  cluster.kubernetes.annotate(cacheClusterKind, at(name), { [key]: value })
  if (key === annotation.recreate) {
    recreated.set(object.metadata.uid, (recreated.get(object.metadata.uid) ?? 0) + 1)
    exempt.add(`${cluster.name}/${name}`)
  }
  if (key === annotation.takeOver) {
    handedOver.add(statusOf(object).id ?? '')
    for (const one of world.clusters) exempt.add(`${one.name}/${name}`)
  }
}

const disown = ({ foreign, exempt }: Running, cluster: Cluster, secret: string, how: 'label' | 'annotations'): void => {
  const { kubernetes } = cluster
  if (how === 'label') kubernetes.writeSecret(at(secret), {}, { labels: {}, ownerReferences: [], annotations: {} })
  else kubernetes.writeSecret(at(secret), {}, { annotations: {}, ownerReferences: [] })
  foreign.get(cluster.name)?.set(secret, kubernetes.secret(at(secret)) as SecretObject)
  for (const name of ['sessions', 'carts']) exempt.add(`${cluster.name}/${name}`)
}

/** What was made under other flags is deleted under those: the operator is started once more as each object remembers it. */
const asItWas = async (world: World): Promise<void> => {
  for (const cluster of world.clusters) {
    const all = cluster.kubernetes
      .all(cacheClusterKind)
      .filter((object) => conditionOf(object, 'Stalled')?.reason === 'IdentityChanged')
    for (const object of all) {
      const { target } = object.status as { readonly target?: { readonly cluster: string; readonly region: string } }
      if (target === undefined) continue
      cluster.restart({ clusterName: target.cluster, region: target.region })
      await world.quiet()
    }
  }
}

const heal = (running: Running): void => {
  running.world.account.emulator.faults.clear()
  for (const { end } of running.ends.splice(0)) end()
}

/** Runs a history and gives what was wrong with it. */
export const run = async ({ clusters, events }: History, look?: (world: World) => void): Promise<readonly string[]> => {
  const world = await openWorld(clusters)
  look?.(world)
  const running: Running = {
    world,
    specs: new Map(),
    foreign: new Map(world.clusters.map(({ name }) => [name, new Map()])),
    ends: [],
    handedOver: new Set(),
    recreated: new Map(),
    exempt: new Set(),
  }
  const readers = readersServed(world, ({ name }, object) => running.exempt.has(`${name}/${object}`))
  const dishonest = new Set<string>()
  world.watchers.add(() => {
    const due = running.ends.filter(({ atMs }) => atMs <= world.clock.nowMs())
    for (const one of due) {
      running.ends.splice(running.ends.indexOf(one), 1)
      one.end()
    }
    for (const wrong of statusHonest(world)) dishonest.add(wrong)
  })
  try {
    await world.account.person.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: 'standing',
        CacheParameterGroupFamily: 'redis7',
        Description: 'of a person',
      }),
    )
    for (const event of events) {
      await carryOut(running, event)
      await world.pass(100)
    }
    heal(running)
    // Tags that somebody took off are seen at the next refresh, within 75 minutes.
    if (events.some((event) => event.do === 'stripTags')) await world.pass(80 * minuteMs)
    const wrong: string[] = []
    const check = async (when: string, ...oracles: readonly (readonly string[])[]) =>
      wrong.push(...oracles.flat().map((what) => `${when}: ${what}`))
    const always = () => [
      ...dishonest,
      ...readers.wrong,
      ...secretsKept(world),
      ...strangersLeftAlone(world, running.handedOver),
      ...madeOnce(world, running.recreated),
      ...world.clusters.flatMap((cluster) =>
        foreignSecretsUntouched(cluster, running.foreign.get(cluster.name) ?? new Map()),
      ),
      ...world.clusters.flatMap(({ life }) => life.errors.filter((error) => !error.includes('KubeError'))),
    ]
    if (!(await world.quiet())) wrong.push(`at the end: never quiet: ${lastWrites(world)}`)
    else
      await check(
        'at the end',
        statusFinal(world),
        await readyIsTrue(world),
        await nothingOrphaned(world),
        await staysQuiet(world),
      )
    for (const cluster of world.clusters) {
      for (const { metadata } of cluster.kubernetes.all(cacheClusterKind)) {
        change(cluster, metadata.name, { deletionProtection: false, suspend: false })
        cluster.kubernetes.remove(cacheClusterKind, at(metadata.name))
      }
      cluster.kubernetes.remove(cachePolicyKind, at('catalog'))
    }
    if (!(await world.quiet())) wrong.push(`deleting: never quiet: ${lastWrites(world)}`)
    await asItWas(world)
    for (const cluster of world.clusters)
      for (const object of [...cluster.kubernetes.all(cacheClusterKind), ...cluster.kubernetes.all(cachePolicyKind)])
        wrong.push(`deleting: ${cluster.name}/${object.metadata.name} stays: ${conditionOf(object, 'Ready')?.message}`)
    await check('deleting', await nothingOrphaned(world), always())
    return wrong
  } finally {
    readers.stop()
    await world.close()
  }
}

const lastWrites = (world: World): string =>
  [
    ...world.account.calls
      .filter(({ write, who }) => write && who !== 'person')
      .slice(-4)
      .map(({ action, id, outcome }) => `${action} ${id} ${outcome}`),
    ...world.clusters.flatMap(({ name, kubernetes }) =>
      kubernetes.writes
        .slice(-4)
        .map(({ verb, kind, key, outcome }) => `${name} ${verb} ${kind} ${key.name} ${outcome}`),
    ),
    ...world.clusters.flatMap(({ kubernetes }) =>
      kubernetes.all(cacheClusterKind).map((object) => JSON.stringify(conditionOf(object, 'Ready'))),
    ),
  ].join('; ')
