import fc from 'fast-check'
import type { CacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'

/** A spec as a user writes it. */
export type Spec = Readonly<Record<string, unknown>> & { readonly engine: CacheClusterSpec['engine'] }

const sometimes = <T>(arbitrary: fc.Arbitrary<T>, of = 2) => fc.option(arbitrary, { nil: undefined, freq: of })
const among = <T>(...values: readonly T[]) => fc.constantFrom(...values)

/** Every choice that a spec is made of; what doesn't fit together is left out by `specFrom`. */
export interface Choices {
  readonly engine: CacheClusterSpec['engine']
  readonly version: number | undefined
  readonly type: string
  readonly count: number | undefined
  readonly replicas: number | undefined
  readonly mode: 'Disabled' | 'Compatible' | 'Enabled' | undefined
  readonly shards: number | undefined
  readonly multiAZ: boolean | undefined
  readonly failover: boolean | undefined
  readonly zones: boolean
  readonly tls: 'Disabled' | 'Preferred' | 'Required' | undefined
  readonly atRest: boolean | undefined
  readonly port: number | undefined
  readonly groups: readonly string[] | undefined
  readonly auth: 'none' | 'generated' | 'mine'
  readonly policy: boolean
  readonly parameters: Readonly<Record<string, string>> | undefined
  readonly groupName: string | undefined
  readonly secretName: string | undefined
  readonly prefix: string | undefined
  readonly overlap: string
  readonly policyOfDeletion: 'Delete' | 'Retain'
  readonly protection: boolean
  readonly suspend: boolean
  readonly tags: Readonly<Record<string, string>> | undefined
}

export const choices: fc.Arbitrary<Choices> = fc.record<Choices>({
  engine: among('redis', 'redis', 'redis', 'valkey', 'valkey', 'memcached'),
  version: sometimes(among(0, 1, 2), 4),
  type: among(
    'cache.m6g.large',
    'cache.m6g.large',
    'cache.m6g.large',
    'cache.m6g.xlarge',
    'cache.m6g.xlarge',
    'cache.zz9.huge',
  ),
  count: sometimes(among(1, 2, 3)),
  replicas: sometimes(among(0, 1, 2), 3),
  mode: sometimes(among('Disabled', 'Disabled', 'Compatible', 'Enabled'), 1),
  shards: sometimes(among(1, 2, 3), 1),
  multiAZ: sometimes(fc.boolean(), 1),
  failover: sometimes(fc.boolean(), 1),
  zones: fc.boolean(),
  tls: sometimes(among('Disabled', 'Preferred', 'Required', 'Required'), 2),
  atRest: sometimes(fc.boolean(), 1),
  port: sometimes(among(6380, 11_311), 1),
  groups: sometimes(among(['sg-aaaa1111'], ['sg-aaaa1111', 'sg-bbbb2222']), 1),
  auth: among('none', 'none', 'generated', 'mine'),
  policy: among(false, false, false, true),
  parameters: sometimes(
    among<Readonly<Record<string, string>>>(
      {},
      { timeout: '20' },
      { timeout: '30' },
      { 'maxmemory-policy': 'allkeys-lru', timeout: '20' },
      { 'no-such-parameter': '1' },
    ),
    1,
  ),
  groupName: sometimes(among('none-such', 'standing'), 1),
  secretName: sometimes(among('cache', 'sessions-env', 'carts'), 1),
  prefix: sometimes(among('A_'), 1),
  overlap: among('10m', '10m', '15m', '0s'),
  policyOfDeletion: among('Delete', 'Delete', 'Delete', 'Retain'),
  protection: among(false, false, false, false, true),
  suspend: among(false, false, false, false, false, true),
  tags: sometimes(among<Readonly<Record<string, string>>>({ team: 'shop' }, { team: 'pay', tier: 'one' }), 1),
})

const versions = {
  redis: ['6.2', '7.0', '7.1'],
  valkey: ['7.2', '8.0', '8.1'],
  memcached: ['1.6.12', '1.6.17', '1.6.22'],
} as const

const defined = (all: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))

interface Standing {
  readonly engine?: string
  readonly engineVersion?: string
  readonly nodes?: { readonly clusterMode?: string }
  readonly encryption?: { readonly inTransit?: string; readonly atRest?: boolean }
  readonly network?: { readonly port?: number }
}

/**
 * A spec that the API server takes: what its rules refuse is left out here, since a refused apply is no event of a history.
 * `before` is the spec that stands; `name` the object's.
 */
export const specFrom = (choice: Choices, name: string, before: Spec | undefined): Spec => {
  const was = before as Standing | undefined
  const stays = was?.engine !== undefined && !(was.engine === 'redis' && choice.engine === 'valkey')
  const engine = (stays ? was.engine : choice.engine) as CacheClusterSpec['engine']
  const asked = choice.version === undefined ? undefined : versions[engine][choice.version]
  const lowered =
    asked !== undefined && was?.engine === engine && was.engineVersion !== undefined && asked < was.engineVersion
  const engineVersion = lowered ? was.engineVersion : asked
  const common = {
    engine,
    engineVersion,
    network: network(choice, was),
    policyRef: choice.policy ? { name: 'catalog' } : undefined,
    ...(choice.groupName === undefined ? { parameters: choice.parameters } : { parameterGroupName: choice.groupName }),
    connection: connection(choice, name),
    maintenance: { overlap: choice.overlap },
    deletionPolicy: choice.policyOfDeletion,
    deletionProtection: choice.protection,
    suspend: choice.suspend,
    tags: choice.tags,
  }
  if (engine === 'memcached') {
    const inTransit =
      was === undefined ? (choice.tls === 'Preferred' ? undefined : choice.tls) : was.encryption?.inTransit
    const parameters =
      choice.groupName === undefined && choice.parameters?.timeout ? { max_item_size: '2097152' } : undefined
    const { parameters: _, ...rest } = common as typeof common & { parameters?: unknown }
    const version = inTransit === 'Required' && engineVersion === undefined ? undefined : engineVersion
    return defined({
      ...rest,
      engineVersion: version,
      parameters,
      nodes: defined({ type: choice.type, count: choice.count }),
      encryption: inTransit === undefined ? undefined : { inTransit },
    }) as Spec
  }
  const inTransit = choice.auth === 'none' ? choice.tls : 'Required'
  const atRest = was === undefined ? choice.atRest : was.encryption?.atRest
  const encryption = defined({ inTransit, atRest })
  return defined({
    ...common,
    nodes: nodesOf(choice, was),
    encryption: Object.keys(encryption).length === 0 ? undefined : encryption,
    auth:
      choice.auth === 'none'
        ? undefined
        : { mode: 'Token', ...(choice.auth === 'mine' && { token: { secretRef: { name: 'mine', key: 'token' } } }) },
  }) as Spec
}

const network = ({ port, groups }: Choices, was: Standing | undefined) => {
  const kept = defined({ port: was === undefined ? port : was.network?.port, securityGroupIds: groups })
  return Object.keys(kept).length === 0 ? undefined : kept
}

const connection = ({ secretName, prefix }: Choices, name: string) => {
  const kept = defined({ secretName: secretName === name ? undefined : secretName, envPrefix: prefix })
  return Object.keys(kept).length === 0 ? undefined : kept
}

const nodesOf = (choice: Choices, was: Standing | undefined) => {
  const final = was?.nodes?.clusterMode === 'Enabled'
  const clusterMode = final ? 'Enabled' : choice.mode
  const replicas = clusterMode === 'Compatible' ? Math.max(1, choice.replicas ?? 1) : choice.replicas
  const alone = (replicas ?? 0) === 0
  const enabled = clusterMode === 'Enabled'
  const failover =
    (alone && !enabled && choice.failover === true) ||
    (enabled && choice.failover === false) ||
    clusterMode === 'Compatible'
      ? undefined
      : choice.failover
  const zones =
    choice.zones && replicas !== undefined
      ? ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'].slice(0, replicas + 1)
      : undefined
  const multiAZ = choice.multiAZ === true && (alone || failover === false) ? undefined : choice.multiAZ
  return defined({
    type: choice.type,
    replicasPerShard: replicas,
    clusterMode,
    shards: enabled ? choice.shards : choice.shards === 1 ? 1 : undefined,
    automaticFailover: failover,
    multiAZ,
    zones: choice.zones && was === undefined ? zones : undefined,
  })
}
