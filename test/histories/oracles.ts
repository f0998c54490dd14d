import { isDeepStrictEqual } from 'node:util'
import { durationMs } from '../../src/crds/duration.ts'
import { cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import type { Held } from './account.ts'
import type { SecretObject } from './kubernetes.ts'
import { at, type Cluster, namespace, type World } from './world.ts'

/** What must hold, each as a list of what doesn't: empty when all is well. */

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
}
interface Status {
  readonly id?: string
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
}
interface SpecSeen {
  readonly engine: string
  readonly engineVersion?: string
  readonly nodes: {
    readonly type: string
    readonly count?: number
    readonly shards?: number
    readonly replicasPerShard?: number
    readonly clusterMode?: string
    readonly multiAZ?: boolean
    readonly automaticFailover?: boolean
  }
  readonly network?: { readonly securityGroupIds?: readonly string[] }
  readonly encryption?: { readonly inTransit?: string; readonly atRest?: boolean }
  readonly auth?: { readonly mode: string; readonly token?: { readonly secretRef: { readonly name: string } } }
  readonly policyRef?: { readonly name: string }
  readonly parameters?: Readonly<Record<string, string>>
  readonly parameterGroupName?: string
  readonly connection?: { readonly secretName?: string; readonly envPrefix?: string }
  readonly maintenance?: { readonly overlap: string }
  readonly suspend?: boolean
  readonly tags?: Readonly<Record<string, string>>
}

export const specOf = (object: KubeObject): SpecSeen => object.spec as SpecSeen
export const statusOf = (object: KubeObject): Status => (object.status ?? {}) as Status
export const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
  statusOf(object).conditions?.find((condition) => condition.type === type)
const deleting = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined
const caches = ({ kubernetes }: Cluster) => kubernetes.all(cacheClusterKind)
const about = ({ name }: Cluster, { metadata }: KubeObject) => `${name}/${metadata.name}`

const differs = (what: string, want: unknown, have: unknown): readonly string[] =>
  want === undefined || isDeepStrictEqual(want, have)
    ? []
    : [`${what} is ${JSON.stringify(have)}, asked ${JSON.stringify(want)}`]

const newerOrSame = (have: string, want: string): boolean => {
  const [a, b] = [have, want].map((version) => version.split('.').map(Number)) as [number[], number[]]
  for (const [index, number] of b.entries()) if ((a[index] ?? 0) !== number) return (a[index] ?? 0) > number
  return true
}

/** What AWS holds against what the spec says: only what the user wrote counts. */
const differencesOf = (spec: SpecSeen, held: Held): readonly string[] => {
  const { nodes, encryption = {}, network = {} } = spec
  const version = spec.engineVersion
  return [
    ...differs('engine', spec.engine, held.engine),
    ...(version === undefined || newerOrSame(held.engineVersion, version)
      ? []
      : [`version ${held.engineVersion}, asked ${version}`]),
    ...differs('type', nodes.type, held.nodeType),
    ...differs('count', nodes.count, held.is === 'memcached' ? held.nodes : undefined),
    ...differs('shards', nodes.shards, held.shards),
    ...held.replicas.flatMap((replicas) => differs('replicas', nodes.replicasPerShard, replicas)),
    ...differs('cluster mode', nodes.clusterMode?.toLowerCase(), held.clusterMode),
    ...differs('multiAZ', nodes.multiAZ, held.multiAZ),
    ...differs('failover', nodes.automaticFailover, held.automaticFailover),
    ...differs('TLS', encryption.inTransit, held.tls),
    ...differs('at rest', encryption.atRest, held.atRest),
    ...differs('token', spec.auth?.mode === 'Token' ? true : undefined, held.authToken),
    ...differs(
      'security groups',
      network.securityGroupIds && [...network.securityGroupIds].sort(),
      held.securityGroupIds,
    ),
    ...differs('parameter group', spec.parameterGroupName, held.parameterGroup),
    ...Object.entries(spec.tags ?? {}).flatMap(([key, value]) => differs(`tag ${key}`, value, held.tags[key])),
  ]
}

const ownerOf = ({ tags }: Held) => tags['larder.dev/uid']

/** Ready=True only where AWS is as asked, and the Secrets lead there. */
export const readyIsTrue = async (world: World): Promise<readonly string[]> => {
  const all = await world.account.held()
  const wrong: string[] = []
  for (const cluster of world.clusters) {
    for (const object of caches(cluster)) {
      if (deleting(object) || conditionOf(object, 'Ready')?.status !== 'True') continue
      const spec = specOf(object)
      const kind = spec.engine === 'memcached' ? 'memcached' : 'group'
      const held = all.find(({ id, is }) => id === statusOf(object).id && is === kind)
      const say = (what: string) => wrong.push(`${about(cluster, object)} is Ready, and ${what}`)
      if (statusOf(object).observedGeneration !== object.metadata.generation) say('its generation was not observed')
      if (held === undefined) {
        say('AWS has no such cache')
        continue
      }
      for (const difference of differencesOf(spec, held)) say(difference)
      if (ownerOf(held) !== object.metadata.uid) say(`its tags name ${ownerOf(held)}`)
      const policy = spec.policyRef && cluster.kubernetes.get(cachePolicyKind, at(spec.policyRef.name))
      const eviction = (policy?.spec as { eviction?: { policy: string } } | undefined)?.eviction?.policy
      const values = { ...spec.parameters, ...(eviction && { 'maxmemory-policy': eviction }), ...spec.parameters }
      if (Object.keys(values).length > 0 && kind === 'group') {
        const have = await world.account.parameters(held.parameterGroup)
        for (const [name, value] of Object.entries(values)) for (const one of differs(name, value, have[name])) say(one)
      }
      for (const one of secretsWrong(cluster, object, spec, held, world)) say(one)
    }
  }
  return wrong
}

const secretsWrong = (
  cluster: Cluster,
  object: KubeObject,
  spec: SpecSeen,
  held: Held,
  world: World,
): readonly string[] => {
  const name = spec.connection?.secretName ?? object.metadata.name
  const binding = cluster.kubernetes.secret(at(name))
  const env = cluster.kubernetes.secret(at(`${name}-env`))
  if (binding === undefined || env === undefined) return [`the Secret ${name} or ${name}-env is missing`]
  const tls = held.tls === 'Required'
  const valid = held.authToken ? world.account.tokens(held.id) : ['']
  const prefix = spec.connection?.envPrefix ?? ''
  return [
    ...(held.tls === 'Preferred' ? [] : differs('tls in the Secret', tls ? 'true' : undefined, binding.data.tls)),
    ...(valid.includes(binding.data.password ?? '') ? [] : ['the Secret holds a token that AWS does not let in']),
    ...(held.is === 'memcached'
      ? []
      : differs('the password in env', binding.data.password, env.data[`${prefix}REDIS_PASSWORD`])),
  ]
}

/** What AWS holds with our tags belongs to an object that stands. */
export const nothingOrphaned = async (world: World): Promise<readonly string[]> => {
  const all = await world.account.held()
  const wrong: string[] = []
  for (const held of all) {
    const cluster = world.clusters.find(({ kubernetes }) => kubernetes.uid === held.tags['larder.dev/cluster-uid'])
    if (cluster === undefined) continue
    const owner =
      cluster.cache(held.tags['larder.dev/name'] ?? '') ??
      caches(cluster).find((object) => statusOf(object).id === held.id)
    const topology = owner && (specOf(owner).engine === 'memcached' ? 'memcached' : 'group')
    if (owner === undefined || topology !== held.is)
      wrong.push(`${held.is} ${held.id} stays in AWS, and its object is gone`)
  }
  if (world.clusters.every((cluster) => caches(cluster).length === 0)) {
    for (const { name, tags } of await world.account.parameterGroups())
      if (tags['larder.dev/cluster'] !== undefined && all.every(({ parameterGroup }) => parameterGroup !== name))
        wrong.push(`the parameter group ${name} stays in AWS, and nobody uses it`)
    for (const cluster of world.clusters)
      for (const { metadata } of cluster.kubernetes.secrets())
        if (metadata.ownerReferences.length > 0) wrong.push(`the Secret ${metadata.name} stays, and its owner is gone`)
  }
  return wrong
}

/** Status never contradicts itself, and what is stalled says what would help. */
export const statusHonest = (world: World): readonly string[] => {
  const wrong: string[] = []
  for (const cluster of world.clusters) {
    for (const object of [...caches(cluster), ...cluster.kubernetes.all(cachePolicyKind)]) {
      const stalled = conditionOf(object, 'Stalled')
      const say = (what: string) => wrong.push(`${about(cluster, object)}: ${what}`)
      if (stalled && conditionOf(object, 'Reconciling')) say('both Reconciling and Stalled')
      if (stalled && object.kind === cacheClusterKind.kind && conditionOf(object, 'Ready')?.status === 'True')
        say('both Ready and Stalled')
      const helps =
        /Change the spec|docs\/install|spec\.|kubectl|annotate|delete|rename|set |remove|create|larder\.dev|grant|raise|another|mend|--cluster-name|--region/i
      // What Kubernetes refused is told in its own words.
      const kubernetes = stalled?.reason === 'KubernetesRefused' || stalled?.message.startsWith('reading the Secret')
      if (stalled && !kubernetes && !helps.test(stalled.message))
        say(`stalled without a field or a cure: ${stalled.reason}: ${stalled.message}`)
    }
  }
  return wrong
}

/** After all is quiet everybody has been told how things stand: nothing is said to be under way that isn't. */
export const statusFinal = (world: World): readonly string[] =>
  world.clusters.flatMap((cluster) =>
    caches(cluster).flatMap((object) => {
      const reconciling = conditionOf(object, 'Reconciling')
      const status = statusOf(object)
      return [
        ...(reconciling ? [`${about(cluster, object)} is still ${reconciling.reason}: ${reconciling.message}`] : []),
        ...(status.observedGeneration === object.metadata.generation
          ? []
          : [`${about(cluster, object)} was not observed at generation ${object.metadata.generation}`]),
        ...(conditionOf(object, 'Stalled')?.reason === 'EndlessDifference'
          ? [`${about(cluster, object)} fights without end`]
          : []),
      ]
    }),
  )

/** No secret value where people look. */
export const secretsKept = (world: World): readonly string[] => {
  const shown = [
    ...world.said,
    ...world.account.calls.map((call) => JSON.stringify(call)),
    ...world.clusters.flatMap((cluster) => [
      ...[...caches(cluster), ...cluster.kubernetes.all(cachePolicyKind)].map((object) => JSON.stringify(object)),
      ...cluster.kubernetes.events.map((event) => JSON.stringify(event)),
      ...cluster.kubernetes.secrets().map(({ metadata }) => JSON.stringify(metadata)),
    ]),
  ].join('\n')
  return [...world.canaries]
    .filter((canary) => shown.includes(canary))
    .map((canary) => `the secret ${canary} was shown`)
}

/** Nobody changes a cache or parameter group that another made, unless it was handed over. */
export const strangersLeftAlone = (world: World, handedOver: ReadonlySet<string>): readonly string[] => {
  const makers = new Map<string, string>()
  const wrong: string[] = []
  for (const { who, action, id, outcome, write, fields } of world.account.calls) {
    const [kind, resource] = fields.ResourceName?.split(':').slice(-2) ?? []
    const named =
      fields.ReplicationGroupId === undefined
        ? fields.CacheClusterId === undefined
          ? ['parametergroup', fields.CacheParameterGroupName?.toLowerCase()]
          : ['cluster', id]
        : ['replicationgroup', id]
    const name = resource === undefined ? named.join(':') : `${kind}:${resource}`
    if (!write || action.startsWith('Reboot')) continue
    if (action.startsWith('Create')) {
      if (outcome === 'ok') makers.set(name, who)
      continue
    }
    const maker = makers.get(name)
    if (
      who !== 'person' &&
      maker !== undefined &&
      maker !== who &&
      outcome === 'ok' &&
      !handedOver.has(name.split(':').at(-1) ?? '')
    )
      wrong.push(`${who} did ${action} with ${name}, which ${maker} made`)
    if (action.startsWith('Delete') && outcome === 'ok') makers.delete(name)
  }
  return wrong
}

/** At most one create for each object, besides those that somebody asked for. */
export const madeOnce = (world: World, recreated: ReadonlyMap<string, number>): readonly string[] => {
  const creates = new Map<string, number>()
  for (const { action, outcome, fields } of world.account.calls) {
    if (action !== 'CreateReplicationGroup' || outcome !== 'ok') continue
    const tag = Object.entries(fields).find(([, value]) => value === 'larder.dev/uid')?.[0]
    const uid = tag === undefined ? undefined : fields[tag.replace(/Key$/, 'Value')]
    if (uid !== undefined) creates.set(uid, (creates.get(uid) ?? 0) + 1)
  }
  return [...creates].flatMap(([uid, count]) =>
    count > 1 + (recreated.get(uid) ?? 0) ? [`${uid} was made ${count} times`] : [],
  )
}

/** Somebody else's Secret is byte for byte as they left it. */
export const foreignSecretsUntouched = (cluster: Cluster, left: ReadonlyMap<string, SecretObject>): readonly string[] =>
  [...left].flatMap(([name, before]) =>
    isDeepStrictEqual(cluster.kubernetes.secret(at(name)), before)
      ? []
      : [`the Secret ${name} of others was changed or removed`],
  )

/**
 * Whoever reads a binding Secret again within the overlap never holds what the cache refuses: asked at every moment of every
 * version that stood at any time within the last overlap.
 */
export const readersServed = (
  world: World,
  exempt: (cluster: Cluster, name: string) => boolean,
): { readonly wrong: ReadonlySet<string>; readonly stop: () => void } => {
  const wrong = new Set<string>()
  const shortest = new Map<string, number>()
  let looked = -1
  const watch = () => {
    const nowMs = world.clock.nowMs()
    if (nowMs - looked < 5000) return
    looked = nowMs
    const interesting = world.clusters.flatMap((cluster) => caches(cluster).map((object) => ({ cluster, object })))
    if (interesting.length === 0) return
    const groups = groupsNow(world)
    for (const { cluster, object } of interesting) {
      const spec = specOf(object)
      const overlapMs = Math.min(
        durationMs(spec.maintenance?.overlap ?? '24h'),
        shortest.get(object.metadata.uid) ?? Number.POSITIVE_INFINITY,
      )
      shortest.set(object.metadata.uid, overlapMs)
      const group = spec.engine === 'memcached' ? undefined : groups[statusOf(object).id ?? '']
      if (group === undefined || deleting(object) || exempt(cluster, object.metadata.name)) continue
      if (group.status !== 'available' && group.status !== 'modifying') continue
      const name = spec.connection?.secretName ?? object.metadata.name
      const valid = world.account.tokens(group.id)
      for (const version of cluster.kubernetes.history({ namespace, name })) {
        if (version.by === 'person' || version.untilMs < nowMs - overlapMs + 6000) continue
        const { host = '', password = '', tls } = version.data
        if (!host.includes(group.id)) continue
        const say = (what: string) =>
          wrong.add(
            `${about(cluster, object)}: a reader who read the Secret ${Math.round((nowMs - version.untilMs) / 1000)} s before it was rewritten at the latest holds ${what}`,
          )
        if (!valid.includes(password) && !valid.includes('')) say('a token that is not let in')
        if (password !== '' && !valid.includes(password)) say('a token that is not let in')
        if (group.settings.tls === 'required' && tls !== 'true') say('no TLS where the cache demands it')
        if (group.settings.tls === 'disabled' && tls === 'true') say('TLS where the cache has none')
      }
    }
  }
  world.watchers.add(watch)
  return { wrong, stop: () => world.watchers.delete(watch) }
}

interface GroupNow {
  readonly id: string
  readonly status: string
  readonly settings: { readonly tls: string }
}

const groupsNow = (world: World): Readonly<Record<string, GroupNow>> => {
  const { worlds } = world.account.emulator.world() as {
    readonly worlds: readonly { readonly groups: Readonly<Record<string, GroupNow>> }[]
  }
  return Object.assign({}, ...worlds.map(({ groups }) => groups))
}

/** A quiet world stays quiet, and cheap: no write anywhere in three resyncs, polls at the slow pace, and no hot loop. */
export const staysQuiet = async (world: World): Promise<readonly string[]> => {
  const before = world.writes()
  const callsBefore = world.account.calls.length
  const reconcilesBefore = world.clusters.map(({ life }) => new Map(life.reconciles))
  const ms = 35 * 60_000
  await world.pass(ms)
  const wrong: string[] = []
  const written = world.clusters.flatMap(({ name, kubernetes }) =>
    kubernetes.writes
      .filter(({ atMs, checkedOnly }) => atMs > world.clock.nowMs() - ms && !checkedOnly)
      .map((one) => `${name} ${one.verb} ${one.kind} ${one.key.name} ${one.outcome}`),
  )
  const calls = world.account.calls.slice(callsBefore).filter(({ who }) => who !== 'person')
  const acted = calls.filter(({ write }) => write)
  const refused = new Map<string, number>()
  for (const { who, action, id, outcome } of acted) {
    const text = `${who} ${action} ${id ?? ''} ${outcome}`
    refused.set(text, (refused.get(text) ?? 0) + 1)
  }
  for (const [text, times] of refused)
    if (text.endsWith(' ok') || times > 4) wrong.push(`in quiet: ${text} ${times} times`)
  if (world.writes() > before) wrong.push(`in quiet: ${[...new Set(written)].join(', ')}`)
  for (const [index, cluster] of world.clusters.entries()) {
    const polls = calls.filter(({ who, list }) => who === cluster.name && list).length
    if (polls > 2 * 2 * (ms / 100_000)) wrong.push(`in quiet: ${cluster.name} polled ${polls} times`)
    const objects = Math.max(1, caches(cluster).length)
    const reads = calls.filter(({ who, list, write }) => who === cluster.name && !list && !write).length
    if (reads > objects * 16) wrong.push(`in quiet: ${cluster.name} read ${reads} times`)
    for (const [key, times] of cluster.life.reconciles) {
      const more = times - (reconcilesBefore[index]?.get(key) ?? 0)
      // Every 30 s at the most: a name that is taken, or a Secret that isn't watched, is looked at now and then.
      if (more > ms / 25_000) wrong.push(`in quiet: ${cluster.name} reconciled ${key} ${more} times`)
    }
  }
  return wrong
}
