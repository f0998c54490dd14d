import assert from 'node:assert/strict'
import { DescribeEventsCommand } from '@aws-sdk/client-elasticache'
import { afterEach, describe, it } from 'mocha'
import { slotsOf } from '../../emulator/engines/cluster-view.ts'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { redisAt, until } from './engines-fixture.ts'
import { lostOf, openSharded, type ShardedBench } from './reshard-fixture.ts'

const SLOTS = 16_384

describe('a reshard with setbacks', () => {
  let bench: ShardedBench | undefined
  afterEach(() => bench?.close())

  const filled = async (on: ShardedBench, size = 10, count = 1500) => {
    const cluster = await on.connect()
    const acknowledged = new Map<string, string>()
    for (let number = 0; number < count; number++) {
      const value = `${number}`.padEnd(size, '.')
      await cluster.set(`key-${number}`, value)
      acknowledged.set(`key-${number}`, value)
    }
    return { cluster, acknowledged }
  }

  const percentOf = async (on: ShardedBench) =>
    (await on.group()).PendingModifiedValues?.Resharding?.SlotMigration?.ProgressPercentage ?? 0

  const kill = (on: ShardedBench, member: string) => {
    const pids = (on.emulator.engines as ProcessEngines).pids()
    const pid = [...pids].find(([key]) => key.endsWith(`/${member}/0001`))?.[1]
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
  }

  const slotsOfKeys = async (on: ShardedBench, keys: readonly (string | null | undefined)[]) => {
    const redis = redisAt(await on.endpoint())
    return new Set(await Promise.all(keys.map((key) => redis.call('CLUSTER', 'KEYSLOT', String(key)))))
  }

  const unmarked = async (on: ShardedBench) => {
    for (const { NodeGroupMembers } of (await on.group()).NodeGroups ?? [])
      for (const { CacheClusterId } of NodeGroupMembers ?? []) {
        const key = `123456789012/us-east-1/${CacheClusterId}/0001`
        const nodes = String(await redisAt(on.emulator.engines.address(key, 6379)).call('CLUSTER', 'NODES'))
        if (/\[\d+-[<>]-/.test(nodes)) return false
      }
    return true
  }

  for (const Engine of ['redis', 'valkey']) {
    for (const [who, member, slotsLost] of [
      ['a replica is killed, and no key is lost', 'sharded-0001-002', 0],
      // A receiver without durability takes along what its replica had not got yet.
      ['the shard that comes loses its primary, and no key is lost but those on their way', 'sharded-0003-001', 64],
    ] as const) {
      it(`of ${Engine} ends when ${who}`, async () => {
        bench = await openSharded({ Engine })
        const on = bench
        const { cluster, acknowledged } = await filled(on)
        await on.begin({ NodeGroupCount: 3 })
        await until('slots move', async () => (await percentOf(on)) > 10)
        kill(on, member)
        await on.available()
        assert.equal((await on.group()).NodeGroups?.length, 3)
        const lost = await lostOf(cluster, acknowledged)
        assert.ok((await slotsOfKeys(on, lost)).size <= slotsLost, `lost: ${lost.join(', ')}`)
        await until('no slot is marked', () => unmarked(on))
      })
    }
  }

  for (const Engine of ['redis', 'valkey']) {
    it(`of ${Engine} fails for want of memory: the slots stay where they are, and no key is lost`, async () => {
      bench = await openSharded({ Engine, CacheNodeType: 'cache.t4g.micro', NumNodeGroups: 3, ReplicasPerNodeGroup: 0 })
      const on = bench
      const { cluster, acknowledged } = await filled(on, 10_000, 1400)
      await on.begin({ NodeGroupCount: 1, NodeGroupsToRemove: ['0002', '0003'] })
      await on.available()
      const group = await on.group()
      const slots = (group.NodeGroups ?? []).flatMap((shard) => slotsOf(shard.Slots ?? ''))
      assert.equal(new Set(slots).size, SLOTS)
      assert.ok((group.NodeGroups?.length ?? 0) > 1)
      const events = (await on.client.send(new DescribeEventsCommand({ Duration: 60 }))).Events ?? []
      assert.ok(events.some(({ Message }) => Message === 'Failed applying modification to the replication group.'))
      await until('no slot is marked', () => unmarked(on))
      assert.deepEqual(await lostOf(cluster, acknowledged), [])
    })
  }
})
