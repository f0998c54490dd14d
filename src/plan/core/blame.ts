import type { Failure, PlannedAction } from './outcome.ts'

/** Codes of AWS that can only mean one field. */
const fieldsOfCodes: Readonly<Record<string, string>> = {
  CacheSubnetGroupNotFoundFault: 'spec.network.subnetGroupName',
  InvalidSubnet: 'spec.network.subnetGroupName',
  CacheParameterGroupNotFound: 'spec.parameterGroupName',
  CacheSecurityGroupNotFound: 'spec.network.securityGroupIds',
  InvalidSecurityGroup: 'spec.network.securityGroupIds',
  InvalidKMSKeyFault: 'spec.encryption.kmsKeyId',
  InsufficientCacheClusterCapacity: 'spec.nodes.type',
  TagQuotaPerResourceExceeded: 'spec.tags',
  InvalidVPCNetworkStateFault: 'spec.network',
}

/** Words of AWS that point at one field where the code doesn't. */
const fieldsOfWords: readonly (readonly [RegExp, string])[] = [
  [/security group/i, 'spec.network.securityGroupIds'],
  [/subnet/i, 'spec.network.subnetGroupName'],
  [/kms/i, 'spec.encryption.kmsKeyId'],
  [/node type/i, 'spec.nodes.type'],
  [/availability zone/i, 'spec.nodes.zones'],
  [/engine version|cannot find version|engineversion/i, 'spec.engineVersion'],
  [/parameter group/i, 'spec.parameterGroupName'],
  [/auth(entication)? ?token/i, 'spec.auth.token'],
  [/replica/i, 'spec.nodes.replicasPerShard'],
]

/** The field of spec that AWS refused, as far as the code, its words or the step tell. */
export const fieldOf = ({ field, action }: PlannedAction, { code, words, message }: Failure): string | undefined => {
  const byCode = code === undefined ? undefined : fieldsOfCodes[code]
  if (byCode !== undefined) return byCode
  const creates = action.do === 'CreateGroup' || action.do === 'CreateMemcached'
  return creates ? fieldsOfWords.find(([pattern]) => pattern.test(words ?? message))?.[1] : field
}

/** The failure with the field in front, where it is about one that the user wrote. */
export const blamed = (planned: PlannedAction, failure: Failure): Failure => {
  if (failure.is !== 'stalled' || ['AccessDenied', 'CredentialsInvalid'].includes(failure.reason)) return failure
  const field = fieldOf(planned, failure)
  return field === undefined || failure.message.startsWith(field)
    ? failure
    : { ...failure, message: `${field}: ${failure.message}` }
}
