import { arnOf } from './arn.ts'
import { fingerprint } from './fingerprint.ts'
import type { Place } from './world.ts'

export interface Subnet {
  readonly id: string
  readonly zone: string
}

export interface SubnetGroup {
  readonly name: string
  readonly arn: string
  description: string
  readonly vpcId: string
  subnets: readonly Subnet[]
}

/** The zones that a region has here: six letters are accepted, the first three are used when AWS would choose. */
export const zonesOf = (region: string): readonly string[] => [...'abcdef'].map((letter) => `${region}${letter}`)

const hex = (number: number) => number.toString(16).padStart(8, '0')

/** The one VPC of an account and region: this world has no EC2 to ask. */
export const vpcIdOf = (place: Place): string => `vpc-${hex(fingerprint(`${place.account}/${place.region}`))}`

/** A subnet lies in the zone that its id leads to, always the same. */
export const subnetOf = (place: Place, id: string): Subnet => {
  const zones = zonesOf(place.region).slice(0, 3)
  return { id, zone: zones[fingerprint(id) % zones.length] ?? `${place.region}a` }
}

/** The group that AWS makes in an account with a default VPC. */
export const defaultSubnetGroup = (place: Place): SubnetGroup => ({
  name: 'default',
  arn: arnOf(place, 'subnetgroup', 'default'),
  description: 'Default CacheSubnetGroup',
  vpcId: vpcIdOf(place),
  subnets: zonesOf(place.region)
    .slice(0, 3)
    .map((zone) => ({ id: `subnet-${hex(fingerprint(`${place.account}/${zone}`))}`, zone })),
})
