import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import type { NodeWanted } from '../../emulator/engines/port.ts'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { RedisError } from '../../emulator/engines/resp.ts'
import { front, hangUp, node, redisAt, settle, startEngines, until } from './engines-fixture.ts'

for (const [engine, ownAddresses] of [
  ['redis', true],
  ['valkey', false],
] as const)
  describe(`${engine} processes in cluster mode, ${ownAddresses ? 'each with its own address' : 'all at 127.0.0.1'}`, () => {
    let engines: ProcessEngines
    const shard = (number: number, slots: string, tls: NodeWanted['tls'] = 'disabled') => {
      const cluster = { id: 'c', shard: `000${number}`, slots }
      const primary = node(`c-000${number}-001/0001`, { engine, cluster, tls })
      return [primary, node(`c-000${number}-002/0001`, { engine, cluster, tls, primary: primary.key })] as const
    }
    const [one, oneReplica] = shard(1, '0-8191')
    const [two, twoReplica] = shard(2, '8192-16383')
    const nodes = [one, oneReplica, two, twoReplica]
    const configuration = front('c/configuration', 'configuration', nodes)
    const at = ({ key, port }: { key: string; port: number }) => engines.address(key, port)

    before(async () => {
      engines = await startEngines({ ownAddresses })
      await settle(engines, nodes, [configuration])
    })
    afterEach(hangUp)
    after(() => engines.stop())

    it('all slots are served, each shard with a replica', async () => {
      const redis = redisAt(at(configuration))
      assert.match(String(await redis.call('CLUSTER', 'INFO')), /cluster_state:ok\r\ncluster_slots_assigned:16384/)
      const slots = (await redis.call('CLUSTER', 'SLOTS')) as [number, number, ...[string, number][]][]
      const expected = [
        [0, 8191, at(one), at(oneReplica)],
        [8192, 16383, at(two), at(twoReplica)],
      ]
      const found = slots
        .sort(([a], [b]) => a - b)
        .map(([first, last, ...at]) => [first, last, ...at.map(([host, port]) => ({ host, port }))])
      assert.deepEqual(found, expected)
    })

    it('the address of a redirection can be connected to and has the key', async () => {
      let redirected = 0
      for (const key of Array.from({ length: 40 }, (_, index) => `key-${index}`)) {
        const answer = await redisAt(at(configuration))
          .call('SET', key, key)
          .catch((error: unknown) => error)
        if (!(answer instanceof RedisError)) continue
        const [, host = '', port] = /^MOVED \d+ (.+):(\d+)$/.exec(answer.message) ?? []
        assert.equal(await redisAt({ host, port: Number(port) }).call('SET', key, key), 'OK')
        redirected++
      }
      assert.ok(redirected > 0)
    })

    it('a promoted replica owns the slots of its shard, and loses no key', async () => {
      await redisAt(at(one))
        .call('SET', '{a}b', 'kept')
        .catch(() => redisAt(at(two)).call('SET', '{a}b', 'kept'))
      const { primary: _, ...promoted } = twoReplica
      const demoted = { ...two, primary: twoReplica.key }
      await settle(engines, [one, oneReplica, promoted, demoted], [configuration])
      assert.match(String(await redisAt(at(twoReplica)).call('CLUSTER', 'NODES')), /myself,master\S* .* 8192-16383\n/)
      assert.equal(await redisAt(at(twoReplica)).call('GET', '{a}b'), 'kept')
      await settle(engines, nodes, [configuration])
    })

    it('a shard whose primary is lost goes on with the promoted replica', async () => {
      const pid = engines.pids().get(one.key)
      assert.ok(pid)
      process.kill(pid, 'SIGKILL')
      await until('the loss is noticed', () => engines.failed().has(one.key))
      const { primary: _, ...promoted } = oneReplica
      await settle(engines, [{ ...one, primary: oneReplica.key }, promoted, two, twoReplica], [configuration])
      assert.match(String(await redisAt(at(oneReplica)).call('CLUSTER', 'NODES')), /myself,master\S* .* 0-8191\n/)
    })

    it('with TLS the redirections name TLS addresses', async () => {
      const secured = [...shard(3, '0-8191', 'required'), ...shard(4, '8192-16383', 'required')]
      await settle(engines, secured)
      const answers = await Promise.all(
        [secured[0], secured[2]].map(
          (node) =>
            node &&
            redisAt(at(node), engines.caFile)
              .call('SET', 'key', 'value')
              .catch((error: unknown) => error),
        ),
      )
      const moved = answers.find((answer) => answer instanceof RedisError)
      const [, host = '', port] = /^MOVED \d+ (.+):(\d+)$/.exec(moved?.message ?? '') ?? []
      assert.equal(await redisAt({ host, port: Number(port) }, engines.caFile).call('GET', 'key'), 'value')
    })
  })
