import type { Disruption } from '../../core/action.ts'
import type { ObservedMemcached } from '../../core/observed.ts'
import type { PlannedAction } from '../../core/outcome.ts'
import { step } from '../../core/step.ts'
import { compareFixedMemcached, compareMemcached } from '../compare.ts'
import { memcachedAtCreate, memcachedWanted, type WantedMemcached } from '../desired.ts'
import { aboutAll, among, fixedOf } from './differences.ts'
import type { TopologyRules } from './topology.ts'

/** A memcached cluster: nodes that share the keys among them and keep nothing. */
export const memcachedCluster: TopologyRules = {
  keepsData: false,
  create: ({ object, id, parameterGroupName }, tags) => ({
    do: 'CreateMemcached',
    id,
    cluster: memcachedAtCreate(object.spec, parameterGroupName),
    tags,
  }),
  remove: (id) => ({ do: 'DeleteMemcached', id }),
  fixed: ({ object, parameterGroupName }, cache) =>
    cache.is === 'memcached'
      ? fixedOf(compareFixedMemcached(memcachedWanted(object.spec, parameterGroupName), cache))
      : [],
  steps: ({ object, parameterGroupName }, cache) =>
    cache.is === 'memcached' ? memcachedSteps(memcachedWanted(object.spec, parameterGroupName), cache) : [],
  reboots: (cache) => [
    step(
      { do: 'RebootNodes', id: cache.id, clusterId: cache.id, nodeIds: cache.members.map(({ id }) => id) },
      'Replacement',
      { field: 'spec.parameters' },
    ),
  ],
}

/** The order of changes of a memcached cluster: grow, then change, then shrink. Items live on their node: they go with it. */
export const memcachedSteps = (wanted: WantedMemcached, observed: ObservedMemcached): readonly PlannedAction[] => {
  const { id } = observed
  const differences = compareMemcached(wanted, observed)
  const upgrade = among(differences, 'spec.engineVersion')
  const plain = among(differences, 'spec.network.securityGroupIds', ...(upgrade.length > 0 ? [] : ['spec.parameters']))
  const modify = (list: typeof differences, disruption: Disruption) =>
    list.length === 0
      ? []
      : [
          step(
            { do: 'ModifyMemcached', id, set: Object.assign({}, ...list.map((d) => d.set)), when: 'Now' },
            disruption,
            aboutAll(list),
          ),
        ]
  const nodes = nodeSteps(wanted, observed)
  return [
    ...nodes.up,
    ...modify(plain, 'None'),
    ...modify(among(differences, 'spec.nodes.type'), 'Replacement'),
    ...modify(upgrade, 'Replacement'),
    ...nodes.down,
  ]
}

const nodeSteps = ({ nodeCount, zones }: WantedMemcached, observed: ObservedMemcached) => {
  const from = observed.pending.nodeCount ?? observed.nodeCount
  const to = nodeCount ?? from
  if (from === to) return { up: [], down: [] }
  const ids = observed.members.map((m) => m.id).sort()
  const remove = to < from ? ids.slice(to) : []
  const coming = zones !== undefined && to > from ? { zones: zones.slice(from, to) } : {}
  const action = { do: 'SetNodes', id: observed.id, from, to, remove, ...coming } as const
  const about = { field: 'spec.nodes.count', from: `${from}`, to: `${to}` }
  const steps = [step(action, to < from ? 'Replacement' : 'None', about)]
  return to > from ? { up: steps, down: [] } : { up: [], down: steps }
}
