import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import {
  CreateCacheClusterCommand,
  DescribeCacheClustersCommand,
  ElastiCacheClient,
  ModifyCacheClusterCommand,
  type ModifyCacheClusterCommandInput,
} from '@aws-sdk/client-elasticache'
import { after, before, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { manualClock } from '../../emulator/world/clock.ts'
import { hangUp, memcachedAt, until } from './engines-fixture.ts'
import { CREDENTIALS, MEMCACHED, REGION, SETTLED_MS } from './fixture.ts'

interface Listed {
  readonly version: number
  /** `host|ip|port` of each node. */
  readonly nodes: readonly string[]
}

/** A client that learns of its nodes by auto discovery, and spreads keys over them by their hash. */
const discoveringClient = (endpoint: { readonly host: string; readonly port: number }) => {
  const nodes = new Map<string, ReturnType<typeof memcachedAt>>()
  let listed: Listed = { version: 0, nodes: [] }
  const conversationWith = (entry: string) => {
    const known = nodes.get(entry)
    if (known) return known
    const [, host = '', port] = entry.split('|')
    const fresh = memcachedAt({ host, port: Number(port) })
    nodes.set(entry, fresh)
    return fresh
  }
  return {
    listed: () => listed,
    async poll() {
      const configuration = memcachedAt(endpoint)
      const answer = await configuration('config get cluster\r\n', 'END\r\n')
      const [, version, entries = ''] = answer.split(/\r?\n/)
      listed = { version: Number(version), nodes: entries.split(' ').filter((entry) => entry !== '') }
      return listed
    },
    /** Writes a key to the node that it belongs to. Gives that node's entry. */
    async set(key: string, value: string) {
      const hash = createHash('md5').update(key).digest().readUInt32BE(0)
      const entry = listed.nodes[hash % listed.nodes.length] ?? ''
      const answer = await conversationWith(entry)(`set ${key} 0 0 ${value.length}\r\n${value}\r\n`, '\r\n')
      assert.equal(answer, 'STORED\r\n')
      return entry
    },
  }
}

describe('an auto-discovery client under load', () => {
  const clock = manualClock()
  let emulator: ListeningEmulator
  let aws: ElastiCacheClient
  let client: ReturnType<typeof discoveringClient>

  const shown = async () => {
    const input = { CacheClusterId: 'mem', ShowCacheNodeInfo: true }
    return (await aws.send(new DescribeCacheClustersCommand(input))).CacheClusters?.[0]
  }
  const available = () =>
    until('the cluster is available', async () => (await shown())?.CacheClusterStatus === 'available')
  const modify = (input: Partial<ModifyCacheClusterCommandInput>) =>
    aws.send(new ModifyCacheClusterCommand({ CacheClusterId: 'mem', ApplyImmediately: true, ...input }))
  const portsShown = async () =>
    ((await shown())?.CacheNodes ?? []).map(({ Endpoint }) => `${Endpoint?.Address}:${Endpoint?.Port}`)
  const addressOf = (entry: string) => entry.replace(/^.*\|(.*)\|/, '$1:')

  before(async () => {
    emulator = await startEmulator({ clock })
    aws = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await aws.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
    clock.advance(SETTLED_MS)
    await available()
    const { Address: host = '', Port: port = 0 } = (await shown())?.ConfigurationEndpoint ?? {}
    client = discoveringClient({ host, port })
  })
  after(async () => {
    hangUp()
    aws?.destroy()
    await emulator?.stop()
  })

  /** Writes until told to stop, and polls now and then as such clients do; gives the nodes that took keys. */
  const load = () => {
    const failed: string[] = []
    const taking = new Set<string>()
    let going = true
    const work = (async () => {
      for (let turn = 0; going; turn++) {
        if (turn % 50 === 0) await client.poll()
        await client.set(`key-${turn % 500}`, `value-${turn}`).then(
          (entry) => taking.add(entry),
          (error: Error) => failed.push(error.message),
        )
        await setImmediate()
      }
    })()
    return {
      failed,
      taking,
      stop: async () => {
        going = false
        await work
      },
    }
  }

  it('sees a node that came within one poll after the cluster is available, and the node takes keys', async () => {
    const before = await client.poll()
    assert.equal(before.nodes.length, 2)
    const users = load()
    await modify({ NumCacheNodes: 3 })
    clock.advance(SETTLED_MS)
    await available()
    const now = await client.poll()
    assert.equal(now.nodes.length, 3)
    assert.ok(now.version > before.version)
    assert.deepEqual(now.nodes.map(addressOf).sort(), (await portsShown()).sort())
    const added = now.nodes.find((entry) => !before.nodes.includes(entry)) ?? ''
    await until('the new node takes keys', () => users.taking.has(added))
    await users.stop()
    assert.deepEqual(users.failed, [])
  })

  it('is told that a node leaves before the node goes, and no write fails', async () => {
    const before = await client.poll()
    const users = load()
    await modify({ NumCacheNodes: 2, CacheNodeIdsToRemove: ['0003'] })
    await until('the node is listed no more', () => client.listed().nodes.length === 2)
    const leaving = before.nodes.find((entry) => !client.listed().nodes.includes(entry)) ?? ''
    const [, host = '', port] = leaving.split('|')
    assert.match(await memcachedAt({ host, port: Number(port) })('version\r\n', '\r\n'), /^VERSION/)
    clock.advance(SETTLED_MS)
    await available()
    const now = await client.poll()
    await users.stop()
    assert.ok(now.version > before.version)
    assert.deepEqual(now.nodes.map(addressOf).sort(), (await portsShown()).sort())
    assert.deepEqual(users.failed, [])
  })
})
