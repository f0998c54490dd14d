import type {
  CreateGlobalReplicationGroupMessage,
  CreateGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { globalDescription } from '../rules/global-group.ts'
import { identifier } from '../rules/identifier.ts'
import { groupCalled, mustBeAvailable } from '../rules/replication-group.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { invalidValue, refusal } from '../wire/refusal.ts'
import { nodeFamily } from '../world/node-type.ts'

/** `Tags` is newer than the SDK. */
type Input = CreateGlobalReplicationGroupMessage & { readonly Tags?: Parameters<typeof tagsOf>[0] }

/** Validates as AWS does, and is then refused: the account lacks the role that global datastores need. */
export const operation: Operation<Input, CreateGlobalReplicationGroupResult> = ({ input, world, quotas }) => {
  identifier('GlobalReplicationGroupIdSuffix', input.GlobalReplicationGroupIdSuffix, 40)
  globalDescription(input.GlobalReplicationGroupDescription)
  withinTagQuota(tagsOf(input.Tags), quotas)
  const group = groupCalled(world, input.PrimaryReplicationGroupId)
  mustBeAvailable(group)
  const family = nodeFamily(group.settings.nodeType)
  if (/^t\d/.test(family)) {
    throw invalidValue(`The node type ${group.settings.nodeType} is not supported for global replication groups.`)
  }
  throw refusal(
    'ServiceLinkedRoleNotFoundFault',
    'The service linked role AWSServiceRoleForElastiCache was not found, or may not manage global replication groups.',
  )
}
