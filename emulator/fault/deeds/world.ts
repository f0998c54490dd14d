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
  /** What it counts as: a group and its members are one. */
  readonly resource: string
  readonly member: boolean
  readonly scales: boolean
}

type Kind =
  | 'ReplicationGroup'
  | 'CacheCluster'
  | 'ServerlessCache'
  | 'Snapshot'
  | 'ServerlessCacheSnapshot'
  | 'User'
  | 'UserGroup'

const ENDINGS: Readonly<Record<string, { readonly kind: Kind; readonly removes: boolean }>> = {
  settleGroup: { kind: 'ReplicationGroup', removes: false },
  removeGroup: { kind: 'ReplicationGroup', removes: true },
  settleCluster: { kind: 'CacheCluster', removes: false },
  removeCluster: { kind: 'CacheCluster', removes: true },
  settleServerless: { kind: 'ServerlessCache', removes: false },
  removeServerless: { kind: 'ServerlessCache', removes: true },
  settleSnapshot: { kind: 'Snapshot', removes: false },
  removeSnapshot: { kind: 'Snapshot', removes: true },
  settleServerlessSnapshot: { kind: 'ServerlessCacheSnapshot', removes: false },
  removeServerlessSnapshot: { kind: 'ServerlessCacheSnapshot', removes: true },
  settleUser: { kind: 'User', removes: false },
  removeUser: { kind: 'User', removes: true },
  settleUserGroup: { kind: 'UserGroup', removes: false },
  removeUserGroup: { kind: 'UserGroup', removes: true },
}
const KINDS = [...new Set(Object.values(ENDINGS).map(({ kind }) => kind))]

/** Snapshots cannot be modified, and are the only ones that are copied. */
const isSnapshot = (kind: Kind) => kind === 'Snapshot' || kind === 'ServerlessCacheSnapshot'

const SCALING = [
  'ModifyReplicationGroup',
  'IncreaseReplicaCount',
  'ModifyReplicationGroupShardConfiguration',
  'ModifyCacheCluster',
]
const CREATES = ['CreateReplicationGroup', 'CreateCacheCluster', 'CreateServerlessCache']

const actionsOfPhase = (phase: Phase): readonly string[] => {
  switch (phase) {
    case 'creating':
      return [...KINDS.map((kind) => `Create${kind}`), ...KINDS.filter(isSnapshot).map((kind) => `Copy${kind}`)]
    case 'modifying':
      return [
        ...KINDS.filter((kind) => !isSnapshot(kind)).map((kind) => `Modify${kind}`),
        'ModifyReplicationGroupShardConfiguration',
        'IncreaseReplicaCount',
        'DecreaseReplicaCount',
      ]
    case 'deleting':
      return KINDS.map((kind) => `Delete${kind}`)
  }
}

/** The actions that a fault of the world may name. */
export const worldActionsOf = (fault: WorldFault): readonly string[] => {
  switch (fault.do) {
    case 'noCapacity':
      return SCALING
    case 'createFailed':
      return CREATES
    case 'stuckModifying':
      return actionsOfPhase(fault.phase ?? 'modifying')
  }
}

const statusOf = (world: World, kind: Kind, id: string): string | undefined =>
  ({
    ReplicationGroup: world.groups,
    CacheCluster: world.clusters,
    ServerlessCache: world.serverlessCaches,
    Snapshot: world.snapshots,
    ServerlessCacheSnapshot: world.serverlessSnapshots,
    User: world.users,
    UserGroup: world.userGroups,
  })[kind].get(id)?.status

const PHASES: Readonly<Record<string, Phase>> = { creating: 'creating', copying: 'creating', modifying: 'modifying' }

/** The action that modifies a group as it is being modified, and whether that scales it. */
const groupModification = (world: World, id: string): Pick<Due, 'action' | 'scales'> => {
  const change = world.groups.get(id)?.applying
  if (change?.slots) return { action: 'ModifyReplicationGroupShardConfiguration', scales: true }
  if (change?.joining) return { action: 'IncreaseReplicaCount', scales: true }
  if (change?.leaving) return { action: 'DecreaseReplicaCount', scales: false }
  return { action: 'ModifyReplicationGroup', scales: change?.settings?.nodeType !== undefined }
}

const clusterScales = (world: World, id: string): boolean => {
  const change = world.clusters.get(id)?.applying
  return change?.settings?.nodeType !== undefined || (change?.newZones ?? []).length > 0
}

const begunBy = (world: World, kind: Kind, id: string, phase: Phase): Pick<Due, 'action' | 'scales'> => {
  switch (phase) {
    case 'creating':
      return { action: `${statusOf(world, kind, id) === 'copying' ? 'Copy' : 'Create'}${kind}`, scales: false }
    case 'modifying':
      if (kind === 'ReplicationGroup') return groupModification(world, id)
      return { action: `Modify${kind}`, scales: kind === 'CacheCluster' && clusterScales(world, id) }
    case 'deleting':
      return { action: `Delete${kind}`, scales: false }
  }
}

/** A member is made, changed and deleted with its group. */
const dueOfMember = (id: string, groupId: string, phase: Phase): Due => ({
  phase,
  action: `${{ creating: 'Create', modifying: 'Modify', deleting: 'Delete' }[phase]}ReplicationGroup`,
  ids: [id, groupId],
  resource: `ReplicationGroup/${groupId}`,
  member: true,
  scales: false,
})

/** Reads a state change; undefined when it is none that faults strike. */
export const dueOf = (world: World, transition: Transition): Due | undefined => {
  const ending = Object.hasOwn(ENDINGS, transition.do) ? ENDINGS[transition.do] : undefined
  if (!ending) return undefined
  const { kind, removes } = ending
  const { id } = transition
  const status = statusOf(world, kind, id)
  const phase = removes ? 'deleting' : PHASES[status ?? '']
  if (status === undefined || phase === undefined) return undefined
  const groupId = kind === 'CacheCluster' ? world.clusters.get(id)?.groupId : undefined
  if (groupId !== undefined) return dueOfMember(id, groupId, phase)
  return { phase, ids: [id], resource: `${kind}/${id}`, member: false, ...begunBy(world, kind, id, phase) }
}

/** What a fault makes of a state change that it fits. */
export const fateBy = (fault: WorldFault, due: Due): Fate | undefined => {
  switch (fault.do) {
    case 'stuckModifying':
      return due.phase === (fault.phase ?? 'modifying') ? { is: 'held' } : undefined
    case 'createFailed':
      return due.phase === 'creating' && !due.member && CREATES.includes(due.action)
        ? { is: 'failed', reason: 'an ordered fault' }
        : undefined
    case 'noCapacity':
      return due.scales ? { is: 'failed', reason: 'insufficient capacity' } : undefined
  }
}
