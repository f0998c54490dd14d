import type { CacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import type { CachePolicyStatus } from '../../src/crds/cache-policy.ts'
import type { Condition } from '../../src/crds/conditions.ts'

const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'InSync',
  message: 'all is as asked',
  lastTransitionTime: '2026-01-02T03:04:05Z',
  observedGeneration: 1,
}

/** Every field of the status, so that one that the server would prune is missed. */
export const fullCacheClusterStatus: Required<CacheClusterStatus> = {
  observedGeneration: 1,
  conditions: [ready],
  id: 'larder-default-shown',
  target: { account: '123456789012', region: 'us-east-1', cluster: 'larder', clusterUID: 'kube-1' },
  arn: 'arn:aws:elasticache:us-east-1:123456789012:replicationgroup:larder-default-shown',
  createdTime: '2026-01-02T03:00:00Z',
  engineVersion: '7.1.0',
  nodeType: 'cache.t4g.small',
  size: '1x1 cache.t4g.small',
  shards: 1,
  replicasPerShard: 1,
  clusterMode: 'Disabled',
  automaticFailover: true,
  multiAZ: true,
  address: 'primary.example:6379',
  endpoint: {
    primary: { host: 'primary.example', port: 6379 },
    reader: { host: 'reader.example', port: 6379 },
    configuration: { host: 'configuration.example', port: 6379 },
    nodes: ['node-1.example:11211'],
    port: 6379,
  },
  members: [{ id: 'shown-001', shard: '0001', role: 'primary', zone: 'us-east-1a', status: 'available' }],
  pending: { nodeType: 'cache.r7g.large' },
  plan: {
    hash: '5f1c',
    actions: [
      {
        do: 'SetReplicas',
        field: 'spec.nodes.replicasPerShard',
        from: '1',
        to: '2',
        disruption: 'None',
        when: 'Now',
        notBefore: '2026-01-03T03:04:05Z',
      },
    ],
  },
  drift: [{ field: 'spec.nodes.type', want: 'cache.t4g.small', have: 'cache.t4g.micro' }],
  binding: { name: 'shown-secret' },
  envSecretName: 'shown-secret-env',
  parameterGroup: { name: 'larder-default-redis7-0123456789ab', owned: true, complete: true },
  rebootPendingSince: '2026-01-01T00:00:00Z',
  formerParameterGroups: ['larder-default-redis6-x-0123456789ab'],
  authToken: { version: '12', seen: '13', phase: 'Settled', withdrawn: true },
  authTokenCall: { call: 'RotateToken 12', changedTime: '2026-01-02T03:00:00Z' },
  published: { way: 'ef56', since: '2026-01-02T03:04:05Z', token: '12', names: ['shown-secret', 'shown-secret-env'] },
  tags: { hash: 'cd34', keys: ['team'] },
  lastCheckedTime: '2026-01-02T03:04:05Z',
  lastHandledReconcileAt: 'now',
}

export const fullCachePolicyStatus: Required<CachePolicyStatus> = {
  observedGeneration: 1,
  conditions: [ready],
  cacheCount: 1,
  caches: ['shown'],
  warnings: ['spec.eviction is not enforced'],
  lastHandledReconcileAt: 'now',
}
