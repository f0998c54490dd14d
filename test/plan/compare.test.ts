import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  compareFixedGroup,
  compareFixedMemcached,
  compareGroup,
  compareMemcached,
} from '../../src/plan/cache-cluster/compare.ts'
import {
  groupAtCreate,
  groupWanted,
  memcachedAtCreate,
  type WantedGroup,
  type WantedMemcached,
} from '../../src/plan/cache-cluster/desired.ts'
import type { ObservedGroup, ObservedMemcached } from '../../src/plan/core/observed.ts'
import { group, memcached, memcachedSpec, specOf } from './facts.ts'

const plain: WantedGroup = groupAtCreate(specOf(), undefined)
const plainMemcached: WantedMemcached = memcachedAtCreate(memcachedSpec(), undefined)

type Row<W, O> = readonly [sentence: string, wanted: Partial<W>, observed: Partial<O>, fields: readonly string[]]

const none: readonly string[] = []

describe('fields of a replication group', () => {
  const rows: readonly Row<WantedGroup, ObservedGroup>[] = [
    ['the smallest spec and what AWS makes of it are equal', {}, {}, none],
    ['the node type differs', { nodeType: 'cache.m7g.large' }, {}, ['spec.nodes.type']],
    ['a node type that AWS has accepted counts', { nodeType: 'b' }, { pending: { nodeType: 'b' } }, none],
    [
      'another node type than the accepted one differs',
      { nodeType: 'c' },
      { pending: { nodeType: 'b' } },
      ['spec.nodes.type'],
    ],
    ['a version that is not named is not ours', {}, { engineVersion: '6.2.6' }, none],
    ['a version is met as far as it is named', { engineVersion: '7.1' }, { engineVersion: '7.1.4' }, none],
    ['an older version differs', { engineVersion: '7.1' }, { engineVersion: '7.0.7' }, ['spec.engineVersion']],
    ['a newer version is no difference', { engineVersion: '7.0' }, { engineVersion: '7.1.0' }, none],
    [
      'a version that AWS has accepted counts',
      { engineVersion: '7.1' },
      { engineVersion: '7.0.7', pending: { engineVersion: '7.1.0' } },
      none,
    ],
    ['the engine differs', { engine: 'valkey', engineVersion: '7.1' }, {}, ['spec.engine']],
    ['failover differs', { automaticFailover: true }, {}, ['spec.nodes.automaticFailover']],
    ['failover on its way counts', { automaticFailover: true }, { pending: { automaticFailover: true } }, none],
    [
      'failover on its way off differs',
      { automaticFailover: true },
      { automaticFailover: false, pending: { automaticFailover: false } },
      ['spec.nodes.automaticFailover'],
    ],
    ['multi-AZ differs', { multiAZ: true }, {}, ['spec.nodes.multiAZ']],
    ['a parameter group that is not named is not ours', {}, { parameterGroupName: 'somebodys' }, none],
    ['the parameter group differs', { parameterGroupName: 'mine' }, {}, ['spec.parameters']],
    [
      'AWS keeps the names of parameter groups in lower case',
      { parameterGroupName: 'MyGroup' },
      { parameterGroupName: 'mygroup' },
      none,
    ],
    [
      'a parameter group that AWS does not tell differs',
      { parameterGroupName: 'mine' },
      { parameterGroupName: undefined },
      ['spec.parameters'],
    ],
    ['security groups that are not named are not ours', {}, { securityGroupIds: ['sg-9'] }, none],
    [
      'security groups are equal as sets',
      { securityGroupIds: ['sg-1', 'sg-2'] },
      { securityGroupIds: ['sg-1', 'sg-2'] },
      none,
    ],
    [
      'a security group more differs',
      { securityGroupIds: ['sg-1', 'sg-2'] },
      { securityGroupIds: ['sg-1'] },
      ['spec.network.securityGroupIds'],
    ],
    ['TLS differs', { inTransit: 'Required' }, {}, ['spec.encryption.inTransit']],
    ['TLS on its way counts', { inTransit: 'Preferred' }, { pending: { inTransit: 'Preferred' } }, none],
    ['TLS that is asked off differs', {}, { inTransit: 'Preferred' }, ['spec.encryption.inTransit']],
    ['cluster mode differs', { clusterMode: 'Enabled' }, {}, ['spec.nodes.clusterMode']],
    ['cluster mode on its way counts', { clusterMode: 'Compatible' }, { pending: { clusterMode: 'Compatible' } }, none],
    [
      'windows, topics and snapshots are not asked for yet',
      {},
      { maintenanceWindow: 'x', notificationTopicArn: 'y', snapshotRetentionDays: 5 },
      none,
    ],
  ]
  for (const [sentence, wanted, observed, fields] of rows) {
    it(sentence, () => {
      const differences = compareGroup({ ...plain, ...wanted }, group(observed))
      assert.deepEqual(
        differences.map(({ field }) => field),
        fields,
      )
    })
  }
  it('security groups are compared sorted, however the user wrote them', () => {
    const wanted = groupWanted(specOf({ network: { securityGroupIds: ['sg-2', 'sg-1'] } }), undefined)
    assert.deepEqual(compareGroup(wanted, group({ securityGroupIds: ['sg-1', 'sg-2'] })), [])
  })
  it('an upgrade says its version, and the parameter group that goes with it', () => {
    const wanted = { ...plain, engine: 'valkey', engineVersion: '8.0', parameterGroupName: 'mine' } as const
    const [engine] = compareGroup(wanted, group())
    assert.deepEqual(engine, {
      field: 'spec.engine',
      want: 'valkey',
      have: 'redis',
      set: { engine: 'valkey', engineVersion: '8.0', parameterGroupName: 'mine' },
    })
  })
})

describe('unset means: as it is', () => {
  const full: Partial<ObservedGroup> = {
    engineVersion: '6.2.6',
    shards: 3,
    replicasPerShard: 2,
    clusterMode: 'Enabled',
    automaticFailover: true,
    multiAZ: true,
    inTransit: 'Required',
    atRest: true,
    parameterGroupName: 'somebodys',
    securityGroupIds: ['sg-9'],
    port: 7000,
    subnetGroupName: 'theirs',
  }
  it('the smallest spec differs from nothing that AWS, its autoscaling or an adopted cache have', () => {
    assert.deepEqual(compareGroup(groupWanted(specOf(), undefined), group(full)), [])
    assert.deepEqual(compareFixedGroup(groupWanted(specOf(), undefined), group(full)), [])
  })
  it('what is written is kept, to the letter', () => {
    const spec = specOf({ nodes: { type: 'cache.t4g.small', multiAZ: false }, encryption: { inTransit: 'Disabled' } })
    assert.deepEqual(
      compareGroup(groupWanted(spec, undefined), group(full)).map(({ field }) => field),
      ['spec.nodes.multiAZ', 'spec.encryption.inTransit'],
    )
  })
  it('defaults are chosen at creation', () => {
    const made = (nodes: object) => {
      const spec = specOf({ nodes: { type: 'cache.t4g.small', ...nodes } })
      const { shards, replicasPerShard, clusterMode, automaticFailover, multiAZ, inTransit } = groupAtCreate(
        spec,
        undefined,
      )
      return [shards, replicasPerShard, clusterMode, automaticFailover, multiAZ, inTransit]
    }
    assert.deepEqual(made({}), [1, 0, 'Disabled', false, false, 'Disabled'])
    assert.deepEqual(made({ replicasPerShard: 1 }), [1, 1, 'Disabled', true, true, 'Disabled'])
    assert.deepEqual(made({ replicasPerShard: 1, automaticFailover: false }), [
      1,
      1,
      'Disabled',
      false,
      false,
      'Disabled',
    ])
    assert.deepEqual(made({ clusterMode: 'Enabled', shards: 2 }), [2, 0, 'Enabled', true, false, 'Disabled'])
    const zoned = (zones: readonly string[]) => made({ replicasPerShard: 1, zones })[4]
    assert.deepEqual([zoned(['a', 'a']), zoned(['a', 'b'])], [false, true])
  })
})

describe('fields of a replication group that no call can change', () => {
  const rows: readonly Row<WantedGroup, ObservedGroup>[] = [
    [
      'nothing that is not named',
      {},
      { port: 7000, subnetGroupName: 'theirs', networkType: 'ipv6', atRest: true, kmsKeyId: 'k' },
      none,
    ],
    ['the port', { port: 7000 }, {}, ['spec.network.port']],
    ['a port that AWS does not tell yet is not judged', { port: 7000 }, { port: undefined }, none],
    ['the subnet group', { subnetGroupName: 'ours' }, {}, ['spec.network.subnetGroupName']],
    ['the subnet group, whatever its case', { subnetGroupName: 'Default' }, {}, none],
    ['the network type', { networkType: 'ipv6' }, {}, ['spec.network.type']],
    ['a network type that AWS does not tell is ipv4', { networkType: 'ipv4' }, { networkType: undefined }, none],
    ['encryption at rest', { atRest: true }, {}, ['spec.encryption.atRest']],
    ['the key', { kmsKeyId: 'a' }, { kmsKeyId: 'b' }, ['spec.encryption.kmsKeyId']],
    ['a key by its bare id is the key by its ARN', { kmsKeyId: 'a' }, { kmsKeyId: 'arn:aws:kms:r:1:key/a' }, none],
    ['a key by its alias can not be judged', { kmsKeyId: 'alias/mine' }, { kmsKeyId: 'arn:aws:kms:r:1:key/a' }, none],
    ["nor by its alias's ARN", { kmsKeyId: 'arn:aws:kms:r:1:alias/mine' }, { kmsKeyId: 'arn:aws:kms:r:1:key/a' }, none],
    [
      'cluster mode, once it is Enabled',
      { clusterMode: 'Disabled' },
      { clusterMode: 'Enabled' },
      ['spec.nodes.clusterMode'],
    ],
    ['cluster mode can go on', { clusterMode: 'Enabled' }, { clusterMode: 'Compatible' }, none],
    ['cluster mode can go back from Compatible', { clusterMode: 'Disabled' }, { clusterMode: 'Compatible' }, none],
  ]
  for (const [sentence, wanted, observed, fields] of rows) {
    it(sentence, () => {
      const differences = compareFixedGroup({ ...plain, ...wanted }, group(observed))
      assert.deepEqual(
        differences.map(({ field }) => field),
        fields,
      )
    })
  }
})

describe('fields of a memcached cluster', () => {
  const rows: readonly Row<WantedMemcached, ObservedMemcached>[] = [
    ['the smallest spec and what AWS makes of it are equal', {}, {}, none],
    ['the node type differs', { nodeType: 'b' }, {}, ['spec.nodes.type']],
    ['a node type that AWS has accepted counts', { nodeType: 'b' }, { pending: { nodeType: 'b' } }, none],
    ['a version that is not named is not ours', {}, { engineVersion: '1.6.12' }, none],
    ['an older version differs', { engineVersion: '1.6.22' }, { engineVersion: '1.6.12' }, ['spec.engineVersion']],
    ['a newer version is no difference', { engineVersion: '1.6.12' }, {}, none],
    [
      'a version that AWS has accepted counts',
      { engineVersion: '1.6.23' },
      { pending: { engineVersion: '1.6.23' } },
      none,
    ],
    ['the parameter group differs', { parameterGroupName: 'mine' }, {}, ['spec.parameters']],
    ['the parameter group, whatever its case', { parameterGroupName: 'Mine' }, { parameterGroupName: 'mine' }, none],
    ['security groups differ', { securityGroupIds: ['sg-1'] }, {}, ['spec.network.securityGroupIds']],
  ]
  for (const [sentence, wanted, observed, fields] of rows) {
    it(sentence, () => {
      const differences = compareMemcached({ ...plainMemcached, ...wanted }, memcached(observed))
      assert.deepEqual(
        differences.map(({ field }) => field),
        fields,
      )
    })
  }
  it('its TLS is decided at creation', () => {
    const fixed = (inTransit: 'Disabled' | 'Required') =>
      compareFixedMemcached({ ...plainMemcached, inTransit }, memcached()).map(({ field }) => field)
    assert.deepEqual(fixed('Disabled'), [])
    assert.deepEqual(fixed('Required'), ['spec.encryption.inTransit'])
  })
})
