import assert from 'node:assert/strict'
import { DeleteReplicationGroupCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import {
  cacheCluster,
  cachePolicy,
  type Found,
  looks,
  memcached,
  until,
  withoutMembers,
  worldForSuite,
} from './world.ts'

const valkeyWithToken = {
  engine: 'valkey',
  engineVersion: '8.0',
  encryption: { inTransit: 'Required' },
  auth: { mode: 'Token' },
}

/** Who a cache is: flags that change under it, a loss, and the ways out of Larder's hands and back. */
describe('the identity of a cache', () => {
  const flags = ['--leader-elect=false', '--poll-interval', '5']
  const world = worldForSuite({ emulator: ['--nodes', 'none', '--profile', 'instant'], operator: flags })
  const names = ['plain', 'secured', 'fragments']

  /** All that AWS holds, without what a mere look moves. */
  const held = async () => {
    const { worlds } = await world().emulator<{ worlds: readonly { groups: object; clusters: object }[] }>('/_world')
    // The emulator begins a world for each region that is asked.
    return worlds.filter(({ groups, clusters }) => Object.keys({ ...groups, ...clusters }).length > 0)
  }
  const recordsOf = (found: Found | undefined) => {
    const { id, arn, endpoint, parameterGroup } = found?.status ?? {}
    const serving = found?.status?.conditions?.filter(({ type }) => type === 'Available' || type === 'BindingReady')
    return { id, arn, endpoint, parameterGroup, serving: serving?.map(({ type, status }) => `${type} ${status}`) }
  }
  const records = () => Promise.all(names.map(async (name) => recordsOf(await world().get('cachecluster', name))))

  it('a world of three caches settles', async () => {
    await world().apply(
      cachePolicy('web', { ttl: { default: '10m' }, eviction: { policy: 'allkeys-lru' } }),
      cacheCluster('plain', { policyRef: { name: 'web' } }),
      cacheCluster('secured', valkeyWithToken),
      memcached('fragments', 2),
    )
    for (const name of names) await world().ready(name)
    // What follows a settled create (tags, parameters) is over when a look finds nothing to do.
    for (const name of names) await looks(world(), name, 'settled')
  })

  for (const { sentence, other, differs } of [
    { sentence: 'another --cluster-name', other: ['--cluster-name', 'other'], differs: /--cluster-name other/ },
    { sentence: 'another --region', other: ['--region', 'eu-west-1'], differs: /--region eu-west-1.+us-east-1/ },
  ]) {
    it(`${sentence}: objects say what differs, nothing in AWS or in status is touched, not even for a deleted object; and all goes on when it is set back`, async () => {
      const leaving = `leaving-${other[1]}`
      await world().apply(cacheCluster(leaving))
      await world().ready(leaving)
      await looks(world(), leaving, 'settled')
      const before = await records()
      const secrets = await world().kubectl('get', 'secrets', '-o', 'jsonpath={.items[*].metadata.resourceVersion}')
      await world().clearCalls()
      const heldBefore = await held()
      await world().restartOperator({ flags: [...flags, ...other] })
      for (const name of [...names, leaving]) {
        const { message } = await world().said(name, 'Stalled', 'IdentityChanged')
        assert.match(message, differs)
        assert.match(message, /Set it back/)
      }
      await world().kubectl('delete', 'cachecluster', leaving, '--wait=false')
      await until('the deletion to be answered', async () => {
        const { metadata, status } = (await world().get('cachecluster', leaving)) ?? {}
        return (
          metadata?.deletionTimestamp !== undefined &&
          status?.observedGeneration === metadata.generation &&
          status.conditions?.some(({ type, reason }) => type === 'Stalled' && reason === 'IdentityChanged')
        )
      })
      // A created Secret or a changed one would mean that something was done about it.
      assert.equal(
        await world().kubectl('get', 'secrets', '-o', 'jsonpath={.items[*].metadata.resourceVersion}'),
        secrets,
      )
      assert.deepEqual(await world().writes(), [])
      assert.deepEqual(await held(), heldBefore)
      const after = await records()
      assert.deepEqual(after, before)
      for (const name of names)
        assert.ok((await world().events(name)).some((event) => event.includes('IdentityChanged')))

      await world().restartOperator()
      for (const name of names) await world().ready(name)
      await world().gone(leaving)
      assert.ok(!(await world().inAws()).some((id) => id.includes(leaving)))
      const writes = (await world().writes()).filter((call) => !call.includes(leaving))
      assert.deepEqual(writes, [])
    })
  }

  const vanish = async (name: string) => {
    const ReplicationGroupId = (await world().get('cachecluster', name))?.status?.id
    const credentials = { accessKeyId: 'somebody', secretAccessKey: 'else' }
    const somebody = new ElastiCacheClient({ region: 'us-east-1', endpoint: world().awsUrl, credentials })
    await somebody.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }))
    somebody.destroy()
  }
  const cureOf = (message: string) => /larder\.dev\/recreate=\S+/.exec(message)?.[0] ?? assert.fail(message)

  it('a cache that vanished is made anew for the loss that is named, and not for the next one', async () => {
    await vanish('plain')
    const first = cureOf((await world().said('plain', 'Stalled', 'Lost')).message)
    await world().clearCalls()
    await world().annotate('plain', first)
    await world().ready('plain')
    assert.equal((await world().writes()).filter((call) => call.startsWith('CreateReplicationGroup')).length, 1)
    await vanish('plain')
    const second = cureOf((await world().said('plain', 'Stalled', 'Lost')).message)
    assert.notEqual(second, first)
    await looks(world(), 'plain', 'lost-again')
    assert.ok(!(await world().inAws()).some((id) => id.includes('plain')))
    await world().annotate('plain', second)
    await world().ready('plain')
  })

  it('Retain leaves cache and token behind, and says how they come back: by adopt.id, with the token that it had', async () => {
    const id = (await world().get('cachecluster', 'secured'))?.status?.id ?? ''
    const token = (await world().secret('secured-auth'))?.token
    await world().patch('cachecluster', 'secured', { spec: { deletionPolicy: 'Retain' } })
    await world().ready('secured')
    await world().kubectl('delete', 'cachecluster', 'secured', '--timeout=120s')
    assert.ok((await world().inAws()).includes(id))
    const kept = await until('the event', async () =>
      (await world().events('secured')).find((event) => event.includes('Kept')),
    )
    assert.match(kept, new RegExp(`adopt.id ${id}`))
    await until('the pair to be collected', async () => (await world().secret('secured')) === undefined)
    assert.equal((await world().secret('secured-auth'))?.token, token)

    await world().apply(cacheCluster('secured', valkeyWithToken))
    await until('the way back to be told', async () =>
      (await world().get('cachecluster', 'secured'))?.status?.conditions?.some(
        ({ type, reason }) => type === 'Stalled' && (reason === 'NotOurs' || reason === 'SecretTaken'),
      ),
    )
    await world().clearCalls()
    await world().apply(
      cacheCluster('secured', {
        ...valkeyWithToken,
        adopt: { id },
        auth: { mode: 'Token', token: { secretRef: { name: 'secured-auth', key: 'token' } } },
      }),
    )
    await world().ready('secured')
    assert.equal((await world().secret('secured'))?.password, token)
    const writes = await world().writes()
    assert.ok(!writes.some((call) => /^(Create|Delete)/.test(call)), writes.join('\n'))
    assert.ok((await world().events('secured')).some((event) => event.includes('TakenOver')))
  })

  it('deletionProtection: the API server refuses the delete itself, with the cure, and the object is not marked', async () => {
    await world().patch('cachecluster', 'plain', { spec: { deletionProtection: true } })
    await assert.rejects(
      world().kubectl('delete', 'cachecluster', 'plain', '--wait=false'),
      /deletionProtection of the CacheCluster plain is true: set it to false first/,
    )
    assert.equal((await world().get('cachecluster', 'plain'))?.metadata.deletionTimestamp, undefined)
    await world().ready('plain')
    await world().patch('cachecluster', 'plain', { spec: { deletionProtection: false } })
    await world().kubectl('delete', 'cachecluster', '--all', '--timeout=120s')
    assert.deepEqual(withoutMembers(await world().inAws()), [])
  })
})
