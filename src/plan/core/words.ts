import type { Action } from './action.ts'
import type { PlannedAction } from './outcome.ts'

const list = (names: readonly string[]): string => names.join(', ')

/** What an action does, and to what. Values of parameters and tokens are never said. */
const actionWords = (action: Action): string => {
  switch (action.do) {
    case 'CreateParameterGroup':
      return `creating the parameter group ${action.name}`
    case 'SetParameters':
      return `setting ${list(Object.keys(action.values))} in the parameter group ${action.name}`
    case 'ResetParameters':
      return `resetting ${list(action.names)} in the parameter group ${action.name}`
    case 'DeleteParameterGroup':
      return `deleting the parameter group ${action.name}`
    case 'CreateGroup':
      return `creating the replication group ${action.id}`
    case 'CreateMemcached':
      return `creating the cluster ${action.id}`
    case 'ModifyGroup':
    case 'ModifyMemcached':
      return `changing ${action.id}`
    case 'RebootNodes':
      return `rebooting ${action.clusterId}`
    case 'SetReplicas':
      return `changing the replicas of ${action.id}`
    case 'SetShards':
      return `changing the shards of ${action.id}`
    case 'SetNodes':
      return `changing the nodes of ${action.id}`
    case 'RotateToken':
      return `letting a new auth token into ${action.id} beside the old one`
    case 'SetToken':
      return `making the new auth token the only one of ${action.id}`
    case 'DeleteGroup':
      return `deleting the replication group ${action.id}`
    case 'DeleteMemcached':
      return `deleting the cluster ${action.id}`
    case 'SetTags':
      return `setting tags of ${action.cacheId}`
    case 'RemoveTags':
      return `removing tags of ${action.cacheId}`
    case 'StoreToken':
      return 'storing a new auth token'
    case 'WriteSecrets':
      return 'writing the Secrets'
    case 'KeepToken':
      return `leaving the Secret ${action.name} with the auth token behind`
    case 'DeleteSecrets':
      return `removing the former ${action.names.length === 1 ? 'Secret' : 'Secrets'} ${list(action.names)}`
  }
}

/** A step for people: `changing the replicas of shop-web: spec.nodes.replicasPerShard from 1 to 2`. */
export const inWords = ({ action, field, from, to }: PlannedAction): string => {
  const change = from !== undefined && to !== undefined ? `from ${from} to ${to}` : undefined
  const about = [field, change].filter(Boolean).join(' ')
  return about === '' ? actionWords(action) : `${actionWords(action)}: ${about}`
}
