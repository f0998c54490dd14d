import type { CreateReplicationGroupMessage } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue, type Refusal, refusal } from '../wire/refusal.ts'

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/

/** No account has a global datastore here, so every one that is named is missing. */
export const noGlobalGroup = (id: string | undefined): Refusal =>
  refusal('GlobalReplicationGroupNotFoundFault', `Global replication group ${id} not found.`)

/** A description of a global datastore: up to 255 characters, as a replication group's. */
export const globalDescription = (text: string | undefined): void => {
  if (text !== undefined && text.length > 255) {
    throw invalidValue('The parameter GlobalReplicationGroupDescription must be no longer than 255 characters.')
  }
}

/** Global datastores have no maintenance window, so their changes cannot wait for one. */
export const immediately = (applyImmediately: boolean | undefined): void => {
  if (applyImmediately !== true) throw invalidValue('ApplyImmediately must be true for a global replication group.')
}

/** What a member that joins a global datastore takes over from it, and may not say itself. */
const INHERITED = [
  'NumNodeGroups',
  'CacheParameterGroupName',
  'CacheNodeType',
  'Engine',
  'EngineVersion',
  'AutomaticFailoverEnabled',
  'TransitEncryptionEnabled',
  'AtRestEncryptionEnabled',
  'SnapshotArns',
  'SnapshotName',
] as const

/** A create that is to join a global datastore: its settings are those of the datastore. */
export const inheritsSettings = (input: Pick<CreateReplicationGroupMessage, (typeof INHERITED)[number]>): void => {
  const own = INHERITED.find((member) => input[member] !== undefined)
  if (own) throw invalidCombination(`${own} cannot be specified for a member of a global replication group.`)
}

/** A count of shards, 1 to `most`. */
export const shardCount = (count: number | undefined, most: number): void => {
  if (count === undefined || !Number.isInteger(count) || count < 1 || count > most) {
    throw invalidValue(`NodeGroupCount must be an integer between 1 and ${most}.`)
  }
}

/** A region's name, for instance eu-west-1. */
export const regionName = (parameter: string, region: string | undefined): void => {
  if (!REGION.test(region ?? '')) throw invalidValue(`The parameter ${parameter} names no region: ${region}`)
}
