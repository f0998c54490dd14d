import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cacheCluster, looks, type TestWorld, until, withoutMembers, worldForSuite } from './world.ts'

/**
 * Two Kubernetes clusters with one AWS account, and the same manifests in both: what happens when somebody installs Larder twice
 * as the docs say. One data plane is enough: who owns what is told by AWS's own lists.
 */
describe('two Kubernetes clusters and one AWS account', () => {
  const byDefault = { operator: ['--leader-elect=false', '--cluster-name', '', '--poll-interval', '5'] }
  const first = worldForSuite({ ...byDefault, emulator: ['--nodes', 'none', '--profile', 'instant'] })
  const second = worldForSuite(() => ({ ...byDefault, aws: first().awsUrl }))

  const idOf = async (world: TestWorld, name: string) => (await world.get('cachecluster', name))?.status?.id ?? ''
  const hostOf = async (world: TestWorld, name: string) => (await world.secret(name))?.host
  const tagsOf = async (id: string) => {
    const { worlds } = await first().emulator<{ worlds: readonly unknown[] }>('/_world')
    return JSON.stringify(worlds).includes(id)
  }
  const uidOf = (world: TestWorld) => world.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}')

  describe('with default flags', () => {
    it('the same manifest makes two caches, each with the name of its cluster in its id', async () => {
      for (const world of [first(), second()]) await world.apply(cacheCluster('one'))
      for (const world of [first(), second()]) await world.ready('one')
      const ids = [await idOf(first(), 'one'), await idOf(second(), 'one')]
      assert.notEqual(ids[0], ids[1])
      for (const [index, world] of [first(), second()].entries()) {
        const uid = (await uidOf(world)).replaceAll('-', '')
        assert.ok(ids[index]?.startsWith(`k${uid.slice(0, 7)}-default-one`), ids[index])
      }
      assert.deepEqual(await first().inAws().then(withoutMembers), [...ids].sort())
      assert.ok(await tagsOf(ids[0] ?? ''))
      assert.notEqual(await hostOf(first(), 'one'), await hostOf(second(), 'one'))
    })

    it('none writes to what is the other one’s: each call names an id of its own, once', async () => {
      const creates = (await first().writes()).filter((call) => call.startsWith('Create'))
      const own = [await idOf(first(), 'one'), await idOf(second(), 'one')].map(
        (id) => `CreateReplicationGroup ${id} ok`,
      )
      assert.deepEqual(creates.sort(), own.sort())
    })

    it('deleting in one leaves the other Ready, and its cache untouched', async () => {
      await first().clearCalls()
      const kept = await idOf(first(), 'one')
      const leaving = await idOf(second(), 'one')
      await second().kubectl('delete', 'cachecluster', 'one', '--timeout=120s')
      assert.deepEqual(withoutMembers(await first().inAws()), [kept])
      await looks(first(), 'one', 'after-delete')
      assert.equal((await first().condition('one', 'Ready'))?.status, 'True')
      assert.ok(!(await first().writes()).some((call) => call.includes(kept)))
      assert.ok((await first().writes()).some((call) => call.startsWith(`DeleteReplicationGroup ${leaving}`)))
      await first().kubectl('delete', 'cachecluster', 'one', '--timeout=120s')
    })
  })

  describe('with one --cluster-name for both', () => {
    const shared = { flags: ['--leader-elect=false', '--cluster-name', 'prod', '--poll-interval', '5'] }

    it('the second is Stalled NotOurs with the cure, writes no Secret and nothing in AWS', async () => {
      for (const world of [first(), second()]) await world.restartOperator(shared)
      await first().apply(cacheCluster('two'))
      await first().ready('two')
      await first().clearCalls()
      await second().apply(cacheCluster('two'))
      const { message, status } = await second().said('two', 'Stalled', 'NotOurs')
      assert.equal(status, 'True')
      assert.match(message, new RegExp(`larder.dev/take-over=${await uidOf(first())}`))
      await looks(second(), 'two', 'once-more')
      assert.equal((await second().condition('two', 'Stalled'))?.reason, 'NotOurs')
      assert.deepEqual([await second().secret('two'), await second().secret('two-env')], [undefined, undefined])
      assert.deepEqual(await first().writes(), [])
      assert.equal((await first().condition('two', 'Ready'))?.status, 'True')
    })

    it('deleting the second lets go without touching the first', async () => {
      await second().kubectl('delete', 'cachecluster', 'two', '--timeout=120s')
      assert.deepEqual(await first().writes(), [])
      await looks(first(), 'two', 'after-second')
      assert.equal((await first().condition('two', 'Ready'))?.status, 'True')
    })

    it('the annotation with another uid than the one in the tags takes nothing over', async () => {
      await second().apply(cacheCluster('two'))
      await second().said('two', 'Stalled', 'NotOurs')
      await second().annotate('two', `larder.dev/take-over=${await uidOf(second())}`)
      await looks(second(), 'two', 'wrong-uid')
      assert.equal((await second().condition('two', 'Stalled'))?.reason, 'NotOurs')
      assert.deepEqual(await first().writes(), [])
    })

    it('with the uid of the first it is taken over, with an event; the first then says whose it is', async () => {
      await second().annotate('two', `larder.dev/take-over=${await uidOf(first())}`)
      await second().ready('two')
      assert.ok((await second().secret('two'))?.uri)
      await until('the event', async () => (await second().events('two')).some((event) => event.includes('TakenOver')))
      const creates = (await first().writes()).filter((call) => call.startsWith('Create'))
      assert.deepEqual(creates, [])
      await first().clearCalls()
      await looks(first(), 'two', 'taken-away')
      await first().said('two', 'Stalled', 'NotOurs')
      await first().kubectl('delete', 'cachecluster', 'two', '--timeout=120s')
      assert.deepEqual(await first().writes(), [])
      await looks(second(), 'two', 'still-there')
      assert.equal((await second().condition('two', 'Ready'))?.status, 'True')
    })
  })
})
