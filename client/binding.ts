import { type Address, addressesOf, partsOfUri } from './address.ts'
import { BindingError } from './errors.ts'

export type Engine = 'redis' | 'memcached' // redis also speaks to Valkey

/** What a workload needs to reach its cache. `password` is a secret: a binding is never printed. */
export interface Binding {
  readonly engine: Engine
  readonly nodes: readonly [Address, ...Address[]]
  readonly clusterMode: boolean // redis only: the nodes are a way into a cluster with slots
  readonly username?: string
  readonly password?: string
  readonly database: number
  readonly tls: boolean
  readonly certificates?: string // PEM; when absent, Node's own trust and NODE_EXTRA_CA_CERTS hold
  readonly policy?: string // the policy document's text
}

/** Values by name: the environment, or the files of a binding's folder. */
export type Values = Readonly<Record<string, string | undefined>>

/**
 * The binding in an environment, each name behind `prefix`: `REDIS_URL` (or `REDIS_HOST` and its like), `MEMCACHE_SERVERS`,
 * `CACHE_URL`, `CACHE_POLICY`; `REDIS_CLUSTER_NODES` (`host:port,...`) for a cluster with slots. Undefined: it holds none.
 *
 * @throws BindingError when it names both engines and `engine` doesn't choose, or a value is malformed
 */
export const bindingFromEnvironment = (environment: Values, prefix = '', engine?: Engine): Binding | undefined => {
  const value = (name: string): string | undefined => environment[`${prefix}${name}`] || undefined
  const generic = value('CACHE_URL')
  const genericIsRedis = generic !== undefined && /^(redis|valkey)s?:/.test(generic)
  const uri = value('REDIS_URL') ?? (genericIsRedis ? generic : undefined)
  const servers = value('MEMCACHE_SERVERS') ?? value('MEMCACHED_SERVERS') ?? (genericIsRedis ? undefined : generic)
  const hasRedis = uri !== undefined || value('REDIS_HOST') !== undefined
  const hasMemcached = servers !== undefined || value('MEMCACHED_HOST') !== undefined
  const policy = value('CACHE_POLICY')

  if (hasRedis && hasMemcached && !engine) {
    throw new BindingError(
      `the environment names both Redis and Memcached (prefix "${prefix}"): set the option engine, or give each cache its own envPrefix`,
    )
  }
  if (hasRedis && engine !== 'memcached') {
    return redisBinding({
      uri,
      host: value('REDIS_HOST'),
      port: value('REDIS_PORT'),
      username: value('REDIS_USERNAME'),
      password: value('REDIS_PASSWORD'),
      database: value('REDIS_DB'),
      tls: value('REDIS_TLS'),
      'cluster.nodes': value('REDIS_CLUSTER_NODES'),
      'policy.json': policy,
    })
  }
  if (hasMemcached && engine !== 'redis') {
    return memcachedBinding({
      nodes: servers,
      host: value('MEMCACHED_HOST'),
      port: value('MEMCACHED_PORT'),
      tls: value('MEMCACHED_TLS'),
      'policy.json': policy,
    })
  }
  return undefined
}

/**
 * The binding in the files of a servicebinding.io folder, by file name.
 *
 * @throws BindingError when `type` is no cache, or a value is missing or malformed
 */
export const bindingFromFiles = (files: Values): Binding => {
  switch (files.type) {
    case 'redis':
    case 'valkey':
      return redisBinding(files)
    case 'memcached':
      return memcachedBinding(files)
    default:
      throw new BindingError('the binding has no file "type" that says redis, valkey or memcached')
  }
}

const redisBinding = (values: Values): Binding => {
  const uri = values.uri ?? values.url
  const parts = uri === undefined ? undefined : partsOfUri(uri)
  const cluster = values['cluster.nodes']
  const username = parts?.username ?? values.username
  const password = parts?.password ?? values.password
  return {
    engine: 'redis',
    nodes: cluster ? addressesOf(cluster, 6379) : parts ? [parts.address] : nodesOf(values, 6379),
    clusterMode: Boolean(cluster),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    database: parts?.database ?? databaseOf(values.database),
    tls: parts?.tls === true || isOn(values.tls),
    ...trustAndPolicy(values),
  }
}

const memcachedBinding = (values: Values): Binding => ({
  engine: 'memcached',
  nodes: values.nodes ? addressesOf(values.nodes, 11211) : nodesOf(values, 11211),
  clusterMode: false,
  database: 0,
  tls: isOn(values.tls),
  ...trustAndPolicy(values),
})

const trustAndPolicy = ({ certificates, 'policy.json': policy }: Values): Pick<Binding, 'certificates' | 'policy'> => ({
  ...(certificates ? { certificates } : {}),
  ...(policy ? { policy } : {}),
})

const nodesOf = ({ host, port }: Values, defaultPort: number): readonly [Address, ...Address[]] => {
  if (!host) throw new BindingError('the binding names no host: it needs uri, nodes, or host and port')
  return addressesOf(port ? `${host.includes(':') ? `[${host}]` : host}:${port}` : host, defaultPort)
}

const databaseOf = (text: string | undefined): number => {
  if (!/^\d*$/.test(text ?? '')) throw new BindingError('the database of the binding is not a number')
  return Number(text ?? 0)
}

const isOn = (text: string | undefined): boolean => text !== undefined && !['', 'false', '0', 'no'].includes(text)
