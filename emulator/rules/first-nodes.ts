import { invalidCombination } from '../wire/refusal.ts'
import { nodeFamily } from '../world/node-type.ts'

const isFirst = (nodeType: string): boolean => nodeFamily(nodeType) === 't1'

/** AWS's first small nodes have no automatic failover. T2 has it since 2018; the text still names both. */
export const failoverFitsNode = (nodeType: string, failover: boolean | undefined): void => {
  if (failover && isFirst(nodeType)) {
    throw invalidCombination('Automatic failover is not supported for T1 and T2 cache node types.')
  }
}

/** They have no backups either: a retention may not even be named. */
export const backupsFitNode = (nodeType: string, retention: number | undefined): void => {
  if (retention !== undefined && isFirst(nodeType)) {
    throw invalidCombination(
      'Instance type does not support snapshotting. Snapshot retention limit parameter should not be specified.',
    )
  }
}
