import type { World } from './world.ts'

/** What happens to a resource when its time has come. */
export interface Happening {
  readonly do:
    | 'settleGroup'
    | 'removeGroup'
    | 'openGroupWindow'
    | 'settleCluster'
    | 'removeCluster'
    | 'openClusterWindow'
    | 'applyParameters'
    | 'settleSnapshot'
    | 'settleRestore'
    | 'removeSnapshot'
    | 'expireSnapshot'
    | 'openGroupSnapshotWindow'
    | 'openClusterSnapshotWindow'
    | 'stepUpdate'
    | 'autoApplyUpdate'
    | 'expireUpdate'
    | 'stepFailover'
    | 'settleRecovery'
    | 'settleReboot'
    | 'settleUser'
    | 'removeUser'
    | 'settleUserGroup'
    | 'removeUserGroup'
    | 'settleServerless'
    | 'removeServerless'
    | 'openServerlessSnapshotTime'
    | 'settleServerlessSnapshot'
    | 'removeServerlessSnapshot'
    | 'expireServerlessSnapshot'
  /** The id or name of the resource. */
  readonly id: string
}

/** A state change that is stored with the time at which it is due. */
export type Transition = Happening & { readonly atMs: number; held?: boolean }

/** Stores a state change, behind those that are due at the same time. */
export const schedule = (world: World, atMs: number, happening: Happening): void => {
  let low = 0
  let high = world.due.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((world.due[middle]?.atMs ?? 0) <= atMs) low = middle + 1
    else high = middle
  }
  world.due.splice(low, 0, { ...happening, atMs })
}

/** Forgets stored state changes, for instance those of a resource that is being deleted. */
export const unschedule = (world: World, forgotten: (happening: Happening) => boolean): void => {
  const kept = world.due.filter((transition) => !forgotten(transition))
  world.due.splice(0, world.due.length, ...kept)
}
