import type { CacheCluster, Endpoint as SdkEndpoint } from '@aws-sdk/client-elasticache'
import type { Endpoint, Pending, TransitEncryption } from '../../plan/core/observed.ts'

export const lower = (value: string | undefined): string => (value ?? '').toLowerCase()

/** A word in lower case, undefined where AWS tells none. */
export const wordOf = (value: string | undefined): string | undefined => (value ? value.toLowerCase() : undefined)

export const endpointOf = (endpoint: SdkEndpoint | undefined): Endpoint | undefined =>
  endpoint?.Address && endpoint.Port !== undefined ? { host: endpoint.Address, port: endpoint.Port } : undefined

export const isoTimeOf = (time: Date | undefined): string | undefined =>
  time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined

/** AWS tells the mode only where it is `preferred` or newer engines run: encrypted without a mode means required. */
export const transitOf = (enabled: boolean | undefined, mode: string | undefined): TransitEncryption => {
  if (!enabled) return 'Disabled'
  return mode === 'preferred' ? 'Preferred' : 'Required'
}

/** An accepted change of transit encryption; AWS may tell only the mode, or only that it is on or off. */
export const pendingTransitOf = (
  enabled: boolean | undefined,
  mode: string | undefined,
): TransitEncryption | undefined =>
  enabled === undefined && mode === undefined ? undefined : transitOf(enabled ?? true, mode)

export const tokenStatusOf = (status: string | undefined): Pending['authToken'] => {
  if (status === 'SETTING') return 'Setting'
  return status === 'ROTATING' ? 'Rotating' : undefined
}

/** Whether the nodes of this cluster have applied its parameter group. */
export const parametersInSync = (cluster: CacheCluster): boolean =>
  [
    cluster.CacheParameterGroup?.ParameterApplyStatus,
    ...(cluster.CacheNodes ?? []).map((node) => node.ParameterGroupStatus),
  ]
    .filter((status) => status !== undefined)
    .every((status) => status === 'in-sync')

/**
 * What only the nodes' cache clusters tell. `clusters` are those of one cache, in order of id; where they differ, the
 * first speaks, except that parameters are in sync only when all nodes have the same group and have applied it.
 */
export const settingsOf = (clusters: readonly CacheCluster[]) => {
  const [first] = clusters
  const topic = first?.NotificationConfiguration
  const groups = new Set(clusters.map((cluster) => lower(cluster.CacheParameterGroup?.CacheParameterGroupName)))
  return {
    subnetGroupName: wordOf(first?.CacheSubnetGroupName),
    securityGroupIds: (first?.SecurityGroups ?? [])
      .filter((group) => group.Status !== 'removing')
      .map((group) => group.SecurityGroupId)
      .filter((id) => id !== undefined)
      .sort(),
    parameterGroupName: wordOf(first?.CacheParameterGroup?.CacheParameterGroupName),
    parametersInSync: groups.size <= 1 && clusters.every(parametersInSync),
    maintenanceWindow: wordOf(first?.PreferredMaintenanceWindow),
    notificationTopicArn: topic?.TopicStatus === 'inactive' ? undefined : topic?.TopicArn,
  }
}
