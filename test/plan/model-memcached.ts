import type { NewMemcached } from '../../src/plan/core/action.ts'
import type { Member, ObservedCache, ObservedMemcached } from '../../src/plan/core/observed.ts'
import { isNewer } from '../../src/plan/core/version.ts'
import { createdTime } from './facts.ts'
import { cacheArn, fittingGroup, newest, refuse, type World } from './model-world.ts'

const node = (id: string, number: number): Member => ({
  id: `000${number}`,
  shard: '',
  role: 'node',
  zone: 'us-east-1a',
  status: 'available',
  state: 'available',
  endpoint: { host: `${id}.000${number}`, port: 11211 },
})

export const memcachedOf = (world: World, id: string, wanted: NewMemcached): ObservedMemcached => {
  const version = wanted.engineVersion ?? newest.memcached ?? ''
  return {
    is: 'memcached',
    engine: 'memcached',
    id,
    arn: cacheArn(id, 'cluster'),
    createdTime: createdTime.replace('08', String(world.created + 10)),
    state: 'available',
    status: 'available',
    engineVersion: version,
    nodeType: wanted.nodeType,
    members: Array.from({ length: wanted.nodeCount }, (_, index) => node(id, index + 1)),
    subnetGroupName: wanted.subnetGroupName,
    securityGroupIds: wanted.securityGroupIds ?? ['sg-0'],
    networkType: wanted.networkType ?? 'ipv4',
    port: wanted.port ?? 11211,
    inTransit: wanted.inTransit ?? 'Disabled',
    parameterGroupName: fittingGroup(world, wanted.parameterGroupName, 'memcached', version, false),
    parametersInSync: true,
    maintenanceWindow: undefined,
    autoMinorVersionUpgrade: true,
    notificationTopicArn: undefined,
    pending: {},
    nodeCount: wanted.nodeCount,
    configuration: { host: `cfg.${id}`, port: 11211 },
  }
}

const asMemcached = (cache: ObservedCache): ObservedMemcached => {
  if (cache.is !== 'memcached') throw new Error('not memcached')
  return cache
}

export const modifiedMemcached = (
  world: World,
  cache: ObservedCache,
  set: Partial<NewMemcached>,
): ObservedMemcached => {
  const before = asMemcached(cache)
  refuse(Object.keys(set).length === 0, 'No modifications were requested')
  const version = set.engineVersion ?? before.engineVersion
  refuse(isNewer(before.engineVersion, version), 'no downgrade')
  const asked = set.parameterGroupName ?? before.parameterGroupName
  return {
    ...before,
    nodeType: set.nodeType ?? before.nodeType,
    securityGroupIds: set.securityGroupIds ?? before.securityGroupIds,
    engineVersion: version,
    parameterGroupName: fittingGroup(world, asked, 'memcached', version, false),
  }
}

export const resized = (cache: ObservedCache, to: number, remove: readonly string[]): ObservedMemcached => {
  const before = asMemcached(cache)
  refuse(to === before.nodeCount, 'cancels what is pending, and nothing is')
  refuse(to < before.nodeCount && remove.length !== before.nodeCount - to, 'says which nodes go')
  const kept = before.members.filter((member) => !remove.includes(member.id))
  const free = Array.from({ length: 60 }, (_, index) => node(before.id, index + 1)).filter(
    (candidate) => !kept.some((member) => member.id === candidate.id),
  )
  const members = [...kept, ...free.slice(0, Math.max(0, to - kept.length))]
  return { ...before, nodeCount: to, members }
}
