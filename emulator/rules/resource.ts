import { invalidValue, refusal } from '../wire/refusal.ts'
import { findParameterGroup } from '../world/parameter-group.ts'
import type { World } from '../world/world.ts'

interface Finder {
  readonly notFound: string
  /** The resource's ARN; undefined when there is no such resource. Refuses a resource that may not be tagged now. */
  readonly arnOf: (world: World, name: string) => string | undefined
}

const NO_TAGGING = 'Cluster not in available state to perform tagging operations.'

const groupArn = (world: World, name: string): string | undefined => {
  const group = world.groups.get(name)
  if (group && group.status !== 'available') {
    throw refusal('InvalidReplicationGroupState', NO_TAGGING)
  }
  return group?.arn
}

/** During a backup nothing else may be done with a cluster. AWS lists no other code of state for tags of nodes. */
const clusterArn = (world: World, name: string): string | undefined => {
  const cluster = world.clusters.get(name)
  if (cluster?.status === 'snapshotting') throw refusal('InvalidReplicationGroupState', NO_TAGGING)
  return cluster?.arn
}

const userArn = (world: World, name: string): string | undefined => {
  const user = world.users.get(name)
  if (user && user.status !== 'active') throw refusal('UserNotFound', `User ${name} is not available for tagging`)
  return user?.arn
}

const userGroupArn = (world: World, name: string): string | undefined => {
  const group = world.userGroups.get(name)
  if (group && group.status !== 'active') {
    throw refusal('UserGroupNotFound', `UserGroup ${name} is not available for tagging`)
  }
  return group?.arn
}

const serverlessArn = (world: World, name: string): string | undefined => {
  const cache = world.serverlessCaches.get(name)
  if (cache && cache.status !== 'available') {
    throw refusal('InvalidServerlessCacheStateFault', `Serverless cache ${name} is not available for tagging.`)
  }
  return cache?.arn
}

const serverlessSnapshotArn = (world: World, name: string): string | undefined => {
  const snapshot = world.serverlessSnapshots.get(name)
  if (snapshot && snapshot.status !== 'available') {
    throw refusal(
      'InvalidServerlessCacheSnapshotStateFault',
      `Serverless cache snapshot ${name} is not available for tagging.`,
    )
  }
  return snapshot?.arn
}

const FINDERS: Readonly<Record<string, Finder>> = {
  replicationgroup: { notFound: 'ReplicationGroupNotFoundFault', arnOf: groupArn },
  cluster: { notFound: 'CacheClusterNotFound', arnOf: clusterArn },
  parametergroup: {
    notFound: 'CacheParameterGroupNotFound',
    arnOf: (world, name) => findParameterGroup(world, name)?.arn,
  },
  subnetgroup: { notFound: 'CacheSubnetGroupNotFoundFault', arnOf: (world, name) => world.subnetGroups.get(name)?.arn },
  securitygroup: { notFound: 'CacheSecurityGroupNotFound', arnOf: () => undefined },
  snapshot: { notFound: 'SnapshotNotFoundFault', arnOf: (world, name) => world.snapshots.get(name)?.arn },
  user: { notFound: 'UserNotFound', arnOf: userArn },
  usergroup: { notFound: 'UserGroupNotFound', arnOf: userGroupArn },
  serverlesscache: { notFound: 'ServerlessCacheNotFoundFault', arnOf: serverlessArn },
  serverlesscachesnapshot: { notFound: 'ServerlessCacheSnapshotNotFoundFault', arnOf: serverlessSnapshotArn },
  'reserved-instance': { notFound: 'ReservedCacheNodeNotFound', arnOf: () => undefined },
  globalreplicationgroup: { notFound: 'GlobalReplicationGroupNotFoundFault', arnOf: () => undefined },
}

export interface TaggedResource {
  readonly kind: string
  readonly name: string
  readonly arn: string
}

/** The resource that an ARN names, if it may be tagged. */
export const resourceAt = (world: World, resourceName: string | undefined): TaggedResource => {
  const parts = (resourceName ?? '').split(':')
  if (parts.length !== 7) throw refusal('InvalidARN', 'Input ARN string does not have 7 components.')
  const [prefix, partition, service, region, account, kind = '', name = ''] = parts
  if (prefix !== 'arn') throw refusal('InvalidARN', 'arn field is wrong. Expected value is arn')
  if (partition !== 'aws') throw refusal('InvalidARN', 'partition field is wrong. Expected value is aws')
  if (service !== 'elasticache') throw refusal('InvalidARN', 'service field is wrong. Expected value is elasticache')
  if (region !== world.region) throw invalidValue('Unauthorized call. Please check the region or customer id')
  if (account !== world.account) throw invalidValue("The resource ARN does not belong to the caller's account.")
  const finder = Object.hasOwn(FINDERS, kind) ? FINDERS[kind] : undefined
  if (!finder) throw refusal('InvalidARN', `resource type field is wrong: ${kind}`)
  const lower = name.toLowerCase()
  const arn = finder.arnOf(world, lower)
  if (arn === undefined) throw refusal(finder.notFound, `${name} is not present`)
  return { kind, name: lower, arn }
}
