import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import type { NodeWanted } from '../../emulator/engines/port.ts'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { front, hangUp, node, redisAt, settle, startEngines, until, untilReady } from './engines-fixture.ts'

for (const engine of ['redis', 'valkey'] as const)
  describe(`${engine} processes behind the emulator`, () => {
    let engines: ProcessEngines
    const primary = node('g-001/0001', { engine })
    const replica = node('g-002/0001', { engine, primary: primary.key })
    const at = ({ key, port }: { key: string; port: number }) => engines.address(key, port)
    const info = async (of: NodeWanted, section: string) => String(await redisAt(at(of)).call('INFO', section))

    before(async () => {
      engines = await startEngines()
    })
    afterEach(hangUp)
    after(() => engines.stop())

    it('a write to the primary can be read from the replica, which refuses writes', async () => {
      await settle(engines, [primary, replica])
      await redisAt(at(primary)).call('SET', 'colour', 'green')
      const reader = redisAt(at(replica))
      await until('the replica has the key', async () => (await reader.call('GET', 'colour')) === 'green')
      await assert.rejects(reader.call('SET', 'colour', 'red'), /READONLY/)
      assert.match(await info(primary, 'replication'), /slave0:ip=127\.[\d.]+,port=6379,state=online/)
    })

    it('memory is that of the node type, less what is reserved, by the dial', async () => {
      await settle(engines, [primary, replica])
      assert.match(await info(primary, 'memory'), new RegExp(`maxmemory:${(536_870_912 * 0.75) / 64}\\r`))
    })

    it('a changed parameter takes effect in the same process', async () => {
      await settle(engines, [primary, replica])
      assert.match(await info(primary, 'memory'), /maxmemory_policy:volatile-lru/)
      const pid = /process_id:\d+/.exec(await info(primary, 'server'))?.[0]
      const parameters = { ...primary.parameters, 'maxmemory-policy': 'allkeys-lfu', 'close-on-replica-write': 'yes' }
      await settle(engines, [
        { ...primary, parameters },
        { ...replica, parameters },
      ])
      for (const each of [primary, replica]) assert.match(await info(each, 'memory'), /maxmemory_policy:allkeys-lfu/)
      assert.equal(/process_id:\d+/.exec(await info(primary, 'server'))?.[0], pid)
    })

    it('what ElastiCache keeps from its customers is refused, the rest is not', async () => {
      await settle(engines, [primary])
      const redis = redisAt(at(primary))
      for (const command of [
        ['CONFIG', 'GET', '*'],
        ['SAVE'],
        ['BGSAVE'],
        ['REPLICAOF', 'NO', 'ONE'],
        ['SHUTDOWN', 'NOSAVE'],
        ['DEBUG', 'SLEEP', '0'],
        ['ACL', 'SETUSER', 'eve', 'on', 'nopass', '+@all', '~*'],
        ['CLUSTER', 'ADDSLOTS', '1'],
      ])
        await assert.rejects(redis.call(...command), /NOPERM|DEBUG command not allowed/, command.join(' '))
      assert.equal(await redis.call('ACL', 'WHOAMI'), 'default')
      assert.equal(await redis.call('FLUSHALL'), 'OK')
    })

    it('a promoted replica has all data, and the fronts follow it', async () => {
      const fronts = (first: NodeWanted, ...others: NodeWanted[]) => [
        front('g/primary', 'primary', [first, ...others]),
        front('g/reader', 'reader', others),
      ]
      await settle(engines, [primary, replica], fronts(primary, replica))
      const byName = {
        primary: at(front('g/primary', 'primary', [primary])),
        reader: at(front('g/reader', 'reader', [primary])),
      }
      const writer = redisAt(byName.primary)
      await writer.call('SET', 'planet', 'venus')
      const { primary: _, ...promoted } = replica
      const demoted = { ...primary, primary: replica.key }
      await settle(engines, [promoted, demoted], fronts(promoted, demoted))
      assert.match(await info(replica, 'replication'), /role:master/)
      assert.match(await info(primary, 'replication'), /role:slave/)
      await until('the connection to the old primary is cut', () => writer.closed)
      assert.equal(await redisAt(byName.primary).call('GET', 'planet'), 'venus')
      assert.equal(await redisAt(byName.primary).call('SET', 'planet', 'mars'), 'OK')
      await assert.rejects(redisAt(byName.reader).call('SET', 'planet', 'mars'), /READONLY/)
      await settle(engines, [primary, replica])
    })

    it('a lost primary waits for the promotion of its replica, which keeps the data', async () => {
      await settle(engines, [primary, replica])
      await redisAt(at(primary)).call('SET', 'metal', 'iron')
      const reader = redisAt(at(replica))
      await until('the replica has the key', async () => (await reader.call('GET', 'metal')) === 'iron')
      const pid = engines.pids().get(primary.key)
      assert.ok(pid)
      process.kill(pid, 'SIGKILL')
      await until('the loss is noticed', () => engines.failed().has(primary.key))
      assert.match(engines.failed().get(primary.key) ?? '', /SIGKILL/)
      const other = node('other/0001', { engine })
      // Another node that comes up meanwhile shows that the emulator has looked again.
      engines.converge({ nodes: [primary, replica, other], fronts: [], backups: [] })
      await untilReady(engines, [other.key])
      assert.ok(!engines.pids().has(primary.key))
      assert.ok(engines.lost().has(primary.key))
      const { primary: _, ...promoted } = replica
      await settle(engines, [promoted, { ...primary, primary: replica.key }])
      assert.equal(await redisAt(at(replica)).call('GET', 'metal'), 'iron')
      assert.equal(await redisAt(at(primary)).call('GET', 'metal'), 'iron')
    })

    it('a lost node without replicas comes back by itself, empty', async () => {
      const single = node('single/0001', { engine })
      await settle(engines, [single])
      await redisAt(at(single)).call('SET', 'snow', 'melts')
      const pid = engines.pids().get(single.key)
      assert.ok(pid)
      process.kill(pid, 'SIGKILL')
      await until('another process answers', () => {
        const now = engines.pids().get(single.key)
        return now !== undefined && now !== pid && engines.ready().has(single.key)
      })
      assert.equal(await redisAt(at(single)).call('GET', 'snow'), null)
    })

    it('a node that is not wanted any more ends', async () => {
      await settle(engines, [primary, replica])
      const ended = redisAt(at(replica))
      assert.equal(await ended.call('PING'), 'PONG')
      await settle(engines, [primary])
      await until('its connection is closed', () => ended.closed)
      assert.deepEqual([...engines.pids().keys()], [primary.key])
    })
  })

describe('a redis node that becomes a valkey node', () => {
  let engines: ProcessEngines
  before(async () => {
    engines = await startEngines()
  })
  after(async () => {
    hangUp()
    await engines.stop()
  })

  it('keeps its address and its data', async () => {
    const old = node('u-001/0001')
    const at = engines.address(old.key, old.port)
    await settle(engines, [old])
    await redisAt(at).call('SET', 'fruit', 'plum')
    await settle(engines, [{ ...old, engine: 'valkey' }])
    const client = redisAt(at)
    assert.equal(await client.call('GET', 'fruit'), 'plum')
    assert.match(String(await client.call('INFO', 'server')), /valkey_version/)
  })
})
