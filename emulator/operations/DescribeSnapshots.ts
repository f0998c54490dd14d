import type { DescribeSnapshotsListMessage, DescribeSnapshotsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { snapshotCalled } from '../rules/snapshot.ts'
import { snapshotShown } from '../shown/snapshot.ts'
import { invalidValue } from '../wire/refusal.ts'
import { pageOf } from '../world/page.ts'
import type { Snapshot } from '../world/snapshot.ts'
import type { World } from '../world/world.ts'

const MOST_RECORDS = 50
const SOURCES: Readonly<Record<string, Snapshot['source']>> = { system: 'automated', user: 'manual' }

const sourceOf = (asked: string): Snapshot['source'] => {
  const source = Object.hasOwn(SOURCES, asked) ? SOURCES[asked] : undefined
  if (!source) throw invalidValue(`Invalid SnapshotSource: ${asked}. Valid values are: system, user.`)
  return source
}

/** Snapshots outlive their cluster; a cluster that neither exists nor left any is not found. */
const ofCluster = (world: World, snapshots: readonly Snapshot[], asked: string): readonly Snapshot[] => {
  const id = asked.toLowerCase()
  const found = snapshots.filter((snapshot) => snapshot.cluster?.id === id)
  if (found.length === 0 && ![...world.snapshots.values()].some((each) => each.cluster?.id === id)) {
    clusterCalled(world, asked)
  }
  return found
}

export const operation: Operation<DescribeSnapshotsMessage, DescribeSnapshotsListMessage> = ({ input, world }) => {
  const source = input.SnapshotSource === undefined ? undefined : sourceOf(input.SnapshotSource)
  const named =
    input.SnapshotName === undefined ? [...world.snapshots.values()] : [snapshotCalled(world, input.SnapshotName)]
  const groupId = input.ReplicationGroupId?.toLowerCase()
  const matching = named
    .filter((snapshot) => source === undefined || snapshot.source === source)
    .filter((snapshot) => groupId === undefined || snapshot.ownerGroupId === groupId)
  const shown = input.CacheClusterId === undefined ? matching : ofCluster(world, matching, input.CacheClusterId)
  const { items, ...next } = pageOf(shown, (snapshot) => snapshot.name, input, MOST_RECORDS)
  return { Snapshots: items.map((snapshot) => snapshotShown(snapshot, input.ShowNodeGroupConfig ?? false)), ...next }
}
