import type {
  DescribeServerlessCacheSnapshotsRequest,
  DescribeServerlessCacheSnapshotsResponse,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { serverlessCalled } from '../rules/serverless.ts'
import { serverlessSnapshotCalled } from '../rules/serverless-snapshot.ts'
import { serverlessSnapshotShown } from '../shown/serverless.ts'
import { invalidValue } from '../wire/refusal.ts'
import { tokenPageOf } from '../world/page.ts'
import type { ServerlessSnapshot } from '../world/serverless-snapshot.ts'
import type { World } from '../world/world.ts'

const TYPES = ['manual', 'automated']

const ofType = (snapshots: readonly ServerlessSnapshot[], type: string | undefined) => {
  if (type !== undefined && !TYPES.includes(type)) {
    throw invalidValue(`Invalid SnapshotType: ${type}. Valid values are: ${TYPES.join(', ')}.`)
  }
  return snapshots.filter((snapshot) => type === undefined || snapshot.type === type)
}

/** Snapshots outlive their cache; a cache that neither exists nor left any is not found. */
const ofCache = (world: World, snapshots: readonly ServerlessSnapshot[], asked: string | undefined) => {
  if (asked === undefined) return snapshots
  const name = asked.toLowerCase()
  const left = [...world.serverlessSnapshots.values()].some(({ cache }) => cache.name === name)
  if (!left) serverlessCalled(world, asked)
  return snapshots.filter(({ cache }) => cache.name === name)
}

type Describe = Operation<DescribeServerlessCacheSnapshotsRequest, DescribeServerlessCacheSnapshotsResponse>

export const operation: Describe = ({ input, world }) => {
  const { ServerlessCacheSnapshotName: name } = input
  const named = name === undefined ? [...world.serverlessSnapshots.values()] : [serverlessSnapshotCalled(world, name)]
  const found = ofCache(world, ofType(named, input.SnapshotType), input.ServerlessCacheName)
  const { items, ...next } = tokenPageOf(found, (snapshot) => snapshot.name, input)
  return { ServerlessCacheSnapshots: items.map(serverlessSnapshotShown), ...next }
}
