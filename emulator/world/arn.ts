import type { Place } from './world.ts'

export type ArnKind =
  | 'cluster'
  | 'replicationgroup'
  | 'parametergroup'
  | 'subnetgroup'
  | 'snapshot'
  | 'serverlesscache'
  | 'serverlesscachesnapshot'
  | 'user'
  | 'usergroup'

/** arn:aws:elasticache:us-east-1:123456789012:replicationgroup:sessions */
export const arnOf = (place: Place, kind: ArnKind, name: string): string =>
  `arn:aws:elasticache:${place.region}:${place.account}:${kind}:${name}`
