import type { StartMigrationMessage, StartMigrationResponse } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { refuseMigration } from '../rules/migration.ts'

export const operation: Operation<StartMigrationMessage, StartMigrationResponse> = ({ input, world }) =>
  refuseMigration(world, input)
