import type {
  ModifyGlobalReplicationGroupMessage,
  ModifyGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { globalDescription, immediately, noGlobalGroup } from '../rules/global-group.ts'

export const operation: Operation<ModifyGlobalReplicationGroupMessage, ModifyGlobalReplicationGroupResult> = ({
  input,
}) => {
  immediately(input.ApplyImmediately)
  globalDescription(input.GlobalReplicationGroupDescription)
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
