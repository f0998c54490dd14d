/** Words that a CacheCluster and ElastiCache share: spelled once, here. */

export const engines = ['redis', 'valkey', 'memcached'] as const
export const clusterModes = ['Disabled', 'Compatible', 'Enabled'] as const
export const transitEncryptions = ['Disabled', 'Preferred', 'Required'] as const
