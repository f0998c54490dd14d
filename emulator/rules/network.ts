import { invalidCombination, invalidValue, type Refusal, refusal } from '../wire/refusal.ts'
import { zonesOf } from '../world/subnet-group.ts'
import type { World } from '../world/world.ts'

const SECURITY_GROUP = /^sg-[0-9a-f]{8}([0-9a-f]{9})?$/

/** Ids of VPC security groups; this world has no EC2 to ask, so their form is all that is checked. */
export const securityGroupsOf = (ids: readonly string[] | undefined): readonly string[] => {
  const bad = (ids ?? []).filter((id) => !SECURITY_GROUP.test(id))
  if (bad.length > 0) throw invalidValue(`Some security group ids are invalid: ${bad.join(', ')}.`)
  return [...new Set(ids ?? [])].toSorted()
}

/** EC2-Classic is gone (terraform issue 10127). */
export const noCacheSecurityGroups = (): Refusal =>
  invalidValue('Use of cache security groups is not permitted in this API version for your account.')

export const refuseCacheSecurityGroups = (names: readonly string[] | undefined): void => {
  if (names && names.length > 0) throw noCacheSecurityGroups()
}

export const subnetGroupOf = (world: World, asked: string | undefined): string => {
  const name = asked?.toLowerCase() ?? 'default'
  if (!world.subnetGroups.has(name)) {
    throw refusal('CacheSubnetGroupNotFoundFault', `Cache Subnet Group ${name} does not exist.`)
  }
  return name
}

export const zone = (world: World, name: string): string => {
  if (!zonesOf(world.region).includes(name)) throw invalidValue(`Invalid availability zone: ${name}`)
  return name
}

/** The zone of the node with an index when nobody asked for one: spread over three. */
export const spreadZone = (world: World, index: number): string =>
  zonesOf(world.region)[index % 3] ?? `${world.region}a`

export const portOf = (asked: number | undefined, standard: number): number => {
  const port = asked ?? standard
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) {
    throw invalidValue(`The port ${port} is not valid; it must be between 1024 and 65535.`)
  }
  return port
}

export interface NetworkFields {
  readonly NetworkType?: string | undefined
  readonly IpDiscovery?: string | undefined
}

/** The network type, and which address is handed out; the latter must be one of the former. */
export const networkOf = (fields: NetworkFields): { readonly networkType: string; readonly ipDiscovery: string } => {
  const networkType = fields.NetworkType ?? 'ipv4'
  const ipDiscovery = fields.IpDiscovery ?? (networkType === 'ipv6' ? 'ipv6' : 'ipv4')
  if (!['ipv4', 'ipv6', 'dual_stack'].includes(networkType)) throw invalidValue(`Invalid NetworkType: ${networkType}`)
  if (!['ipv4', 'ipv6'].includes(ipDiscovery)) throw invalidValue(`Invalid IpDiscovery: ${ipDiscovery}`)
  if (networkType !== 'dual_stack' && networkType !== ipDiscovery) {
    throw invalidCombination(`IpDiscovery ${ipDiscovery} cannot be used with NetworkType ${networkType}.`)
  }
  return { networkType, ipDiscovery }
}

export const topicOf = (arn: string): { readonly arn: string; readonly status: 'active' } => {
  if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:.+$/.test(arn))
    throw invalidValue(`Invalid notification topic ARN: ${arn}`)
  return { arn, status: 'active' }
}
