import families from '../data/command-families.json' with { type: 'json' }
import type { Figures } from '../engines/port.ts'

/** Two looks at one process. */
export interface Looks {
  readonly now: Figures
  /** Totals at the end of the last period; none of a process that has begun since. */
  readonly before: Figures
  /** Real milliseconds between the two. */
  readonly elapsedMs: number
}

/** A metric of AWS/ElastiCache, and how a period's value is made of a process's own figures. */
export interface Metric {
  readonly name: string
  readonly unit: 'Bytes' | 'Count' | 'Percent' | 'Seconds' | 'Milliseconds' | 'Microseconds' | 'None'
  /** Undefined when the process says nothing about it. */
  readonly valueOf: (looks: Looks) => number | undefined
}

type Unit = Metric['unit']

const gauge = (name: string, unit: Unit, figure: string): Metric => ({
  name,
  unit,
  valueOf: ({ now }) => now[figure],
})

const risen = ({ now, before }: Looks, figure: string): number | undefined => {
  const total = now[figure]
  return total === undefined ? undefined : total - (before[figure] ?? 0)
}

/** What a total has risen by in the period. */
const counter = (name: string, figure: string, unit: Unit = 'Count'): Metric => ({
  name,
  unit,
  valueOf: (looks) => risen(looks, figure),
})

const percent = (name: string, value: Metric['valueOf']): Metric => ({ name, unit: 'Percent', valueOf: value })

const share = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || !whole ? undefined : (100 * part) / whole

/** Processor seconds of the period, in percent of one core. */
const busy =
  (...figures: readonly string[]): Metric['valueOf'] =>
  (looks) => {
    const seconds = figures.map((figure) => risen(looks, figure))
    if (seconds.includes(undefined) || looks.elapsedMs <= 0) return undefined
    const all = seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0)
    return Math.min(100, (100 * all * 1000) / looks.elapsedMs)
  }

const difference = (now: Figures, whole: string, part: string): number | undefined => {
  const [all, used] = [now[whole], now[part]]
  return all === undefined || used === undefined ? undefined : Math.max(0, all - used)
}

/** How long a replica has heard nothing of its primary. */
const replicationLag = ({ now }: Looks): number | undefined => {
  if (now['role'] !== 0) return undefined
  const lag =
    now['master_link_status'] === 1 ? now['master_last_io_seconds_ago'] : now['master_link_down_since_seconds']
  return lag === undefined || lag < 0 ? undefined : lag
}

const hitRate = (looks: Looks): number | undefined => {
  const [hits = 0, misses = 0] = ['keyspace_hits', 'keyspace_misses'].map((figure) => risen(looks, figure))
  return share(hits, hits + misses)
}

const evictable = ({ now }: Looks): number | undefined =>
  share(difference(now, 'used_memory', 'mem_not_counted_for_evict'), now['maxmemory'])

/** What all commands of a family have risen by; a command that was never called has no figure. */
const familyRisen = (looks: Looks, commands: readonly string[], field: 'calls' | 'usec'): number =>
  commands.reduce((sum, command) => sum + (risen(looks, `cmdstat_${command}_${field}`) ?? 0), 0)

/** Calls of a family of commands in the period, and how long one took on average. */
const family = ([name, commands]: readonly [string, readonly string[]]): readonly Metric[] => [
  {
    name: `${name}Cmds`,
    unit: 'Count',
    valueOf: (looks) => (looks.now['commandstats'] === undefined ? undefined : familyRisen(looks, commands, 'calls')),
  },
  {
    name: `${name}CmdsLatency`,
    unit: 'Microseconds',
    valueOf: (looks) => {
      const calls = familyRisen(looks, commands, 'calls')
      return calls > 0 ? familyRisen(looks, commands, 'usec') / calls : undefined
    },
  },
]

/** Metrics of redis and valkey nodes (user guide, "Metrics for Valkey and Redis OSS" and "Host-level metrics"). */
export const REDIS_METRICS: readonly Metric[] = [
  percent('EngineCPUUtilization', busy('used_cpu_user_main_thread', 'used_cpu_sys_main_thread')),
  percent('CPUUtilization', busy('used_cpu_user', 'used_cpu_sys')),
  percent('DatabaseMemoryUsagePercentage', ({ now }) => share(now['used_memory'], now['maxmemory'])),
  percent('DatabaseMemoryUsageCountedForEvictPercentage', evictable),
  gauge('BytesUsedForCache', 'Bytes', 'used_memory'),
  { name: 'FreeableMemory', unit: 'Bytes', valueOf: ({ now }) => difference(now, 'maxmemory', 'used_memory') },
  counter('CacheHits', 'keyspace_hits'),
  counter('CacheMisses', 'keyspace_misses'),
  percent('CacheHitRate', hitRate),
  counter('Evictions', 'evicted_keys'),
  counter('Reclaimed', 'expired_keys'),
  gauge('CurrConnections', 'Count', 'connected_clients'),
  counter('NewConnections', 'total_connections_received'),
  gauge('CurrItems', 'Count', 'keys'),
  gauge('DB0AverageTTL', 'Milliseconds', 'db0_avg_ttl'),
  { name: 'ReplicationLag', unit: 'Seconds', valueOf: replicationLag },
  counter('ReplicationBytes', 'master_repl_offset', 'Bytes'),
  gauge('IsPrimary', 'Count', 'role'),
  gauge('MemoryFragmentationRatio', 'None', 'mem_fragmentation_ratio'),
  gauge('SaveInProgress', 'Count', 'rdb_bgsave_in_progress'),
  counter('ActiveDefragHits', 'active_defrag_hits', 'None'),
  gauge('KeysTracked', 'Count', 'tracking_total_keys'),
  counter('AuthenticationFailures', 'acl_access_denied_auth'),
  counter('CommandAuthorizationFailures', 'acl_access_denied_cmd'),
  counter('KeyAuthorizationFailures', 'acl_access_denied_key'),
  counter('NetworkBytesIn', 'total_net_input_bytes', 'Bytes'),
  counter('NetworkBytesOut', 'total_net_output_bytes', 'Bytes'),
  ...Object.entries(families).flatMap(family),
]

/** Metrics of memcached nodes (user guide for memcached, "Metrics for Memcached" and "Host-level metrics"). */
export const MEMCACHED_METRICS: readonly Metric[] = [
  percent('CPUUtilization', busy('rusage_user', 'rusage_system')),
  { name: 'FreeableMemory', unit: 'Bytes', valueOf: ({ now }) => difference(now, 'limit_maxbytes', 'bytes') },
  { name: 'UnusedMemory', unit: 'Bytes', valueOf: ({ now }) => difference(now, 'limit_maxbytes', 'bytes') },
  gauge('BytesUsedForCacheItems', 'Bytes', 'bytes'),
  gauge('BytesUsedForHash', 'Bytes', 'hash_bytes'),
  counter('BytesReadIntoMemcached', 'bytes_read', 'Bytes'),
  counter('BytesWrittenOutFromMemcached', 'bytes_written', 'Bytes'),
  counter('NetworkBytesIn', 'bytes_read', 'Bytes'),
  counter('NetworkBytesOut', 'bytes_written', 'Bytes'),
  gauge('CurrConnections', 'Count', 'curr_connections'),
  counter('NewConnections', 'total_connections'),
  gauge('CurrItems', 'Count', 'curr_items'),
  counter('NewItems', 'total_items'),
  counter('CmdFlush', 'cmd_flush'),
  counter('CmdGets', 'cmd_get'),
  counter('CmdSet', 'cmd_set'),
  counter('CmdTouch', 'cmd_touch'),
  counter('GetHits', 'get_hits'),
  counter('GetMisses', 'get_misses'),
  counter('CasBadval', 'cas_badval'),
  counter('CasHits', 'cas_hits'),
  counter('CasMisses', 'cas_misses'),
  counter('DecrHits', 'decr_hits'),
  counter('DecrMisses', 'decr_misses'),
  counter('DeleteHits', 'delete_hits'),
  counter('DeleteMisses', 'delete_misses'),
  counter('IncrHits', 'incr_hits'),
  counter('IncrMisses', 'incr_misses'),
  counter('TouchHits', 'touch_hits'),
  counter('TouchMisses', 'touch_misses'),
  counter('Evictions', 'evictions'),
  counter('EvictedUnfetched', 'evicted_unfetched'),
  counter('ExpiredUnfetched', 'expired_unfetched'),
  counter('Reclaimed', 'reclaimed'),
  counter('SlabsMoved', 'slabs_moved'),
]

/** memcached says limit_maxbytes, redis and valkey do not. */
export const metricsOf = (figures: Figures): readonly Metric[] =>
  figures['limit_maxbytes'] === undefined ? REDIS_METRICS : MEMCACHED_METRICS
