import { invalidValue } from '../wire/refusal.ts'
import { NODE_TYPES } from '../world/node-type.ts'

/** What a name of AWS's looks like: cache.r7g.2xlarge. */
const WELL_FORMED = /^cache\.[a-z][a-z0-9-]*\.[a-z0-9-]+$/

/**
 * Refuses a type that is missing here. AWS brings new ones any time, so for all we know AWS has it: the words must not pass
 * for AWS's. Nobody has a malformed one, and it is left to AWS's own refusal.
 */
export const knownNodeType = (nodeType: string): void => {
  if (!WELL_FORMED.test(nodeType) || NODE_TYPES.has(nodeType)) return
  throw invalidValue(
    `This emulator does not know the node type ${nodeType} (its own limit, see emulator/DIFFERENCES.md).`,
  )
}
