import type { CustomerNodeEndpoint } from '@aws-sdk/client-elasticache'
import { invalidValue } from '../wire/refusal.ts'
import type { ReplicationGroup } from '../world/replication-group.ts'
import type { World } from '../world/world.ts'
import { groupCalled, mustBeAvailable } from './replication-group.ts'

export interface MigrationRequest {
  readonly ReplicationGroupId: string | undefined
  readonly CustomerNodeEndpointList: readonly CustomerNodeEndpoint[] | undefined
}

const endpointOf = (endpoints: readonly CustomerNodeEndpoint[] | undefined) => {
  const [first, ...more] = endpoints ?? []
  if (!first || more.length > 0) throw invalidValue('CustomerNodeEndpointList must have exactly one endpoint.')
  const { Address: host = '', Port: port = 0 } = first
  if (host === '') throw invalidValue('CustomerNodeEndpointList: an endpoint needs an Address.')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidValue('CustomerNodeEndpointList: an endpoint needs a Port between 1 and 65535.')
  }
  return `${host}:${port}`
}

/** What the user guide demands of the target of an online migration. */
const target = (world: World, id: string | undefined): ReplicationGroup => {
  const group = groupCalled(world, id)
  mustBeAvailable(group)
  if (!group.multiAZ) throw invalidValue('The target of a migration must have Multi-AZ enabled.')
  if (group.settings.tls !== 'disabled') {
    throw invalidValue('The target of a migration must not have encryption-in-transit enabled.')
  }
  return group
}

/** Refuses every migration: no node of a customer can be reached from this endpoint. */
export const refuseMigration = (world: World, request: MigrationRequest): never => {
  const endpoint = endpointOf(request.CustomerNodeEndpointList)
  const group = target(world, request.ReplicationGroupId)
  throw invalidValue(`Replication group ${group.id} cannot connect to the customer node endpoint ${endpoint}.`)
}
