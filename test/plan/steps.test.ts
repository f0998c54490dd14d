import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { groupWanted, memcachedWanted } from '../../src/plan/cache-cluster/desired.ts'
import { replicationGroup as groupRules, groupSteps } from '../../src/plan/cache-cluster/topology/group.ts'
import { memcachedCluster as memcachedRules, memcachedSteps } from '../../src/plan/cache-cluster/topology/memcached.ts'
import type { ObservedGroup, ObservedMemcached } from '../../src/plan/core/observed.ts'
import type { PlannedAction } from '../../src/plan/core/outcome.ts'
import { step } from '../../src/plan/core/step.ts'
import { group, id, member, memcached, memcachedSpec, node, specOf } from './facts.ts'

/** A step in short: what it does, and what it says. */
const short = ({ action }: PlannedAction): string => {
  switch (action.do) {
    case 'ModifyGroup':
    case 'ModifyMemcached':
      return `set ${Object.entries(action.set)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`
    case 'SetReplicas':
      return `replicas ${action.from}-${action.to}`
    case 'SetShards':
      return `shards ${action.from}-${action.to}${action.retain.length > 0 ? ` keep ${action.retain}` : ''}`
    case 'SetNodes':
      return `nodes ${action.from}-${action.to}${action.remove.length > 0 ? ` remove ${action.remove}` : ''}`
    default:
      return action.do
  }
}

const token = [step({ do: 'RotateToken', id })]
type Row = readonly [
  sentence: string,
  spec: object,
  observed: Partial<ObservedGroup>,
  steps: readonly string[],
  parameterGroup?: string,
]

const replicated = { replicasPerShard: 1, automaticFailover: true, multiAZ: true } as const
const sharded = { clusterMode: 'Enabled', automaticFailover: true } as const
const nodes = (more: object) => ({ nodes: { type: 'cache.t4g.small', ...more } })
const shardMembers = (count: number) =>
  Array.from({ length: count }, (_, index) => member({ id: `m${index}`, shard: `000${index + 1}` }))

describe('the order of changes of a replication group', () => {
  const rows: readonly Row[] = [
    ['nothing differs: no step', {}, {}, []],
    [
      'replicas come before failover, which needs one',
      nodes({ replicasPerShard: 1, automaticFailover: true, multiAZ: true }),
      {},
      ['replicas 0-1', 'set automaticFailover=true multiAZ=true'],
    ],
    ['failover that nobody asks for stays off', nodes({ replicasPerShard: 1 }), {}, ['replicas 0-1']],
    [
      'multi-AZ takes failover along, which it needs',
      nodes({ replicasPerShard: 1, multiAZ: true }),
      {},
      ['replicas 0-1', 'set automaticFailover=true multiAZ=true'],
    ],
    [
      'failover off takes multi-AZ along',
      nodes({ automaticFailover: false }),
      replicated,
      ['set automaticFailover=false multiAZ=false'],
    ],
    [
      'failover and multi-AZ go before the last replica',
      nodes({ replicasPerShard: 0 }),
      replicated,
      ['set automaticFailover=false multiAZ=false', 'replicas 1-0'],
    ],
    [
      'multi-AZ alone goes off before the replicas of a sharded group',
      nodes({ clusterMode: 'Enabled', replicasPerShard: 0 }),
      { ...sharded, replicasPerShard: 1, multiAZ: true },
      ['set multiAZ=false', 'replicas 1-0'],
    ],
    [
      'failover off while replicas grow: off first',
      nodes({ replicasPerShard: 2, automaticFailover: false }),
      replicated,
      ['set automaticFailover=false multiAZ=false', 'replicas 1-2'],
    ],
    [
      'shards up, then replicas up',
      nodes({ clusterMode: 'Enabled', shards: 3, replicasPerShard: 2 }),
      { ...sharded, replicasPerShard: 1, multiAZ: true },
      ['shards 1-3', 'replicas 1-2'],
    ],
    [
      'a larger node comes before shards and replicas go',
      { nodes: { type: 'cache.m7g.large', clusterMode: 'Enabled', shards: 2, replicasPerShard: 1 } },
      { ...sharded, shards: 3, replicasPerShard: 2, multiAZ: true, members: shardMembers(3) },
      ['set nodeType=cache.m7g.large', 'shards 3-2 keep 0001,0002', 'replicas 2-1'],
    ],
    [
      'shards up come before replicas down',
      nodes({ clusterMode: 'Enabled', shards: 2, replicasPerShard: 0 }),
      { ...sharded, replicasPerShard: 1 },
      ['shards 1-2', 'replicas 1-0'],
    ],
    [
      'replicas up come before shards down',
      nodes({ clusterMode: 'Enabled', shards: 1, replicasPerShard: 1, multiAZ: false }),
      { ...sharded, shards: 2, members: shardMembers(2) },
      ['replicas 0-1', 'shards 2-1 keep 0001'],
    ],
    [
      'a node type and an upgrade never share a call',
      { ...nodes({ type: 'cache.m7g.large' }), engineVersion: '7.1' },
      { engineVersion: '7.0.7' },
      ['set nodeType=cache.m7g.large', 'set engineVersion=7.1'],
    ],
    [
      'a family goes with its version, in one call',
      { engineVersion: '7.1' },
      { engineVersion: '6.2.6', parameterGroupName: 'x-redis6-x' },
      ['set engineVersion=7.1 parameterGroupName=x-redis7'],
      'x-redis7',
    ],
    [
      'engine, version and parameter group go in one call',
      { engine: 'valkey', engineVersion: '8.0' },
      { parameterGroupName: 'x-redis7' },
      ['set engine=valkey engineVersion=8.0 parameterGroupName=x-valkey8'],
      'x-valkey8',
    ],
    [
      'security groups do not wait for an upgrade, nor travel with it',
      { engine: 'valkey', engineVersion: '8.0', network: { securityGroupIds: ['sg-1'] } },
      {},
      ['set securityGroupIds=sg-1', 'set engine=valkey engineVersion=8.0'],
    ],
    [
      'a parameter group and security groups travel together',
      { network: { securityGroupIds: ['sg-1'] } },
      {},
      ['set securityGroupIds=sg-1 parameterGroupName=mine'],
      'mine',
    ],
    [
      'failover on travels with plain settings',
      { ...nodes({ replicasPerShard: 1, multiAZ: true }), network: { securityGroupIds: ['sg-1'] } },
      { replicasPerShard: 1 },
      ['set automaticFailover=true multiAZ=true securityGroupIds=sg-1'],
    ],
    [
      'TLS goes through Preferred',
      { encryption: { inTransit: 'Required' } },
      {},
      ['set inTransit=Preferred', 'set inTransit=Required'],
    ],
    [
      'TLS goes off through Preferred',
      { encryption: { inTransit: 'Disabled' } },
      { inTransit: 'Required' },
      ['set inTransit=Preferred', 'set inTransit=Disabled'],
    ],
    [
      'TLS from Preferred is one hop',
      { encryption: { inTransit: 'Required' } },
      { inTransit: 'Preferred' },
      ['set inTransit=Required'],
    ],
    [
      'TLS to Preferred is one hop',
      { encryption: { inTransit: 'Preferred' } },
      { inTransit: 'Required' },
      ['set inTransit=Preferred'],
    ],
    [
      'an upgrade comes before TLS, which old versions can not switch',
      { engineVersion: '7.1', encryption: { inTransit: 'Preferred' } },
      { engineVersion: '6.2.6' },
      ['set engineVersion=7.1', 'set inTransit=Preferred'],
    ],
    [
      'cluster mode goes through Compatible',
      nodes({ clusterMode: 'Enabled', replicasPerShard: 1 }),
      replicated,
      ['set clusterMode=Compatible', 'set clusterMode=Enabled'],
    ],
    [
      'cluster mode takes the parameter group along, and nothing else',
      { ...nodes({ clusterMode: 'Enabled', replicasPerShard: 1 }), network: { securityGroupIds: ['sg-1'] } },
      replicated,
      [
        'set securityGroupIds=sg-1',
        'set clusterMode=Compatible parameterGroupName=x-cluster',
        'set clusterMode=Enabled',
      ],
      'x-cluster',
    ],
    [
      'cluster mode comes after the replica and the failover that it needs',
      nodes({ clusterMode: 'Compatible', replicasPerShard: 1 }),
      {},
      ['replicas 0-1', 'set automaticFailover=true', 'set clusterMode=Compatible'],
    ],
    [
      'cluster mode needs a replica on the way, also where none is wanted',
      nodes({ clusterMode: 'Enabled' }),
      {},
      ['replicas 0-1', 'set automaticFailover=true', 'set clusterMode=Compatible', 'set clusterMode=Enabled'],
    ],
    [
      'the last replica stays until cluster mode is Enabled',
      nodes({ clusterMode: 'Enabled' }),
      { replicasPerShard: 1, automaticFailover: true },
      ['set clusterMode=Compatible', 'set clusterMode=Enabled'],
    ],
    [
      'cluster mode comes after an upgrade',
      { engineVersion: '7.1', ...nodes({ clusterMode: 'Compatible', replicasPerShard: 1 }) },
      { ...replicated, engineVersion: '6.2.6' },
      ['set engineVersion=7.1', 'set clusterMode=Compatible'],
    ],
    [
      'out of Compatible comes first: nothing is scaled or upgraded meanwhile',
      { engineVersion: '7.1', nodes: { type: 'cache.m7g.large', clusterMode: 'Enabled', replicasPerShard: 0 } },
      { ...replicated, engineVersion: '7.0.7', clusterMode: 'Compatible' },
      [
        'set clusterMode=Enabled',
        'set multiAZ=false',
        'set nodeType=cache.m7g.large',
        'set engineVersion=7.1',
        'replicas 1-0',
      ],
    ],
    [
      'back from Compatible comes before failover goes off',
      nodes({ replicasPerShard: 1, automaticFailover: false, clusterMode: 'Disabled' }),
      { ...replicated, clusterMode: 'Compatible' },
      ['set clusterMode=Disabled', 'set automaticFailover=false multiAZ=false'],
    ],
    [
      'shards wait until cluster mode is Enabled',
      nodes({ clusterMode: 'Enabled', shards: 2, replicasPerShard: 1 }),
      replicated,
      ['set clusterMode=Compatible', 'set clusterMode=Enabled'],
    ],
    [
      'what is not spoken of is left as it is',
      {},
      { ...sharded, shards: 3, replicasPerShard: 2, multiAZ: true, members: shardMembers(3), inTransit: 'Required' },
      [],
    ],
    [
      'shards of different size are made equal',
      nodes({ clusterMode: 'Enabled', replicasPerShard: 1 }),
      { ...sharded, replicasPerShard: 1, evenReplicas: false, multiAZ: true },
      ['replicas 1-1'],
    ],
  ]
  for (const [sentence, spec, observed, steps, parameterGroup] of rows) {
    it(sentence, () => {
      const planned = groupSteps(groupWanted(specOf(spec), parameterGroup), group(observed), [])
      assert.deepEqual(planned.map(short), steps)
    })
  }
  it('a member that belongs to no shard yet is none that stays', () => {
    const wanted = groupWanted(specOf(nodes({ clusterMode: 'Enabled', shards: 1 })), undefined)
    const joining = member({ id: 'm9', shard: '', status: 'joining', state: 'moving' })
    const observed = group({ ...sharded, shards: 2, members: [joining, ...shardMembers(2)] })
    assert.deepEqual(groupSteps(wanted, observed, []).map(short), ['shards 2-1 keep 0001'])
  })
  it('what waits for workloads comes last: TLS, then the token, then cluster mode', () => {
    const spec = { encryption: { inTransit: 'Required' }, ...nodes({ replicasPerShard: 1, clusterMode: 'Enabled' }) }
    const wanted = groupWanted(specOf(spec), undefined)
    const planned = groupSteps(wanted, group({ ...replicated, inTransit: 'Preferred', replicasPerShard: 2 }), token)
    assert.deepEqual(planned.map(short), [
      'replicas 2-1',
      'set inTransit=Required',
      'RotateToken',
      'set clusterMode=Compatible',
      'set clusterMode=Enabled',
    ])
  })
  it('the second hop of TLS and of cluster mode says what it ends, the first ends nothing', () => {
    const ends = (spec: object, observed: Partial<ObservedGroup>) =>
      groupSteps(groupWanted(specOf(spec), undefined), group(observed), []).map((planned) => planned.ends)
    const inTransit = (mode: string) => ({ encryption: { inTransit: mode } })
    assert.deepEqual(ends(inTransit('Required'), {}), [undefined, 'a connection without TLS'])
    assert.deepEqual(ends(inTransit('Required'), { inTransit: 'Preferred' }), ['a connection without TLS'])
    assert.deepEqual(ends(inTransit('Disabled'), { inTransit: 'Required' }), [undefined, 'a connection with TLS'])
    assert.deepEqual(ends(nodes({ clusterMode: 'Enabled' }), replicated), [undefined, 'a client without cluster mode'])
    const compatible = { ...replicated, clusterMode: 'Compatible' } as const
    assert.deepEqual(ends(nodes({ clusterMode: 'Disabled' }), compatible), ['a client in cluster mode'])
  })
  it('new nodes stand in the zones that are asked for; going down says none', () => {
    const zones = ['a', 'b', 'c']
    const of = (spec: object, observed: Partial<ObservedGroup>) => {
      const [first] = groupSteps(groupWanted(specOf(nodes(spec)), undefined), group(observed), [])
      return first?.action
    }
    assert.deepEqual(of({ replicasPerShard: 2, zones }, { replicasPerShard: 1 }), {
      do: 'SetReplicas',
      id,
      from: 1,
      to: 2,
      zones,
      shards: ['0001'],
    })
    assert.deepEqual(of({ replicasPerShard: 1, zones: ['a', 'b'] }, { replicasPerShard: 2 }), {
      do: 'SetReplicas',
      id,
      from: 2,
      to: 1,
    })
    assert.deepEqual(of({ clusterMode: 'Enabled', shards: 2, zones: ['a'] }, sharded), {
      do: 'SetShards',
      id,
      from: 1,
      to: 2,
      retain: [],
      zones: ['a'],
    })
  })
  it('nodes that wait for a reboot are rebooted one call each, replicas first', () => {
    const waiting = (number: number, role: 'primary' | 'replica') =>
      member({ id: `m${number}`, role, parametersInSync: false })
    const applied = member({ id: 'm3', role: 'replica' })
    const observed = group({ members: [waiting(1, 'primary'), waiting(2, 'replica'), applied] })
    assert.deepEqual(
      groupRules.reboots(observed).map(({ action, disruption }) => [action, disruption]),
      [
        [{ do: 'RebootNodes', id, clusterId: 'm2', nodeIds: ['0001'] }, 'Restart'],
        [{ do: 'RebootNodes', id, clusterId: 'm1', nodeIds: ['0001'] }, 'Restart'],
      ],
    )
    assert.deepEqual(
      memcachedRules
        .reboots(memcached({ members: [node(1), node(2)] }))
        .map(({ action, disruption }) => [action, disruption]),
      [[{ do: 'RebootNodes', id, clusterId: id, nodeIds: ['0001', '0002'] }, 'Replacement']],
    )
  })
  it('every step says which field asks for it, and what changes', () => {
    const spec = nodes({ type: 'cache.m7g.large', replicasPerShard: 1, automaticFailover: true, multiAZ: true })
    const wanted = groupWanted(specOf(spec), undefined)
    const told = groupSteps(wanted, group(), []).map(({ field, from, to, disruption }) => ({
      field,
      from,
      to,
      disruption,
    }))
    assert.deepEqual(told, [
      { field: 'spec.nodes.replicasPerShard', from: '0', to: '1', disruption: 'None' },
      {
        field: 'spec.nodes.automaticFailover, spec.nodes.multiAZ',
        from: 'false, false',
        to: 'true, true',
        disruption: 'None',
      },
      { field: 'spec.nodes.type', from: 'cache.t4g.small', to: 'cache.m7g.large', disruption: 'Restart' },
    ])
  })
  it('changing the nodes means a failover where a replica can take over, a restart elsewhere', () => {
    const wanted = groupWanted(specOf(nodes({ type: 'cache.m7g.large', replicasPerShard: 1 })), undefined)
    const of = (observed: Partial<ObservedGroup>) => groupSteps(wanted, group(observed), []).map((s) => s.disruption)
    assert.deepEqual(of(replicated), ['Failover'])
  })
})

describe('the order of changes of a memcached cluster', () => {
  const three = { nodeCount: 3, members: [node(1), node(3), node(2)] }
  const count = (count: number, more: object = {}) => ({ nodes: { type: 'cache.t4g.small', count }, ...more })
  type MemcachedRow = readonly [string, object, Partial<ObservedMemcached>, readonly string[], string?]
  const rows: readonly MemcachedRow[] = [
    ['nothing differs: no step', count(1), {}, []],
    ['nodes are added', count(3), {}, ['nodes 1-3']],
    ['the nodes with the highest ids are removed', count(1), three, ['nodes 3-1 remove 0002,0003']],
    ['a gap in the ids stays', count(1), { nodeCount: 2, members: [node(3), node(1)] }, ['nodes 2-1 remove 0003']],
    ['nodes on their way count', count(3), { pending: { nodeCount: 3 } }, []],
    ['a count that is not spoken of stays', { nodes: { type: 'cache.t4g.small' } }, three, []],
    [
      'it grows, then it is changed',
      count(2, { network: { securityGroupIds: ['sg-1'] } }),
      {},
      ['nodes 1-2', 'set securityGroupIds=sg-1'],
    ],
    [
      'it is changed, then it shrinks',
      count(1, { engineVersion: '1.6.23' }),
      three,
      ['set engineVersion=1.6.23', 'nodes 3-1 remove 0002,0003'],
    ],
    [
      'settings, node type and version, one call each',
      {
        nodes: { type: 'b.c.d'.replace('b', 'cache') },
        engineVersion: '1.6.23',
        network: { securityGroupIds: ['sg-1'] },
      },
      {},
      ['set securityGroupIds=sg-1', 'set nodeType=cache.c.d', 'set engineVersion=1.6.23'],
    ],
    [
      'a family goes with its version',
      count(1, { engineVersion: '1.6.22' }),
      { engineVersion: '1.5.16', parameterGroupName: 'x-memcached1-5' },
      ['set engineVersion=1.6.22 parameterGroupName=x-memcached1-6'],
      'x-memcached1-6',
    ],
  ]
  for (const [sentence, spec, observed, steps, parameterGroup] of rows) {
    it(sentence, () => {
      const planned = memcachedSteps(memcachedWanted(memcachedSpec(spec), parameterGroup), memcached(observed))
      assert.deepEqual(planned.map(short), steps)
    })
  }
  it('nodes that come stand in the zones that are asked for', () => {
    const wanted = memcachedWanted(memcachedSpec(count(3, {})), undefined)
    const [first] = memcachedSteps({ ...wanted, zones: ['a', 'b', 'c'] }, memcached())
    assert.deepEqual(first?.action, { do: 'SetNodes', id, from: 1, to: 3, remove: [], zones: ['b', 'c'] })
  })
  it('taking nodes away, their type or their version replaces items; adding nodes does not', () => {
    const of = (spec: object, observed: Partial<ObservedMemcached>) =>
      memcachedSteps(memcachedWanted(memcachedSpec(spec), undefined), memcached(observed)).map((s) => s.disruption)
    assert.deepEqual(of(count(1, { engineVersion: '1.6.23' }), three), ['Replacement', 'Replacement'])
    assert.deepEqual(of(count(2), {}), ['None'])
  })
})
