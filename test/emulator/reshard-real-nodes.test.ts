import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { redisAt, until } from './engines-fixture.ts'
import { load, lostOf, openSharded, type ShardedBench } from './reshard-fixture.ts'

const ascending = (numbers: readonly number[]) => numbers.toSorted((left, right) => left - right)

for (const Engine of ['redis', 'valkey']) {
  describe(`a reshard of ${Engine} under load`, () => {
    let bench: ShardedBench

    before(async () => {
      bench = await openSharded({ Engine })
    })
    after(() => bench?.close())

    const byFirst = (left: readonly (number | undefined)[], right: readonly (number | undefined)[]) =>
      (left[0] ?? 0) - (right[0] ?? 0)

    /** First and last slot of every range that is shown, and of every range that clients are told. */
    const slotsShown = async () =>
      ((await bench.group()).NodeGroups ?? [])
        .flatMap(({ Slots }) => (Slots ?? '').split(',').map((range) => range.split('-').map(Number)))
        .sort(byFirst)
    const slotsTold = async () =>
      ((await redisAt(await bench.endpoint()).call('CLUSTER', 'SLOTS')) as [number, number][])
        .map(([first, last]) => [first, last])
        .sort(byFirst)

    it('from two shards to three and back loses no acknowledged write, and no reader misses a key', async () => {
      const cluster = await bench.connect()
      const users = load(cluster)
      await until('there are keys to move', () => users.acknowledged.size >= 1000)
      await bench.begin({ NodeGroupCount: 3 })
      const progress = await bench.available()
      assert.deepEqual(await slotsTold(), await slotsShown())
      assert.equal((await bench.group()).NodeGroups?.length, 3)
      assert.deepEqual(progress, ascending(progress))
      assert.ok(progress.some((percent) => percent > 0 && percent < 100))

      await bench.begin({ NodeGroupCount: 2, NodeGroupsToRemove: ['0002'] })
      await bench.available()
      const known = String(await redisAt(await bench.endpoint()).call('CLUSTER', 'NODES'))
      assert.equal(
        known.trim().split('\n').length,
        4,
        'the nodes that leave are forgotten before the group is available',
      )
      assert.deepEqual(await slotsTold(), await slotsShown())
      await users.stop()
      assert.deepEqual(
        (await bench.group()).NodeGroups?.map(({ NodeGroupId }) => NodeGroupId),
        ['0001', '0003'],
      )
      assert.deepEqual(users.failed, [])
      assert.deepEqual(users.missed, [])
      assert.ok(users.acknowledged.size >= 1000)
      assert.deepEqual(await lostOf(cluster, users.acknowledged), [])
    })
  })
}
