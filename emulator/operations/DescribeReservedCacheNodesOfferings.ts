import type {
  DescribeReservedCacheNodesOfferingsMessage,
  ReservedCacheNodesOfferingMessage,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noOffering, reservedNodesFilter } from '../rules/reserved-nodes.ts'

export const operation: Operation<DescribeReservedCacheNodesOfferingsMessage, ReservedCacheNodesOfferingMessage> = ({
  input,
}) => {
  reservedNodesFilter(input)
  if (input.ReservedCacheNodesOfferingId) throw noOffering(input.ReservedCacheNodesOfferingId)
  return { ReservedCacheNodesOfferings: [] }
}
