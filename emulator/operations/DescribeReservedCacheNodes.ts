import type { DescribeReservedCacheNodesMessage, ReservedCacheNodeMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { reservedNodesFilter } from '../rules/reserved-nodes.ts'
import { refusal } from '../wire/refusal.ts'

export const operation: Operation<DescribeReservedCacheNodesMessage, ReservedCacheNodeMessage> = ({ input }) => {
  reservedNodesFilter(input)
  if (input.ReservedCacheNodeId) {
    throw refusal('ReservedCacheNodeNotFound', `Reserved cache node ${input.ReservedCacheNodeId} not found.`)
  }
  return { ReservedCacheNodes: [] }
}
