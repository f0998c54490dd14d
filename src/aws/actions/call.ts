import type { ElastiCacheClient } from '@aws-sdk/client-elasticache'
import type { AwsAction } from '../../plan/core/action.ts'
import type { AwsSubject } from '../errors/rows.ts'

export type Do = AwsAction['do']
/** The action of that name. RotateToken and SetToken share one shape, so its name is a union that has D among others. */
export type ActionOf<D extends Do> = AwsAction extends infer A
  ? A extends { readonly do: infer Named }
    ? D extends Named
      ? A
      : never
    : never
  : never

/** The one thing of the SDK's client that a change needs. */
export type Sender = Pick<ElastiCacheClient, 'send'>
/** One single call. */
export type Send = (client: Sender) => Promise<unknown>

/** What is not as it was once the call may have had an effect: how a cache was seen, or what was read of a parameter group. */
export type Spoils = { readonly cache: string } | { readonly parameterGroup: string }

/** How an action is carried out: always a single call. */
export interface Call {
  readonly send: Send
  /** What a not-found or already-exists is to be about, to be a fact. */
  readonly subject: AwsSubject | undefined
  readonly spoils: Spoils
}

const kinds: Readonly<Record<string, AwsSubject>> = {
  replicationgroup: 'group',
  cluster: 'cacheCluster',
  parametergroup: 'parameterGroup',
  subnetgroup: 'subnetGroup',
  user: 'user',
  usergroup: 'userGroup',
  snapshot: 'snapshot',
  serverlesscache: 'serverless',
}

/** arn:aws:elasticache:region:account:kind:name */
export const subjectOfArn = (arn: string): AwsSubject | undefined => kinds[arn.split(':')[5] ?? '']
/** The name at the end of an ARN. */
export const nameOfArn = (arn: string): string => arn.split(':').slice(6).join(':')
