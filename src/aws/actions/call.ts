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

/** The one thing of the SDK's client that an act needs. */
export type Sender = Pick<ElastiCacheClient, 'send'>

/** How one kind of action is carried out: always a single call. */
export interface Call<A extends AwsAction> {
  readonly send: (client: Sender, action: A, authToken: string | undefined) => Promise<unknown>
  /** What a not-found or already-exists is to be about, to be a fact. */
  readonly subject: (action: A) => AwsSubject | undefined
  /** The cache whose observation the call spoils. */
  readonly spoils: (action: A) => string | undefined
}

export type Calls<D extends Do> = { readonly [K in D]: Call<ActionOf<K>> }

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
