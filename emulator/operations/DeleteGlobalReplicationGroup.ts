import type {
  DeleteGlobalReplicationGroupMessage,
  DeleteGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noGlobalGroup } from '../rules/global-group.ts'

export const operation: Operation<DeleteGlobalReplicationGroupMessage, DeleteGlobalReplicationGroupResult> = ({
  input,
}) => {
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
