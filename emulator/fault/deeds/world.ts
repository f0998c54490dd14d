import type { Fate } from '../../world/tick.ts'
import type { Transition } from '../../world/transition.ts'
import type { World } from '../../world/world.ts'
import type { Phase, WorldFault } from '../fault.ts'

/** A state change that is due, as the faults look at it. */
export interface Due {
  readonly phase: Phase
  /** The action that began it, or one that begins the like. */
  readonly action: string
  /** The resource, and the group that it belongs to. */
  readonly ids: readonly string[]
  readonly member: boolean
  readonly scales: boolean
}

type Kind = 'ReplicationGroup' | 'CacheCluster' | 'ServerlessCache' | 'Snapshot' | 'User' | 'UserGroup'

const ENDINGS: Readonly<Record<string, { readonly kind: Kind; readonly removes: boolean }>> = {
  settleGroup: { kind: 'ReplicationGroup', removes: false },
  removeGroup: { kind: 'ReplicationGroup', removes: true },
  settleCluster: { kind: 'CacheCluster', removes: false },
  removeCluster: { kind: 'CacheCluster', removes: true },
  settleServerless: { kind: 'ServerlessCache', removes: false },
  removeServerless: { kind: 'ServerlessCache', removes: true },
  settleSnapshot: { kind: 'Snapshot', removes: false },
  removeSnapshot: { kind: 'Snapshot', removes: true },
  settleUser: { kind: 'User', removes: false },
  removeUser: { kind: 'User', removes: true },
  settleUserGroup: { kind: 'UserGroup', removes: false },
  removeUserGroup: { kind: 'UserGroup', removes: true },
}

const SCALING = [
  'ModifyReplicationGroup',
  'IncreaseReplicaCount',
  'ModifyReplicationGroupShardConfiguration',
  'ModifyCacheCluster',
]
const VERBS = { creating: 'Create', modifying: 'Modify', deleting: 'Delete' } as const
const KINDS = [...new Set(Object.values(ENDINGS).map(({ kind }) => kind))]

/** The actions that a fault of the world may name. */
export const worldActionsOf = (fault: WorldFault): readonly string[] => {
  if (fault.do === 'noCapacity') return SCALING
  if (fault.do === 'createFailed') return ['CreateReplicationGroup', 'CreateCacheCluster', 'CreateServerlessCache']
  const verb = VERBS[fault.phase ?? 'modifying']
  const named = KINDS.filter((kind) => verb !== 'Modify' || kind !== 'Snapshot').map((kind) => `${verb}${kind}`)
  return verb === 'Modify' ? [...new Set([...named, ...SCALING])] : named
}

const statusOf = (world: World, kind: Kind, id: string): string | undefined =>
  ({
    ReplicationGroup: world.groups,
    CacheCluster: world.clusters,
    ServerlessCache: world.serverlessCaches,
    Snapshot: world.snapshots,
    User: world.users,
    UserGroup: world.userGroups,
  })[kind].get(id)?.status

const scalingOf = (world: World, kind: Kind, id: string): string | undefined => {
  if (kind === 'ReplicationGroup') {
    const change = world.groups.get(id)?.applying
    if (change?.slots) return 'ModifyReplicationGroupShardConfiguration'
    if (change?.joining) return 'IncreaseReplicaCount'
    return change?.settings?.nodeType ? 'ModifyReplicationGroup' : undefined
  }
  const cluster = kind === 'CacheCluster' ? world.clusters.get(id) : undefined
  const scales = cluster?.applying?.settings?.nodeType || cluster?.applying?.newZones?.length
  return cluster?.groupId === undefined && scales ? 'ModifyCacheCluster' : undefined
}

/** Reads a state change; undefined when it is none that faults strike. */
export const dueOf = (world: World, transition: Transition): Due | undefined => {
  const ending = Object.hasOwn(ENDINGS, transition.do) ? ENDINGS[transition.do] : undefined
  if (!ending) return undefined
  const { kind, removes } = ending
  const status = statusOf(world, kind, transition.id)
  if (status === undefined || !(removes || status === 'creating' || status === 'modifying')) return undefined
  const phase = removes ? 'deleting' : status === 'creating' ? 'creating' : 'modifying'
  const groupId = kind === 'CacheCluster' ? world.clusters.get(transition.id)?.groupId : undefined
  const scaling = phase === 'modifying' ? scalingOf(world, kind, transition.id) : undefined
  return {
    phase,
    action: scaling ?? `${VERBS[phase]}${groupId === undefined ? kind : 'ReplicationGroup'}`,
    ids: [transition.id, ...(groupId === undefined ? [] : [groupId])],
    member: groupId !== undefined,
    scales: scaling !== undefined,
  }
}

/** What a fault makes of a state change that it fits. */
export const fateBy = (fault: WorldFault, due: Due): Fate | undefined => {
  switch (fault.do) {
    case 'stuckModifying':
      return due.phase === (fault.phase ?? 'modifying') ? { is: 'held' } : undefined
    case 'createFailed':
      return due.phase === 'creating' && !due.member && worldActionsOf(fault).includes(due.action)
        ? { is: 'failed', reason: 'an ordered fault' }
        : undefined
    case 'noCapacity':
      return due.scales ? { is: 'failed', reason: 'insufficient capacity' } : undefined
  }
}
