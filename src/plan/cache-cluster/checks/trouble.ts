import { annotation } from '../../../crds/kind.ts'
import { hashOf } from '../../core/hash.ts'
import type { Member } from '../../core/observed.ts'
import { stuck, wait } from '../../core/outcome.ts'
import { tokenNeeded } from '../../secrets/names.ts'
import { lossOf } from '../intent.ts'
import { wishOf } from '../remaining.ts'
import { topologies } from '../topology/topology.ts'
import { type Check, cacheOf, lastOf } from './check.ts'

/** A cache that keeps data and vanished is not made anew, empty, behind its users' backs. */
export const lost: Check = (facts, { id, topology }) => {
  const { object, observed, live } = facts
  if (observed.is !== 'absent') return undefined
  if (live.is === 'found') return wait('WaitingForAWS', `${id} is there, but not in the last list of AWS`)
  if (object.status.arn === undefined || !topologies[topology].keepsData) return undefined
  const loss = lossOf(object)
  if (object.annotations[annotation.recreate] === loss) return undefined
  const fresh = facts.sinceWriteMs !== undefined && facts.sinceWriteMs < 30_000
  if (live.is === 'unread' || fresh) return wait('WaitingForAWS', `waiting for a look at ${id}`)
  return stuck(
    'Lost',
    `${id} was there and is gone from AWS, with its data. To have it made anew, empty: kubectl annotate cachecluster ${object.name} -n ${object.namespace} --overwrite ${annotation.recreate}=${loss}`,
  )
}

export const deletedByOthers: Check = (facts) => {
  const cache = cacheOf(facts)
  return cache?.state === 'deleting'
    ? wait('Deleting', `${cache.id} is being deleted in AWS, and not by Larder`)
    : undefined
}

export const failed: Check = (facts) => {
  const cache = cacheOf(facts)
  return cache?.state === 'failed'
    ? stuck(
        'CreateFailed',
        `AWS says ${cache.status} of ${cache.id}${lastOf(facts.events)}. Delete the CacheCluster ${facts.object.name} to remove it, and create it again with another node type or other zones`,
      )
    : undefined
}

export const fixedFieldsDiffer: Check = (facts, intent) => {
  const cache = cacheOf(facts)
  if (cache === undefined) return undefined
  const [first] = topologies[intent.topology].fixed(wishOf(facts, intent), cache)
  return first === undefined
    ? undefined
    : stuck(
        'ImmutableField',
        `${first.field} is ${first.want}, AWS has ${first.have}, and no call can change it: set it back, or create another CacheCluster`,
      )
}

export const authImpossible: Check = (facts) => {
  const cache = cacheOf(facts)
  return cache?.is === 'group' && cache.authToken && !tokenNeeded(facts.object.spec)
    ? stuck(
        'NotSupported',
        'spec.auth.mode None: AWS can not take an auth token off a cache: set spec.auth.mode back to Token, or create another CacheCluster',
      )
    : undefined
}

export const engineChangeUnversioned: Check = (facts) => {
  const { engine, engineVersion } = facts.object.spec
  const cache = cacheOf(facts)
  return cache !== undefined && cache.engine !== engine && engineVersion === undefined
    ? stuck('InvalidSpec', `spec.engineVersion: the upgrade to ${engine} needs a version, for instance 8.0`)
    : undefined
}

export const memberFailed: Check = (facts) => {
  const cache = cacheOf(facts)
  const [first, ...rest] = cache?.members.filter((member) => member.state === 'failed') ?? []
  if (cache === undefined || first === undefined) return undefined
  const others = rest.length === 0 ? '' : ` (and ${rest.length} more)`
  return stuck(
    'MemberFailed',
    `AWS says ${first.status} of the node ${first.id}${others}; ${cache.members.length - 1 - rest.length} of ${cache.members.length} nodes serve${lastOf(facts.events)}. Mend the network that it stands in, or lower the number of nodes and raise it again`,
  )
}

const waitsForReboot = ({ parametersInSync }: Member): boolean => parametersInSync === false

/** A reboot cuts connections and may lose what is not replicated, so it waits for a person's word, once for all nodes. */
export const rebootPending: Check = (facts, intent) => {
  const { name, namespace, annotations, status } = facts.object
  const cache = cacheOf(facts)
  if (cache === undefined || cache.parametersInSync || cache.state !== 'available') return undefined
  if (cache.is === 'group' && cache.clusterMode !== 'Disabled' && cache.members.some(waitsForReboot)) {
    return stuck(
      'RebootPending',
      `parameters of ${cache.parameterGroupName ?? cache.id} take effect only after a reboot, and AWS reboots no node in cluster mode: set them back, or restore a backup into another CacheCluster with these parameters`,
    )
  }
  const [next, ...later] = topologies[intent.topology].reboots(cache)
  if (next === undefined) return undefined
  // Since when, so that a word that was given for this time is not good for the next one.
  const since = status.rebootPendingSince ?? facts.nowIso
  const hash = hashOf(['RebootNodes', cache.id, cache.parameterGroupName, since])
  if (annotations[annotation.approve] === hash) return { is: 'act', next, later, hash }
  return {
    is: 'stuck',
    reason: 'RebootPending',
    message: `parameters of ${cache.parameterGroupName ?? cache.id} take effect only after a reboot. To reboot the nodes now: kubectl annotate cachecluster ${name} -n ${namespace} --overwrite ${annotation.approve}=${hash}`,
    later: [next, ...later].map((planned) => ({ ...planned, when: 'OnApproval' as const })),
    hash,
  }
}

export const zonesDiffer: Check = (facts) => {
  const zones = facts.object.spec.nodes.zones
  const stray = cacheOf(facts)?.members.find(
    ({ zone }) => zone !== undefined && zone !== 'Multiple' && zones?.includes(zone) === false,
  )
  return zones === undefined || stray === undefined
    ? undefined
    : stuck(
        'ImmutableField',
        `spec.nodes.zones: the node ${stray.id} stands in ${stray.zone}, and AWS moves no node: set the zones back, or lower and raise the number of nodes so that new ones stand where they should`,
      )
}
