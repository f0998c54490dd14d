import { lasting } from '../core/conditions.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { Reason } from '../core/outcome.ts'

const reasonOf = (status: string): Reason => {
  if (status.startsWith('creating')) return 'Creating'
  if (status.startsWith('snapshotting')) return 'Snapshotting'
  if (status.startsWith('deleting')) return 'Deleting'
  return status.startsWith('available') ? 'WaitingForMembers' : 'Modifying'
}

/** What AWS is busy with, how far it is and how long it has taken: `creating: 1 of 2 nodes available, 4m`. */
export const progressOf = (
  cache: ObservedCache,
  sinceMs: number,
): { readonly reason: Reason; readonly message: string } => {
  const ready = cache.members.filter((member) => member.state === 'available').length
  return {
    reason: reasonOf(cache.status),
    message: `${cache.status}: ${ready} of ${cache.members.length} nodes available, ${lasting(sinceMs)}`,
  }
}
