import type { CacheState } from '../../plan/core/observed.ts'

const states: Readonly<Record<string, CacheState>> = {
  available: 'available',
  deleting: 'deleting',
  deleted: 'deleting',
  'create-failed': 'failed',
  'restore-failed': 'failed',
  'incompatible-network': 'failed',
}

/** AWS's word sorted: every word that isn't known to rest or to have failed is taken for something that AWS is busy with. */
export const stateOf = (status: string): CacheState => states[status] ?? 'moving'

/** What the state of the whole depends on: its shards and nodes. */
export interface Part {
  /** As people know it: `member x-002`, `shard 0001`. */
  readonly name: string
  readonly status: string
}

/**
 * The state of the whole. AWS calls a group available while nodes still come or go, and refuses changes meanwhile; so it
 * counts as available only when every part is, and the status tells which part isn't: `available, member x-002 creating`.
 */
export const stateOfWhole = (status: string, parts: readonly Part[]): { state: CacheState; status: string } => {
  const state = stateOf(status)
  if (state !== 'available') return { state, status }
  const failed = parts.find((part) => stateOf(part.status) === 'failed')
  const late = failed ?? parts.find((part) => stateOf(part.status) !== 'available')
  if (!late) return { state, status }
  return { state: failed ? 'failed' : 'moving', status: `${status}, ${late.name} ${late.status}` }
}
