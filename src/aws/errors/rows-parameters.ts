import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** Values that AWS refuses, and parameter groups. */
export const parameterErrorRows: readonly ErrorRow[] = [
  {
    code: 'InvalidParameterCombination',
    http: 400,
    does: 'unchanged',
    reason: 'NothingToChange',
    whenMessageHas: 'No modifications were requested',
    cure: 'Nothing to do: AWS has what was asked for.',
  },
  stalled(
    'InvalidParameterCombination',
    'InvalidCombination',
    "Change the spec as AWS's message says: these values do not go together.",
  ),
  stalled(
    'InvalidParameterValue',
    'InvalidSpec',
    "Change the spec as AWS's message says: it refuses one of the values.",
  ),
  stalled('InvalidARN', 'InvalidSpec', 'Correct the ARN in the spec.'),
  stalled('InvalidKMSKeyFault', 'InvalidSpec', 'Name a KMS key that exists, is enabled and that ElastiCache may use.'),
  missing(
    'CacheParameterGroupNotFound',
    'parameterGroup',
    'Nothing to do where Larder owns it; else name a parameter group that exists.',
  ),
  taken(
    'CacheParameterGroupAlreadyExists',
    'parameterGroup',
    'Larder looks at its owner tag. If it belongs to somebody else, rename or delete that group.',
  ),
  stalled(
    'CacheParameterGroupQuotaExceeded',
    'QuotaExceeded',
    'Delete parameter groups that nobody uses, or ask AWS for a higher quota.',
  ),
  busy('InvalidCacheParameterGroupState', 'Wait: the parameter group is still in use or has changes to apply.'),
]
