import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import type { Settings } from '../world/settings.ts'
import { backupsFitNode } from './first-nodes.ts'
import { networkOf, refuseCacheSecurityGroups, securityGroupsOf, topicOf } from './network.ts'
import { apart, maintenanceWindow, retentionDays, snapshotWindow } from './windows.ts'

/** The members of both Modify calls that never wait for a maintenance window. */
export interface PlainFields {
  readonly CacheSecurityGroupNames?: readonly string[] | undefined
  readonly SecurityGroupIds?: readonly string[] | undefined
  readonly PreferredMaintenanceWindow?: string | undefined
  readonly NotificationTopicArn?: string | undefined
  readonly NotificationTopicStatus?: string | undefined
  readonly AutoMinorVersionUpgrade?: boolean | undefined
  readonly SnapshotRetentionLimit?: number | undefined
  readonly SnapshotWindow?: string | undefined
  readonly IpDiscovery?: string | undefined
}

const topicAfter = (fields: PlainFields, settings: Settings): Settings['topic'] => {
  const { NotificationTopicArn: arn, NotificationTopicStatus: status } = fields
  const topic = arn === undefined ? settings.topic : topicOf(arn)
  if (status === undefined) return topic
  if (status !== 'active' && status !== 'inactive') throw invalidValue(`Invalid NotificationTopicStatus: ${status}.`)
  if (!topic) throw invalidCombination('NotificationTopicStatus needs a notification topic.')
  return { ...topic, status }
}

const windowsAfter = (fields: PlainFields, settings: Settings) => {
  const maintenance =
    fields.PreferredMaintenanceWindow === undefined
      ? settings.maintenanceWindow
      : maintenanceWindow(fields.PreferredMaintenanceWindow)
  const snapshot = fields.SnapshotWindow === undefined ? settings.snapshotWindow : snapshotWindow(fields.SnapshotWindow)
  if (snapshot !== undefined) apart(snapshot, maintenance)
  return { maintenanceWindow: maintenance, ...(snapshot === undefined ? {} : { snapshotWindow: snapshot }) }
}

const securityGroupsAfter = (fields: PlainFields, settings: Settings) => {
  if (fields.SecurityGroupIds === undefined) return settings.securityGroupIds
  if (fields.SecurityGroupIds.length === 0) throw invalidValue('SecurityGroupIds must not be empty.')
  return securityGroupsOf(fields.SecurityGroupIds)
}

const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right)

/** The settings that differ afterwards. */
export const plainChange = (fields: PlainFields, settings: Settings): Partial<Settings> => {
  refuseCacheSecurityGroups(fields.CacheSecurityGroupNames)
  backupsFitNode(settings.nodeType, fields.SnapshotRetentionLimit)
  const topic = topicAfter(fields, settings)
  const after: Partial<Settings> = {
    ...windowsAfter(fields, settings),
    securityGroupIds: securityGroupsAfter(fields, settings),
    ...(topic === undefined ? {} : { topic }),
    autoMinorVersionUpgrade: fields.AutoMinorVersionUpgrade ?? settings.autoMinorVersionUpgrade,
    snapshotRetentionDays: retentionDays(fields.SnapshotRetentionLimit ?? settings.snapshotRetentionDays),
    ipDiscovery: networkOf({
      NetworkType: settings.networkType,
      IpDiscovery: fields.IpDiscovery ?? settings.ipDiscovery,
    }).ipDiscovery,
  }
  const changed = Object.entries(after).filter(([name, value]) => !same(value, settings[name as keyof Settings]))
  return Object.fromEntries(changed)
}
