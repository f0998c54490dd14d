import { userInfo } from 'node:os'
import type { Address, NodeWanted } from './port.ts'

type Translation = (value: string) => readonly string[]

const flag =
  (option: string): Translation =>
  (value) =>
    isOn(value) ? [option] : []
const option =
  (name: string): Translation =>
  (value) =>
    /^[\d.]+$/.test(value) || name === '-B' ? [name, value] : []
const extended =
  (name: string): Translation =>
  (value) => ['-o', `${name}=${value}`]
const extendedFlag =
  (name: string): Translation =>
  (value) =>
    isOn(value) ? ['-o', name] : []
const extendedSwitch =
  (name: string): Translation =>
  (value) =>
    isOn(value) ? ['-o', name] : ['-o', `no_${name}`]

/**
 * Parameters of the memcached families that a stock memcached 1.6 takes, and how. All others are ElastiCache's own
 * (config_max, config_size_max, memcached_connections_overhead, ...), gone (inline_ascii_resp, expirezero_does_not_evict)
 * or about the machine (large_memory_pages, lock_down_paged_memory, maximize_core_file_limit).
 */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  no_modern: extendedFlag('no_modern'), // first: it resets what the next ones set
  backlog_queue_limit: option('-b'),
  binding_protocol: option('-B'),
  cas_disabled: flag('-C'),
  chunk_size: option('-n'),
  chunk_size_growth_factor: option('-f'),
  disable_flush_all: flag('-F'),
  error_on_memory_exhausted: flag('-M'),
  hash_algorithm: extended('hash_algorithm'),
  hashpower_init: extended('hashpower'),
  idle_timeout: extended('idle_timeout'),
  lru_crawler: extendedFlag('lru_crawler'),
  lru_maintainer: extendedFlag('lru_maintainer'),
  max_item_size: option('-I'),
  maxconns_fast: extendedSwitch('maxconns_fast'),
  requests_per_event: option('-R'),
  slab_automove: extended('slab_automove'),
  slab_chunk_max: (bytes) => ['-o', `slab_chunk_max=${Math.max(1, Math.floor(Number(bytes) / 1024))}`],
  slab_reassign: extendedFlag('slab_reassign'),
  track_sizes: extendedFlag('track_sizes'),
  watch: (value) => (isOn(value) ? [] : ['-W']),
  watcher_logbuf_size: extended('watcher_logbuf_size'),
  worker_logbuf_size: extended('worker_logbuf_size'),
}

const MEGABYTE = 1024 * 1024
const LEAST_MEGABYTES = 8
const DEFAULT_ITEM_BYTES = MEGABYTE

/** The arguments of a memcached process. None of them is a secret. */
export function memcachedArguments(
  wanted: NodeWanted,
  place: Address,
  memoryScale: number,
  tls: { certificate: string; key: string } | undefined,
): string[] {
  const { parameters } = wanted
  const translated = Object.entries(TRANSLATIONS).flatMap(([name, translate]) => {
    const value = parameters[name]
    return value === undefined || value === '' ? [] : translate(value)
  })
  return [
    ...['-l', place.host, '-p', String(place.port), '-U', '0', '-t', '2', '-c', '4096'],
    ...['-m', String(memoryMegabytes(wanted, memoryScale))],
    ...(userInfo().uid === 0 ? ['-u', userInfo().username] : []),
    ...(tls ? ['-Z', '-o', `ssl_chain_cert=${tls.certificate},ssl_key=${tls.key}`] : []),
    ...translated,
  ]
}

/** What is left for items by the dial; memcached refuses to start with less than twice its largest item. */
function memoryMegabytes({ maxmemoryBytes, parameters }: NodeWanted, scale: number): number {
  const overheadMegabytes = Number(parameters.memcached_connections_overhead ?? 0)
  const scaled = Math.floor((maxmemoryBytes / MEGABYTE - overheadMegabytes) * scale)
  const itemBytes = Number(parameters.max_item_size ?? DEFAULT_ITEM_BYTES)
  return Math.max(LEAST_MEGABYTES, Math.ceil((2 * itemBytes) / MEGABYTE), scaled)
}

function isOn(value: string): boolean {
  return ['1', 'yes', 'true', 'enabled'].includes(value)
}
