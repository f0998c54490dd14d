import type { CompleteMigrationMessage, CompleteMigrationResponse } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { groupCalled } from '../rules/replication-group.ts'
import { refusal } from '../wire/refusal.ts'

/** No group is ever under migration here. */
export const operation: Operation<CompleteMigrationMessage, CompleteMigrationResponse> = ({ input, world }) => {
  const group = groupCalled(world, input.ReplicationGroupId)
  throw refusal('ReplicationGroupNotUnderMigrationFault', `Replication group ${group.id} is not under migration.`)
}
