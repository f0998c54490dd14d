import { arnOf } from './arn.ts'
import type { CacheCluster } from './cache-cluster.ts'
import { record } from './event.ts'
import type { Settings } from './settings.ts'
import type { World } from './world.ts'

export interface NewMember {
  readonly id: string
  readonly groupId: string
  readonly shardId: string
  readonly zone: string
  readonly settings: Settings
}

/** Adds a member that is being made. */
export const addMember = (world: World, member: NewMember, nowMs: number): void => {
  const cluster: CacheCluster = {
    id: member.id,
    arn: arnOf(world, 'cluster', member.id),
    createdAtMs: nowMs,
    status: 'creating',
    settings: member.settings,
    groupId: member.groupId,
    shardId: member.shardId,
    azMode: 'single-az',
    nodes: [{ id: '0001', status: 'creating', createdAtMs: nowMs, zone: member.zone }],
    parameterStatus: 'in-sync',
    untilReboot: {},
    generation: 1,
    configurationVersion: 1,
  }
  world.clusters.set(member.id, cluster)
  record(world, nowMs, 'cache-cluster', member.id, `Cache cluster ${member.id} is being created`)
}

/** 'sessions-001' without cluster mode, 'sessions-0001-001' with it. */
export const memberId = (groupId: string, shardId: string, number: number, clusterMode: boolean): string => {
  const ordinal = String(number).padStart(3, '0')
  return clusterMode ? `${groupId}-${shardId}-${ordinal}` : `${groupId}-${ordinal}`
}

/** The first ids of a shard that nobody has. */
export const freeMemberIds = (
  world: World,
  groupId: string,
  shardId: string,
  clusterMode: boolean,
  count: number,
): readonly string[] => {
  const free: string[] = []
  for (let number = 1; free.length < count; number += 1) {
    const id = memberId(groupId, shardId, number, clusterMode)
    if (!world.clusters.has(id)) free.push(id)
  }
  return free
}

/** Nodes of all clusters, those that are being deleted too. */
export const nodesInWorld = (world: World): number => {
  let count = 0
  for (const cluster of world.clusters.values()) count += cluster.nodes.length
  return count
}
