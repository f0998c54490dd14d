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
 * counts as available only when no part is under way, and the status tells which part isn't: `available, member x-002
 * creating`. A part that has failed leaves the whole what it is: the others serve, and changes are taken (fewer replicas are
 * the cure). Only its own status makes the whole failed.
 */
export const stateOfWhole = (status: string, parts: readonly Part[]): { state: CacheState; status: string } => {
  const state = stateOf(status)
  if (state !== 'available') return { state, status }
  const told = (part: Part) => `${status}, ${part.name} ${part.status}`
  const late = parts.find((part) => stateOf(part.status) !== 'available' && stateOf(part.status) !== 'failed')
  if (late) return { state: 'moving', status: told(late) }
  const failed = parts.find((part) => stateOf(part.status) === 'failed')
  return { state, status: failed ? told(failed) : status }
}
