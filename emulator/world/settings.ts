import type { EngineName } from './engine-version.ts'

/** Transit encryption, as one word for AWS's two fields. */
export type Tls = 'disabled' | 'preferred' | 'required'

/** AUTH: the tokens that are valid now, oldest first; with `openToo` clients without a token are served as well. */
export interface Auth {
  readonly tokens: readonly string[]
  readonly openToo: boolean
  readonly modifiedAtMs?: number
}

export interface LogDelivery {
  readonly logType: 'slow-log' | 'engine-log'
  readonly logFormat: 'text' | 'json'
  readonly destinationType: 'cloudwatch-logs' | 'kinesis-firehose'
  readonly destination: string
}

/** What a replication group and its members have in common, and what a cluster without a group has by itself. */
export interface Settings {
  readonly engine: EngineName
  /** With the patch, as DescribeCacheClusters shows it. */
  readonly engineVersion: string
  readonly nodeType: string
  readonly parameterGroup: string
  readonly subnetGroup: string
  readonly securityGroupIds: readonly string[]
  readonly port: number
  readonly maintenanceWindow: string
  /** Absent for memcached, which has no backups. */
  readonly snapshotWindow?: string
  readonly snapshotRetentionDays: number
  readonly autoMinorVersionUpgrade: boolean
  readonly topic?: { readonly arn: string; readonly status: 'active' | 'inactive' }
  readonly tls: Tls
  readonly atRest: boolean
  readonly auth: Auth
  /** Role-based access, with which there are no tokens. Absent or empty: none. */
  readonly userGroupIds?: readonly string[]
  readonly networkType: string
  readonly ipDiscovery: string
  readonly logs: readonly LogDelivery[]
}

export const NO_AUTH: Auth = { tokens: [], openToo: false }
