import type {
  AllowedNodeTypeModificationsMessage,
  ListAllowedNodeTypeModificationsMessage,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { groupCalled } from '../rules/replication-group.ts'
import { invalidCombination } from '../wire/refusal.ts'
import { allowedMoves } from '../world/node-type.ts'

export const operation: Operation<ListAllowedNodeTypeModificationsMessage, AllowedNodeTypeModificationsMessage> = ({
  input,
  world,
}) => {
  const { CacheClusterId: clusterId, ReplicationGroupId: groupId } = input
  if ((clusterId === undefined) === (groupId === undefined)) {
    throw invalidCombination('Specify exactly one of CacheClusterId and ReplicationGroupId.')
  }
  const { settings } = groupId === undefined ? clusterCalled(world, clusterId) : groupCalled(world, groupId)
  const { up, down } = allowedMoves(settings.engine, settings.engineVersion, settings.nodeType)
  return { ScaleUpModifications: [...up], ScaleDownModifications: [...down] }
}
