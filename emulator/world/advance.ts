import { openClusterSnapshotWindow, openGroupSnapshotWindow } from './automatic-snapshots.ts'
import { openClusterWindow, removeCluster, settleCluster } from './cluster-happenings.ts'
import { stepFailover } from './failover.ts'
import { openGroupWindow, removeGroup, settleGroup } from './group-happenings.ts'
import { applyParameters } from './parameter-status.ts'
import type { Profile } from './profile.ts'
import { settleReboot } from './reboot.ts'
import { settleRecovery } from './recovery.ts'
import { openServerlessSnapshotTime } from './serverless-daily.ts'
import { removeServerless, settleServerless } from './serverless-happenings.ts'
import {
  expireServerlessSnapshot,
  removeServerlessSnapshot,
  settleServerlessSnapshot,
} from './serverless-snapshot-happenings.ts'
import { expireSnapshot, removeSnapshot, settleRestore, settleSnapshot } from './snapshot-happenings.ts'
import { failing, type Readiness, type Tick } from './tick.ts'
import type { Happening, Transition } from './transition.ts'
import { autoApplyUpdate, expireUpdate, stepUpdate } from './update-happenings.ts'
import { removeUser, removeUserGroup, settleUser, settleUserGroup } from './user-happenings.ts'
import type { World } from './world.ts'

/** Carries a state change out; false when it has to wait, for server processes for instance. */
type Deed = (tick: Tick, id: string) => boolean

const DEEDS: Readonly<Record<Happening['do'], Deed>> = {
  settleGroup,
  removeGroup,
  openGroupWindow,
  settleCluster,
  removeCluster,
  openClusterWindow,
  applyParameters,
  settleSnapshot,
  settleRestore,
  removeSnapshot,
  expireSnapshot,
  openGroupSnapshotWindow,
  openClusterSnapshotWindow,
  stepUpdate,
  autoApplyUpdate,
  expireUpdate,
  stepFailover,
  settleRecovery,
  settleReboot,
  settleUser,
  removeUser,
  settleUserGroup,
  removeUserGroup,
  settleServerless,
  removeServerless,
  openServerlessSnapshotTime,
  settleServerlessSnapshot,
  removeServerlessSnapshot,
  expireServerlessSnapshot,
}

const nextDue = (world: World, nowMs: number, tried: ReadonlySet<Transition>): Transition | undefined => {
  for (const transition of world.due) {
    if (transition.atMs > nowMs) return undefined
    if (!tried.has(transition)) return transition
  }
  return undefined
}

/**
 * Brings a world up to date: carries out every state change that is due, in the order of time.
 * A change that needs server processes which do not answer yet, or that an ordered fault holds, stays due.
 * @returns whether anything changed
 */
export const advance = (world: World, profile: Profile, nodes: Readiness, nowMs: number): boolean => {
  const tried = new Set<Transition>()
  let changed = false
  for (;;) {
    const transition = nextDue(world, nowMs, tried)
    if (!transition) return changed
    tried.add(transition)
    const fate = nodes.fateOf(world, transition)
    const tick: Tick = {
      world,
      profile,
      nodes: fate?.is === 'failed' ? failing(nodes, fate.reason) : nodes,
      atMs: transition.held ? nowMs : transition.atMs,
      transition,
    }
    if (fate?.is === 'held' || !DEEDS[transition.do](tick, transition.id)) {
      transition.held = true
      continue
    }
    changed = true
    const index = world.due.indexOf(transition)
    if (index >= 0) world.due.splice(index, 1)
  }
}
