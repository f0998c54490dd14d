import { apiGroup as group, type Kind, version } from '../../src/crds/kind.ts'
import type { Thing } from './api-server.ts'

type Fields = Readonly<Record<string, unknown>>

export const thing = (kind: Kind, name: string, spec: unknown): Thing => ({
  apiVersion: `${group}/${version}`,
  kind: kind.kind,
  metadata: { name, namespace: 'default' },
  spec,
})

const node = { type: 'cache.t4g.small' }

/** Specs of one engine: the smallest that there is, with these fields and these fields of `nodes`. */
export const redis = (fields: Fields = {}, nodes: Fields = {}): Fields => ({
  engine: 'redis',
  nodes: { ...node, ...nodes },
  ...fields,
})
export const valkey = (fields: Fields = {}, nodes: Fields = {}): Fields => ({
  ...redis(fields, nodes),
  engine: 'valkey',
})
export const memcached = (fields: Fields = {}, nodes: Fields = {}): Fields => ({
  ...redis(fields, nodes),
  engine: 'memcached',
})

/** Every field that redis and valkey know. */
export const fullRedis = (): Fields =>
  redis(
    {
      engineVersion: '7.1',
      network: { subnetGroupName: 'shared', securityGroupIds: ['sg-1', 'sg-2'], port: 6380, type: 'ipv4' },
      encryption: { inTransit: 'Required', atRest: true, kmsKeyId: 'alias/cache' },
      auth: { mode: 'Token', token: { secretRef: { name: 'our-token', key: 'password' } } },
      policyRef: { name: 'catalog' },
      parameters: { 'notify-keyspace-events': 'Ex' },
      connection: { secretName: 'sessions-cache', envPrefix: 'SESSIONS_' },
      maintenance: { overlap: '2h' },
      adopt: { id: 'legacy-sessions' },
      deletionPolicy: 'Retain',
      deletionProtection: true,
      suspend: true,
      tags: { team: 'shop' },
    },
    {
      shards: 2,
      replicasPerShard: 1,
      clusterMode: 'Enabled',
      multiAZ: true,
      automaticFailover: true,
      zones: ['us-east-1a', 'us-east-1b'],
    },
  )

/** Every field that memcached knows. */
export const fullMemcached = (): Fields =>
  memcached(
    {
      engineVersion: '1.6.22',
      network: { subnetGroupName: 'shared', securityGroupIds: ['sg-1'], port: 11311, type: 'dual_stack' },
      encryption: { inTransit: 'Required' },
      policyRef: { name: 'catalog' },
      parameterGroupName: 'ours',
      connection: { secretName: 'pages', envPrefix: '' },
      maintenance: { overlap: '0s' },
      adopt: { id: 'legacy-pages' },
      deletionPolicy: 'Delete',
      deletionProtection: false,
      suspend: false,
      tags: { team: 'shop' },
    },
    { count: 3, zones: ['us-east-1a', 'us-east-1b', 'us-east-1a'] },
  )

/** Every field of a policy. */
export const fullPolicy = (): Fields => ({
  strategy: { read: 'RefreshAhead', write: 'WriteBehind' },
  ttl: { default: '10m', max: '24h', jitterPercent: 20, negative: '30s', byPrefix: [{ prefix: 'board:', ttl: '5s' }] },
  staleness: { whileRevalidate: '30s', ifError: '5m' },
  refreshAhead: { threshold: '2m' },
  writeBehind: { flushInterval: '500ms', maxBatch: 100 },
  stampedeProtection: 'Lock',
  invalidation: { onWrite: 'Update', keyVersion: 'v3' },
  keys: { prefix: 'shop:' },
  session: { ttl: '30m', prefix: 's:', rolling: false },
  eviction: { policy: 'allkeys-lru', reservedMemoryPercent: 30 },
})
