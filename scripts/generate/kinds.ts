import type { z } from 'zod'
import { cacheClusterRules } from '../../src/crds/cache-cluster/rules.ts'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { cacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { cachePolicySpec, cachePolicyStatus } from '../../src/crds/cache-policy.ts'
import { cacheClusterKind, cachePolicyKind, type Kind } from '../../src/crds/kind.ts'
import type { Rule } from '../../src/crds/rule.ts'

/** A column of `kubectl get`; `wide` ones show with `-o wide` only. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date'
  readonly jsonPath: string
  readonly wide?: true
}

/** All that a CRD and its page tell of a kind beside its fields. */
export interface KindSource {
  readonly kind: Kind
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly description: string
  readonly spec: z.ZodType
  readonly status: z.ZodType
  /** Rules on the whole object, for those that need its name. */
  readonly rules: readonly Rule[]
  readonly columns: readonly Column[]
  /** A manifest that the API server takes, for the page. */
  readonly example: string
}

const ready = (what: 'status' | 'reason') => `.status.conditions[?(@.type=="Ready")].${what}`
const age: Column = { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' }
const text = (name: string, jsonPath: string): Column => ({ name, type: 'string', jsonPath })
const wide = (name: string, jsonPath: string, type: Column['type'] = 'string'): Column => ({
  name,
  type,
  jsonPath,
  wide: true,
})

const cacheCluster: KindSource = {
  kind: cacheClusterKind,
  singular: 'cachecluster',
  shortNames: ['cache'],
  labels: { 'servicebinding.io/provisioned-service': 'true' },
  description: 'One cache in AWS ElastiCache (Redis, Valkey or Memcached), and the Secrets that lead workloads to it.',
  spec: cacheClusterSpec,
  status: cacheClusterStatus,
  rules: cacheClusterRules['x-kubernetes-validations'],
  columns: [
    text('ENGINE', '.spec.engine'),
    text('SIZE', '.status.size'),
    text('READY', ready('status')),
    text('STATUS', ready('reason')),
    text('ENDPOINT', '.status.address'),
    age,
    wide('ID', '.status.id'),
    wide('VERSION', '.status.engineVersion'),
    wide('SECRET', '.status.binding.name'),
    wide('CHECKED', '.status.lastCheckedTime', 'date'),
  ],
  example: `apiVersion: larder.dev/v1alpha1
kind: CacheCluster
metadata:
  name: sessions
  namespace: shop
spec:
  engine: valkey
  engineVersion: "8.0"
  nodes:
    type: cache.t4g.small
    replicasPerShard: 1
  network:
    subnetGroupName: shared
    securityGroupIds: [sg-0a1b2c3d]
  encryption:
    inTransit: Required
  auth:
    mode: Token
  policyRef:
    name: catalog
  parameters:
    notify-keyspace-events: Ex
  tags:
    team: shop
`,
}

const cachePolicy: KindSource = {
  kind: cachePolicyKind,
  singular: 'cachepolicy',
  shortNames: ['cachepolicy'],
  labels: {},
  description:
    'How caches are used: strategies, TTLs, eviction. spec.eviction is enforced in AWS on every cache that names the policy; all else is handed to workloads in their Secrets.',
  spec: cachePolicySpec,
  status: cachePolicyStatus,
  rules: [],
  columns: [
    text('READ', '.spec.strategy.read'),
    text('WRITE', '.spec.strategy.write'),
    text('TTL', '.spec.ttl.default'),
    text('EVICTION', '.spec.eviction.policy'),
    text('READY', ready('status')),
    age,
  ],
  example: `apiVersion: larder.dev/v1alpha1
kind: CachePolicy
metadata:
  name: catalog
  namespace: shop
spec:
  strategy:
    read: LazyLoading
    write: WriteThrough
  ttl:
    default: 10m
    max: 24h
    negative: 30s
    byPrefix:
      - prefix: "leaderboard:"
        ttl: 5s
  staleness:
    ifError: 5m
  stampedeProtection: Coalesce
  keys:
    prefix: "shop:"
  eviction:
    policy: allkeys-lru
`,
}

export const kinds: readonly KindSource[] = [cacheCluster, cachePolicy]
