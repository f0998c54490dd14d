import type { Call } from '../operations.ts'
import { refusal } from '../wire/refusal.ts'
import { atLeast, type EngineName } from '../world/engine-version.ts'
import { nodesInWorld } from '../world/members.ts'
import type { Quotas } from '../world/quota.ts'

type Limited = Pick<Call<unknown>, 'world' | 'quotas'>

/** Refuses more nodes than a region may have. */
export const withinRegion = ({ world, quotas }: Limited, coming: number): void => {
  const limit = quotas.nodesPerRegion
  if (coming > 0 && nodesInWorld(world) + coming > limit) {
    throw refusal(
      'NodeQuotaForCustomerExceeded',
      `The number of nodes exceeds the limit of ${limit} for this customer.`,
    )
  }
}

/** AWS raises the limit of shards to 500, and from Redis 5.0.6 on only (user guide, quotas). */
const shardLimit = (quotas: Quotas, engine: EngineName, version: string): number =>
  Math.min(quotas.shardsPerGroup, engine === 'valkey' || atLeast(version, '5.0.6') ? 500 : 90)

/** Refuses more shards than a group of this engine version may have. */
export const withinShards = (quotas: Quotas, engine: EngineName, version: string, shards: number): void => {
  const limit = shardLimit(quotas, engine, version)
  if (shards > limit) {
    throw refusal(
      'NodeGroupsPerReplicationGroupQuotaExceeded',
      `The number of node groups exceeds the limit of ${limit} for a replication group.`,
    )
  }
}

/**
 * Refuses more nodes than a group in cluster mode may have.
 * @param code the API lists NodeQuotaForClusterExceeded for creates only; other calls have the customer's
 */
export const withinClusterModeGroup = (
  quotas: Quotas,
  nodes: number,
  code: 'NodeQuotaForClusterExceeded' | 'NodeQuotaForCustomerExceeded',
): void => {
  const limit = quotas.nodesPerClusterModeGroup
  if (nodes > limit) {
    throw refusal(code, `The number of nodes exceeds the limit of ${limit} for a replication group in cluster mode.`)
  }
}
