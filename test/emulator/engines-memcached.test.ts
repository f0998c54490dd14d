import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import type { NodeWanted } from '../../emulator/engines/port.ts'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { front, hangUp, memcachedAt, node, settle, startEngines, until } from './engines-fixture.ts'

const END = 'END\r\n'

describe('memcached processes behind the emulator', () => {
  let engines: ProcessEngines
  const member = (number: number, changes: Partial<NodeWanted> = {}) =>
    node(`m/000${number}`, { engine: 'memcached', port: 11211, parameters: {}, ...changes })
  const three = [member(1), member(2), member(3)]
  const configuration = (nodes: readonly NodeWanted[], version: number) =>
    front('m/configuration', 'memcached-configuration', nodes, version)
  const at = ({ key, port }: { key: string; port: number }) => engines.address(key, port)
  const discovery = () => memcachedAt(at(configuration(three, 1)))
  const entry = (of: NodeWanted) => `${at(of).host}|${at(of).host}|${at(of).port}`
  const setting = async (of: NodeWanted, name: string) => {
    const settings = await memcachedAt(at(of))('stats settings\r\n', END)
    return new RegExp(`STAT ${name} (.*)\\r`).exec(settings)?.[1]
  }
  const versionIn = (answer: string) => Number(/\r\n(\d+)\n/.exec(answer)?.[1])

  before(async () => {
    engines = await startEngines()
    await settle(engines, three, [configuration(three, 1)])
  })
  afterEach(hangUp)
  after(() => engines.stop())

  it('every node keeps its own items', async () => {
    for (const [index, each] of three.entries()) {
      const say = memcachedAt(at(each))
      assert.equal(await say(`set key 0 0 1\r\n${index}\r\n`, '\r\n'), 'STORED\r\n')
      assert.equal(await say('get key\r\n', END), `VALUE key 0 1\r\n${index}\r\nEND\r\n`)
    }
  })

  it('the configuration endpoint lists the nodes in the documented form', async () => {
    const answer = await discovery()('config get cluster\r\n', END)
    const text = `${versionIn(answer)}\n${three.map(entry).sort().join(' ')}\n`
    assert.equal(answer, `CONFIG cluster 0 ${text.length}\r\n${text}\r\nEND\r\n`)
    const old = await discovery()('get AmazonElastiCache:cluster\r\n', END)
    assert.equal(old, `VALUE AmazonElastiCache:cluster 0 ${text.length}\r\n${text}\r\nEND\r\n`)
  })

  it('the version rises and the list follows when nodes come and go', async () => {
    const before = versionIn(await discovery()('config get cluster\r\n', END))
    const two = three.slice(0, 2)
    await settle(engines, two, [configuration(two, 2)])
    const fewer = await discovery()('config get cluster\r\n', END)
    assert.ok(versionIn(fewer) > before)
    assert.ok(fewer.includes(`\n${two.map(entry).sort().join(' ')}\n`))
    await settle(engines, three, [configuration(three, 3)])
    const more = await discovery()('config get cluster\r\n', END)
    assert.ok(versionIn(more) > versionIn(fewer))
    assert.ok(more.includes(entry(three[2] ?? member(3))))
  })

  it('a lost node is not listed until it answers again', async () => {
    const [, , third = member(3)] = three
    await settle(engines, three, [configuration(three, 3)])
    const say = discovery()
    const before = versionIn(await say('config get cluster\r\n', END))
    const pid = engines.pids().get(third.key)
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
    await until('it is listed again, in a later version', async () => {
      const answer = await say('config get cluster\r\n', END)
      return answer.includes(entry(third)) && versionIn(answer) >= before + 2
    })
  })

  it('everything else at the configuration endpoint is answered by a node, in order', async () => {
    const say = discovery()
    const lie = 'config get cluster\r\n'
    const answer = await say(
      `set trap 0 0 ${lie.length}\r\n${lie}\r\nget trap\r\nconfig get cluster\r\nget trap\r\nget nothing\r\n`,
      `VALUE trap 0 ${lie.length}\r\n${lie}\r\nEND\r\nEND\r\n`,
    )
    const item = `VALUE trap 0 ${lie.length}\r\n${lie}\r\nEND\r\n`
    const [start, rest] = answer.split('CONFIG cluster')
    assert.equal(start, `STORED\r\n${item}`)
    assert.ok(rest?.endsWith(`\r\nEND\r\n${item}END\r\n`))
  })

  it('parameters count from the next start, and memory is scaled', async () => {
    const parameters = {
      max_item_size: '2097152',
      error_on_memory_exhausted: '1',
      hash_algorithm: 'jenkins',
      no_modern: '1',
      config_max: '16',
    }
    const [first = member(1)] = three
    await settle(engines, [{ ...first, parameters }])
    assert.equal(await setting(first, 'item_size_max'), '1048576')
    await settle(engines, [{ ...first, parameters, generation: 2, maxmemoryBytes: 64 * 2 ** 30 }])
    assert.equal(await setting(first, 'item_size_max'), '2097152')
    assert.equal(await setting(first, 'evictions'), 'off')
    assert.equal(await setting(first, 'hash_algorithm'), 'jenkins')
    assert.equal(await setting(first, 'maxbytes'), String(2 ** 30))
  })

  it('with TLS, nodes and discovery answer over TLS only', async () => {
    const secured = [
      member(1, { key: 'a/r/s/0001', tls: 'required' }),
      member(2, { key: 'a/r/s/0002', tls: 'required' }),
    ]
    const discovering = front('s/configuration', 'memcached-configuration', secured)
    await settle(engines, secured, [discovering])
    const say = memcachedAt(at(discovering), engines.caFile)
    for (const each of secured) assert.ok((await say('config get cluster\r\n', END)).includes(entry(each)))
    assert.equal(await say('set a 0 0 1\r\nb\r\n', '\r\n'), 'STORED\r\n')
    for (const each of secured)
      assert.match(await memcachedAt(at(each), engines.caFile)('version\r\n', '\r\n'), /^VERSION/)
    await assert.rejects(memcachedAt(at(secured[0] ?? member(1)))('version\r\n', '\r\n'))
  })
})
