import type {
  PurchaseReservedCacheNodesOfferingMessage,
  PurchaseReservedCacheNodesOfferingResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noOffering } from '../rules/reserved-nodes.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { invalidValue } from '../wire/refusal.ts'

/** Nothing can be bought here. */
export const operation: Operation<
  PurchaseReservedCacheNodesOfferingMessage,
  PurchaseReservedCacheNodesOfferingResult
> = ({ input, quotas }) => {
  const count = input.CacheNodeCount ?? 1
  if (!Number.isInteger(count) || count < 1) throw invalidValue('CacheNodeCount must be at least 1.')
  withinTagQuota(tagsOf(input.Tags), quotas)
  throw noOffering(input.ReservedCacheNodesOfferingId)
}
