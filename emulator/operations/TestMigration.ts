import type { TestMigrationMessage, TestMigrationResponse } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { refuseMigration } from '../rules/migration.ts'

export const operation: Operation<TestMigrationMessage, TestMigrationResponse> = ({ input, world }) =>
  refuseMigration(world, input)
