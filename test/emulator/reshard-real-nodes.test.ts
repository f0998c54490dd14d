import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupShardConfigurationCommand,
  type ModifyReplicationGroupShardConfigurationCommandInput as ReshardInput,
} from '@aws-sdk/client-elasticache'
import { Cluster } from 'ioredis'
import { after, before, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, redisAt } from './engines-fixture.ts'
import { CREDENTIALS, REGION, SHARDED } from './fixture.ts'

const DEADLINE_MS = 60_000

/** A writer and a reader that go on until they are told to stop. */
const load = (cluster: Cluster) => {
  const acknowledged = new Map<string, string>()
  const missed: string[] = []
  const failed: string[] = []
  let going = true
  const repeat = async (once: (turn: number) => Promise<void>) => {
    for (let turn = 0; going; turn++) {
      await once(turn).catch((error: Error) => failed.push(error.message))
      await setImmediate()
    }
  }
  const write = async (turn: number) => {
    const [key, value] = [`key-${turn % 3000}`, `value-${turn}`]
    await cluster.set(key, value)
    acknowledged.set(key, value)
  }
  const read = async (turn: number) => {
    const keys = [...acknowledged.keys()]
    const key = keys[(turn * 7919) % keys.length]
    if (key === undefined) return
    if ((await cluster.get(key)) === null) missed.push(key)
  }
  const work = Promise.all([repeat(write), repeat(read)])
  return {
    acknowledged,
    missed,
    failed,
    stop: async () => {
      going = false
      await work
    },
  }
}

describe('a reshard under load', function () {
  this.timeout(180_000)
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  let cluster: Cluster | undefined

  before(async () => {
    emulator = await startEmulator({ profile: 'instant' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await client.send(new CreateReplicationGroupCommand(SHARDED))
    await available()
  })
  after(async () => {
    cluster?.disconnect()
    hangUp()
    client?.destroy()
    await emulator?.stop()
  })

  const group = async () =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'sharded' }))).ReplicationGroups?.[0]

  /** Waits for the group; gives every progress that was seen on the way. */
  const available = async (): Promise<readonly number[]> => {
    const seen: number[] = []
    const end = performance.now() + DEADLINE_MS
    for (;;) {
      const now = await group()
      const percent = now?.PendingModifiedValues?.Resharding?.SlotMigration?.ProgressPercentage
      if (percent !== undefined) seen.push(percent)
      if (now?.Status === 'available') return seen
      assert.ok(
        performance.now() < end,
        `the group is ${now?.Status}; ${JSON.stringify([...emulator.engines.failed()])}`,
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  const endpoint = async () => {
    const { Address: host = '', Port: port = 0 } = (await group())?.ConfigurationEndpoint ?? {}
    return { host, port }
  }

  /** First and last slot of every range that is shown, and of every range that clients are told. */
  const slotsShown = async () =>
    ((await group())?.NodeGroups ?? [])
      .flatMap(({ Slots }) => (Slots ?? '').split(',').map((range) => range.split('-').map(Number)))
      .sort((left, right) => (left[0] ?? 0) - (right[0] ?? 0))
  const slotsTold = async () =>
    ((await redisAt(await endpoint()).call('CLUSTER', 'SLOTS')) as [number, number][])
      .map(([first, last]) => [first, last])
      .sort((left, right) => (left[0] ?? 0) - (right[0] ?? 0))

  const reshard = async (input: Partial<ReshardInput>) => {
    const fixed = { ReplicationGroupId: 'sharded', ApplyImmediately: true }
    await client.send(new ModifyReplicationGroupShardConfigurationCommand({ ...fixed, NodeGroupCount: 3, ...input }))
    return available()
  }

  it('from two shards to three and back loses no acknowledged write, and no reader misses a key', async () => {
    cluster = new Cluster([await endpoint()])
    const users = load(cluster)
    const progress = await reshard({ NodeGroupCount: 3 })
    assert.deepEqual(await slotsTold(), await slotsShown())
    assert.equal((await group())?.NodeGroups?.length, 3)
    assert.equal(progress[0], 0)
    assert.deepEqual(
      progress,
      [...progress].sort((left, right) => left - right),
    )
    assert.ok(progress.some((percent) => percent > 0 && percent < 100))

    await reshard({ NodeGroupCount: 2, NodeGroupsToRemove: ['0002'] })
    assert.deepEqual(await slotsTold(), await slotsShown())
    await users.stop()
    assert.deepEqual(
      (await group())?.NodeGroups?.map(({ NodeGroupId }) => NodeGroupId),
      ['0001', '0003'],
    )
    assert.deepEqual(users.failed, [])
    assert.deepEqual(users.missed, [])
    assert.ok(users.acknowledged.size >= 500)
    for (const [key, value] of users.acknowledged) assert.equal(await cluster.get(key), value)
  })

  it('leaves no trace of the shard that went', async () => {
    const end = performance.now() + DEADLINE_MS
    const known = async () =>
      String(await redisAt(await endpoint()).call('CLUSTER', 'NODES'))
        .trim()
        .split('\n').length
    while ((await known()) !== 4) assert.ok(performance.now() < end, 'its nodes are still known')
  })
})
