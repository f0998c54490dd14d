import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import type { EngineName } from '../world/engine-version.ts'
import type { ServerlessCache } from '../world/serverless-cache.ts'
import { type Subnet, subnetOf, vpcIdOf } from '../world/subnet-group.ts'
import type { Place, World } from '../world/world.ts'
import { identifier } from './identifier.ts'
import { securityGroupsOf } from './network.ts'

const LONGEST_NAME = 40
const LONGEST_DESCRIPTION = 255
const SUBNET = /^subnet-[0-9a-f]{8}([0-9a-f]{9})?$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

/** The serverless cache of a name, or ServerlessCacheNotFoundFault. */
export const serverlessCalled = (world: World, name: string | undefined): ServerlessCache => {
  const cache = world.serverlessCaches.get(name?.toLowerCase() ?? '')
  if (!cache) throw refusal('ServerlessCacheNotFoundFault', `Serverless cache ${name} not found.`)
  return cache
}

/** Refuses what needs an available cache. */
export const serverlessAvailable = (cache: ServerlessCache): void => {
  if (cache.status === 'available') return
  throw refusal(
    'InvalidServerlessCacheStateFault',
    `Serverless cache ${cache.name} is not in available state; it is ${cache.status}.`,
  )
}

/** A new cache's name, in lower case. */
export const newServerlessName = (
  { world, quotas }: Pick<Call<unknown>, 'world' | 'quotas'>,
  asked: string | undefined,
): string => {
  const name = identifier('ServerlessCacheName', asked, LONGEST_NAME)
  if (world.serverlessCaches.has(name)) {
    throw refusal('ServerlessCacheAlreadyExistsFault', `Serverless cache with name ${name} already exists.`)
  }
  if (world.serverlessCaches.size >= quotas.serverlessCaches) {
    throw refusal(
      'ServerlessCacheQuotaForCustomerExceededFault',
      `The number of serverless caches exceeds the limit of ${quotas.serverlessCaches}.`,
    )
  }
  return name
}

/** A description of up to 255 characters; it may be empty. */
export const serverlessDescription = (text: string | undefined): string => {
  if (text !== undefined && text.length > LONGEST_DESCRIPTION) {
    throw invalidValue(`The description must be no longer than ${LONGEST_DESCRIPTION} characters.`)
  }
  return text ?? ''
}

/** Security groups by id; without any, the default one of the VPC. */
export const serverlessSecurityGroups = (place: Place, ids: readonly string[] | undefined): readonly string[] => {
  const asked = securityGroupsOf(ids)
  return asked.length > 0 ? asked : [vpcIdOf(place).replace(/^vpc-/, 'sg-')]
}

const defaultSubnets = (world: World): readonly string[] =>
  (world.subnetGroups.get('default')?.subnets ?? []).slice(0, world.region === 'us-west-1' ? 2 : 3).map(({ id }) => id)

const inOwnZones = (subnets: readonly Subnet[]): void => {
  if (new Set(subnets.map(({ zone }) => zone)).size < subnets.length) {
    throw invalidValue('Each of the SubnetIds must be in an availability zone of its own.')
  }
}

/** Two or three subnets, each in a zone of its own; without any, the default VPC's. */
export const serverlessSubnets = (world: World, ids: readonly string[] | undefined): readonly string[] => {
  const asked = [...new Set(ids ?? [])]
  if (asked.length === 0) return defaultSubnets(world)
  const bad = asked.filter((id) => !SUBNET.test(id))
  if (bad.length > 0) throw invalidValue(`Some input subnets in :[${bad.join(', ')}] are invalid.`)
  if (asked.length < 2 || asked.length > 3) throw invalidValue('SubnetIds must name 2 or 3 subnets.')
  const known = new Map([...world.subnetGroups.values()].flatMap((group) => group.subnets.map((one) => [one.id, one])))
  inOwnZones(asked.map((id) => known.get(id) ?? subnetOf(world, id)))
  return asked
}

/** The time of the daily snapshot: `hh24:mi`, UTC. */
export const dailySnapshotTime = (value: string): string => {
  if (!TIME.test(value)) {
    throw invalidValue(`Invalid DailySnapshotTime: ${value}. Should be specified as hh24:mi (24H Clock UTC).`)
  }
  return value
}

/** What only Redis and Valkey have here. */
export const notForMemcached = (engine: EngineName, what: string): void => {
  if (engine === 'memcached') throw invalidCombination(`${what} is not supported for engine memcached.`)
}
