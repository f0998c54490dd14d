import type {
  CacheNodeUpdateStatus,
  NodeGroupUpdateStatus,
  ServiceUpdate,
  UpdateAction,
} from '@aws-sdk/client-elasticache'
import type { ServiceUpdate as Published } from '../world/service-update.ts'
import type { UpdateAction as Action, FoundAction, NodeUpdate } from '../world/update-action.ts'

const common = (update: Published) => ({
  ServiceUpdateName: update.name,
  ServiceUpdateReleaseDate: new Date(update.releasedAtMs),
  ServiceUpdateSeverity: update.severity,
  ServiceUpdateRecommendedApplyByDate: new Date(update.applyByMs),
  ServiceUpdateStatus: update.status,
  ServiceUpdateType: 'security-update' as const,
  Engine: update.engine,
  EstimatedUpdateTime: update.estimatedTime,
})

export const serviceUpdateShown = (update: Published): ServiceUpdate => ({
  ...common(update),
  ServiceUpdateEndDate: new Date(update.endsAtMs),
  ServiceUpdateDescription: update.description,
  ...(update.engineVersion === undefined ? {} : { EngineVersion: update.engineVersion }),
  AutoUpdateAfterRecommendedApplyByDate: update.auto,
})

/** Whether all nodes were updated by the recommended date; n/a as long as that is open. */
const slaMet = ({ action, update }: FoundAction, nowMs: number): 'yes' | 'no' | 'n/a' => {
  if (action.resourceCreatedAtMs > update.applyByMs) return 'n/a'
  if (action.status === 'complete') return action.modifiedAtMs <= update.applyByMs ? 'yes' : 'no'
  return nowMs > update.applyByMs ? 'no' : 'n/a'
}

const nodeShown = (action: Action, node: NodeUpdate): CacheNodeUpdateStatus => ({
  CacheNodeId: node.nodeId,
  NodeUpdateStatus: node.status,
  NodeUpdateStatusModifiedDate: new Date(node.modifiedAtMs),
  ...(node.startedAtMs === undefined ? {} : { NodeUpdateStartDate: new Date(node.startedAtMs) }),
  ...(node.endedAtMs === undefined ? {} : { NodeUpdateEndDate: new Date(node.endedAtMs) }),
  ...(action.initiated === undefined
    ? {}
    : {
        NodeUpdateInitiatedBy: action.initiated.by,
        NodeUpdateInitiatedDate: new Date(action.initiated.atMs),
      }),
})

const byShard = (action: Action): NodeGroupUpdateStatus[] => {
  const shards = [...new Set(action.nodes.map((node) => node.shardId ?? ''))].toSorted()
  return shards.map((shard) => ({
    NodeGroupId: shard,
    NodeGroupMemberUpdateStatus: action.nodes
      .filter((node) => node.shardId === shard)
      .toSorted((left, right) => (left.clusterId < right.clusterId ? -1 : 1))
      .map((node) => ({ CacheClusterId: node.clusterId, ...nodeShown(action, node) })),
  }))
}

const nodesShown = (action: Action) =>
  action.kind === 'group'
    ? { NodeGroupUpdateStatus: byShard(action) }
    : { CacheNodeUpdateStatus: action.nodes.map((node) => nodeShown(action, node)) }

export const updateActionShown = (found: FoundAction, withNodes: boolean, nowMs: number): UpdateAction => {
  const { action, update } = found
  const done = action.nodes.filter((node) => node.status === 'complete').length
  return {
    ...common(update),
    ...(action.kind === 'group' ? { ReplicationGroupId: action.resourceId } : { CacheClusterId: action.resourceId }),
    UpdateActionAvailableDate: new Date(Math.max(update.releasedAtMs, action.resourceCreatedAtMs)),
    UpdateActionStatus: action.status,
    UpdateActionStatusModifiedDate: new Date(action.modifiedAtMs),
    NodesUpdated: `${done}/${action.nodes.length}`,
    SlaMet: slaMet(found, nowMs),
    ...(withNodes ? nodesShown(action) : {}),
  }
}
