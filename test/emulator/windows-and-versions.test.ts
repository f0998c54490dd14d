import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheEngineVersionsCommand,
  ModifyCacheClusterCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, PAIR, refused } from './fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

interface Windows {
  readonly PreferredMaintenanceWindow?: string
  readonly SnapshotWindow?: string
}

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'
const OVERLAP = 'The snapshot window and maintenance window must not overlap.'
const SHORT_SNAPSHOT = 'Snapshot window must be at least 60 minutes.'
const SHORT = 'Maintenance window must be at least 60 minutes.'
const LONG = 'Maintenance window must be at most 24 hours.'
const maintenanceForm = (window: string) =>
  `Invalid maintenance window format: ${window}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC).`
const snapshotForm = (window: string) =>
  `Invalid snapshot window format: ${window}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC).`

const WRONG: readonly (readonly [windows: Windows, code: string, message: string])[] = [
  ...[
    '03:00-04:00',
    'sun:03:00',
    'sun:3:00-sun:4:00',
    'sun:24:00-mon:01:00',
    'sun:03:60-sun:05:00',
    'day:03:00-day:04:00',
  ].map((window) => [{ PreferredMaintenanceWindow: window }, VALUE, maintenanceForm(window)] as const),
  ...['sun:03:00-sun:04:00', '03:00', '3:00-4:00', '24:00-01:00', '03:00-04:60'].map(
    (window) => [{ SnapshotWindow: window }, VALUE, snapshotForm(window)] as const,
  ),
  [{ PreferredMaintenanceWindow: 'sun:03:00-sun:03:59' }, VALUE, SHORT],
  [{ PreferredMaintenanceWindow: 'sun:03:00-sun:03:00' }, VALUE, SHORT],
  [{ PreferredMaintenanceWindow: 'sun:03:00-mon:03:01' }, VALUE, LONG],
  [{ SnapshotWindow: '23:30-00:29' }, VALUE, SHORT_SNAPSHOT],
  [{ SnapshotWindow: '03:00-03:00' }, VALUE, SHORT_SNAPSHOT],
  [{ PreferredMaintenanceWindow: 'mon:23:30-tue:00:30', SnapshotWindow: '00:00-01:00' }, COMBINATION, OVERLAP],
  [{ PreferredMaintenanceWindow: 'sun:03:00-sun:04:00', SnapshotWindow: '03:59-05:00' }, COMBINATION, OVERLAP],
  [{ PreferredMaintenanceWindow: 'sun:03:00-mon:03:00', SnapshotWindow: '12:00-13:00' }, COMBINATION, OVERLAP],
]

const RIGHT: readonly Windows[] = [
  { PreferredMaintenanceWindow: 'sun:03:00-sun:04:00', SnapshotWindow: '04:00-05:00' },
  { PreferredMaintenanceWindow: 'sun:03:00-sun:04:00', SnapshotWindow: '02:00-03:00' },
  { PreferredMaintenanceWindow: 'sun:23:00-mon:01:00', SnapshotWindow: '01:00-02:00' },
  { PreferredMaintenanceWindow: 'sun:03:00-mon:02:00', SnapshotWindow: '02:00-03:00' },
]

describe('windows', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await bench.createGroup({ PreferredMaintenanceWindow: 'wed:10:00-wed:11:00', SnapshotWindow: '16:00-17:00' })
    await bench.client.send(
      new CreateCacheClusterCommand({
        ...SINGLE,
        PreferredMaintenanceWindow: 'wed:10:00-wed:11:00',
        SnapshotWindow: '16:00-17:00',
      }),
    )
    bench.settle()
  })
  const calls = (windows: Windows): readonly (() => Promise<unknown>)[] => [
    () => bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'other', ...windows })),
    () => bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...windows })),
    () => bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheClusterId: 'another', ...windows })),
    () => bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'single', ...windows })),
  ]

  for (const [windows, code, message] of WRONG) {
    it(`of ${Object.values(windows).join(' and ')} are refused, at create and later`, async () => {
      for (const call of calls(windows)) await refused(call(), code, message)
    })
  }

  for (const windows of RIGHT) {
    it(`of ${Object.values(windows).join(' and ')} are taken, at create and later`, async () => {
      for (const call of calls(windows)) {
        await call()
        bench.settle()
      }
      for (const id of ['other-001', 'pair-001', 'another', 'single']) {
        const { PreferredMaintenanceWindow, SnapshotWindow } = await bench.cluster(id)
        assert.deepEqual({ PreferredMaintenanceWindow, SnapshotWindow }, windows)
      }
    })
  }

  it('collide with the one that stays, even while there are no backups', async () => {
    const [, modify, , modifySingle] = calls({ PreferredMaintenanceWindow: 'wed:16:30-wed:17:30' })
    for (const call of [modify, modifySingle]) await refused(call?.() ?? Promise.resolve(), COMBINATION, OVERLAP)
    const [, snapshot] = calls({ SnapshotWindow: '10:30-11:30' })
    await refused(snapshot?.() ?? Promise.resolve(), COMBINATION, OVERLAP)
    assert.equal((await bench.group()).SnapshotRetentionLimit, 0)
  })

  it('that nobody asked for are an hour, for maintenance between 03:00 and 11:00, and apart', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await bench.createGroup({ ReplicationGroupId: id })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const { PreferredMaintenanceWindow: weekly = '', SnapshotWindow: daily = '' } = await bench.cluster(`${id}-001`)
      const [, day, from, until] = /^([a-z]{3}):(\d\d:\d\d)-\1:(\d\d:\d\d)$/.exec(weekly) ?? []
      assert.ok(day && from && until && from >= '03:00' && until <= '11:00', weekly)
      assert.match(daily, /^\d\d:\d\d-\d\d:\d\d$/)
    }
  })

  it('in capitals are stored in lower case', async () => {
    const PreferredMaintenanceWindow = 'SAT:05:00-Sat:06:00'
    await bench.client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', PreferredMaintenanceWindow }),
    )
    bench.settle()
    assert.equal((await bench.cluster('pair-001')).PreferredMaintenanceWindow, 'sat:05:00-sat:06:00')
  })
})

describe('an engine version', () => {
  const short = (asked: string, please: string) =>
    `Specific version selection is not allowed for '${asked}', please use '${please}'`
  const GROUPS: readonly (readonly [Engine: string, EngineVersion: string, message: string])[] = [
    ['redis', '6.2.6', short('6.2.6', '6.2')],
    ['redis', '6.0.5', short('6.0.5', '6.0')],
    ['redis', '7.1.0', short('7.1.0', '7.1')],
    ['valkey', '7.2.6', short('7.2.6', '7.2')],
    ['valkey', '8.0.1', short('8.0.1', '8.0')],
    ['redis', '5.0', 'Cannot find version 5.0 for redis'],
    ['redis', '7.x', 'Cannot find version 7.x for redis'],
    ['redis', '8.0', 'Cannot find version 8.0 for redis'],
    ['valkey', '7.0', 'Cannot find version 7.0 for valkey'],
    ['redis', '7', 'Cannot find version 7 for redis'],
  ]
  for (const [Engine, EngineVersion, message] of GROUPS) {
    it(`${EngineVersion} of ${Engine} is refused, at create and later`, async () => {
      const bench = await openBench()
      await bench.createGroup({ EngineVersion: '5.0.6' })
      const asked = { Engine, EngineVersion }
      const other = new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'other', ...asked })
      await refused(bench.client.send(other), VALUE, message)
      const change = new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...asked })
      await refused(bench.client.send(change), VALUE, message)
    })
  }

  it('of memcached has three numbers', async () => {
    const bench = await openBench()
    const create = new CreateCacheClusterCommand({ ...MEMCACHED, EngineVersion: '1.6' })
    await refused(bench.client.send(create), VALUE, 'Cannot find version 1.6 for memcached')
    await bench.createMemcached({ EngineVersion: '1.6.6' })
    const change = new ModifyCacheClusterCommand({ CacheClusterId: 'mem', EngineVersion: '1.6' })
    await refused(bench.client.send(change), VALUE, 'Cannot find version 1.6 for memcached')
  })

  it('is listed as it is asked for, with its patch in the description, and clusters show the patch', async () => {
    const bench = await openBench()
    const list = async (Engine: string, EngineVersion: string) => {
      const command = new DescribeCacheEngineVersionsCommand({ Engine, EngineVersion })
      return (await bench.client.send(command)).CacheEngineVersions?.[0]
    }
    assert.equal((await list('redis', '6.2'))?.CacheEngineVersionDescription, 'redis version 6.2.6')
    assert.equal(await list('redis', '6.2.6'), undefined)
    await bench.createGroup({ EngineVersion: '6.x' })
    assert.equal((await bench.cluster('pair-001')).EngineVersion, '6.2.6')
  })

  const FAMILIES: readonly (readonly [CreateReplicationGroupCommandInput['Engine'], string, string])[] = [
    ['redis', '3.2.10', 'redis3.2'],
    ['redis', '4.0.10', 'redis4.0'],
    ['redis', '5.0.6', 'redis5.0'],
    ['redis', '6.0', 'redis6.x'],
    ['redis', '6.2', 'redis6.x'],
    ['redis', '7.0', 'redis7'],
    ['redis', '7.1', 'redis7'],
    ['valkey', '7.2', 'valkey7'],
    ['valkey', '8.1', 'valkey8'],
    ['valkey', '9.0', 'valkey9'],
    ['memcached', '1.4.34', 'memcached1.4'],
    ['memcached', '1.5.16', 'memcached1.5'],
    ['memcached', '1.6.22', 'memcached1.6'],
  ]
  for (const [Engine, EngineVersion, family] of FAMILIES) {
    it(`${EngineVersion} of ${Engine} has a parameter group of family ${family}`, async () => {
      const bench = await openBench()
      if (Engine === 'memcached') await bench.createMemcached({ EngineVersion, CacheClusterId: 'pair-001' })
      else await bench.createGroup({ Engine, EngineVersion })
      const { CacheParameterGroup: group } = await bench.cluster('pair-001')
      assert.equal(group?.CacheParameterGroupName, `default.${family}`)
    })
  }
})
