import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as connectTls } from 'node:tls'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { after, afterEach, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { shortRegion } from '../../emulator/shown/endpoint.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { manualClock } from '../../emulator/world/clock.ts'
import { hangUp, memcachedAt, until } from './engines-fixture.ts'
import { type Bench, CREDENTIALS, MEMCACHED, openBench, PAIR, REGION, SETTLED_MS, SHARDED } from './fixture.ts'

interface Parsed {
  readonly id: string
  readonly kind: 'configuration' | 'primary' | 'reader' | 'node' | 'memcached configuration'
  readonly tls: boolean
  readonly region: string
}

const isNumber = (part: string | undefined, digits: number) =>
  part !== undefined && /^\d+$/.test(part) && part.length === digits

/** A member's id without the numbers of its shard and node. */
const withoutNumbers = (id: string): string => {
  const parts = id.split('-')
  if (isNumber(parts.at(-1), 3)) parts.pop()
  if (isNumber(parts.at(-1), 4)) parts.pop()
  return parts.join('-')
}

/** Reads an endpoint as programs in production do: only from how many labels it has and what stands where. */
const parse = (address: string): Parsed => {
  const labels = address.replace(/\.amazonaws\.com(\.cn)?$/, '').split('.')
  assert.equal(labels.pop(), 'cache', address)
  const region = labels.pop() ?? ''
  const [a = '', b = '', c = '', d = ''] = labels
  if (labels.length === 4) {
    assert.ok(c === 'ng' && isNumber(d, 4), address)
    return a.endsWith('-ro')
      ? { id: a.slice(0, -3), kind: 'reader', tls: false, region }
      : { id: a, kind: 'primary', tls: false, region }
  }
  assert.equal(labels.length, 3, address)
  assert.ok(
    [b, c].some((label) => /^[a-z0-9]{6}$/.test(label)),
    address,
  )
  if (c === 'cfg') return { id: a, kind: 'memcached configuration', tls: false, region }
  if (c === 'clustercfg') return { id: a, kind: 'configuration', tls: false, region }
  if (isNumber(c, 4)) return { id: withoutNumbers(a), kind: 'node', tls: false, region }
  const kinds: Readonly<Record<string, Parsed['kind']>> = {
    clustercfg: 'configuration',
    master: 'primary',
    replica: 'reader',
  }
  return { id: b, kind: kinds[a] ?? 'node', tls: true, region }
}

const TLS = { TransitEncryptionEnabled: true } as const

describe('endpoints under the names of AWS', () => {
  const named = (options: Parameters<typeof openBench>[0] = {}) => openBench({ endpoints: 'aws', ...options })
  const nodes = async (bench: Bench, id: string) =>
    ((await bench.cluster(id)).CacheNodes ?? []).map(({ Endpoint }) => Endpoint?.Address ?? '')

  for (const tls of [false, true]) {
    const words = tls ? 'with transit encryption' : 'without transit encryption'

    it(`names primary, reader and nodes ${words}`, async () => {
      const bench = await named()
      await bench.createGroup(tls ? TLS : {})
      const [shard] = (await bench.group()).NodeGroups ?? []
      assert.equal(shard?.PrimaryEndpoint?.Port, 6379)
      const common = { id: 'pair', tls, region: 'use1' }
      assert.deepEqual(parse(shard?.PrimaryEndpoint?.Address ?? ''), { ...common, kind: 'primary' })
      assert.deepEqual(parse(shard?.ReaderEndpoint?.Address ?? ''), { ...common, kind: 'reader' })
      for (const member of shard?.NodeGroupMembers ?? []) {
        const address = member.ReadEndpoint?.Address ?? ''
        assert.deepEqual(parse(address), { ...common, kind: 'node' })
        assert.ok(address.startsWith(`${member.CacheClusterId}.`))
        assert.deepEqual(await nodes(bench, member.CacheClusterId ?? ''), [address])
      }
    })

    it(`names configuration endpoint and nodes of cluster mode ${words}`, async () => {
      const bench = await named()
      await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined, ...(tls ? TLS : {}) })
      const group = await bench.group('sharded')
      const common = { id: 'sharded', tls, region: 'use1' }
      assert.deepEqual(parse(group.ConfigurationEndpoint?.Address ?? ''), { ...common, kind: 'configuration' })
      const [address = ''] = await nodes(bench, 'sharded-0002-001')
      assert.deepEqual(parse(address), { ...common, kind: 'node' })
      assert.ok(address.startsWith('sharded-0002-001.'))
    })
  }

  it('names the configuration endpoint and the nodes of memcached', async () => {
    const bench = await named()
    await bench.createMemcached({ Port: 11999 })
    const { ConfigurationEndpoint } = await bench.cluster('mem')
    assert.equal(ConfigurationEndpoint?.Port, 11_999)
    assert.match(ConfigurationEndpoint?.Address ?? '', /^mem\.[a-z0-9]{6}\.cfg\.use1\.cache\.amazonaws\.com$/)
    const addresses = await nodes(bench, 'mem')
    assert.deepEqual(
      addresses.map((address) => address.split('.')[2]),
      ['0001', '0002', '0003'],
    )
    assert.equal(new Set(addresses.map((address) => address.split('.')[1])).size, 1)
  })

  it('names a single redis node', async () => {
    const bench = await named()
    await bench.client.send(
      new CreateCacheClusterCommand({
        CacheClusterId: 'single',
        Engine: 'redis',
        CacheNodeType: 'cache.t4g.small',
        NumCacheNodes: 1,
      }),
    )
    bench.settle()
    assert.match((await nodes(bench, 'single')).join(), /^single\.[a-z0-9]{6}\.0001\.use1\.cache\.amazonaws\.com$/)
  })

  it('changes the names when transit encryption is turned on, and keeps the rest', async () => {
    const bench = await named()
    await bench.createGroup({ Engine: 'redis', EngineVersion: '7.1' })
    const primary = async () => (await bench.group()).NodeGroups?.[0]?.PrimaryEndpoint?.Address ?? ''
    const before = await primary()
    await bench.client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: 'pair',
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: 'preferred',
        ApplyImmediately: true,
      }),
    )
    bench.settle()
    const [, hash] = before.split('.')
    assert.equal(await primary(), `master.pair.${hash}.use1.cache.amazonaws.com`)
  })

  it('gives an id the same name in every emulator, and another in another account', async () => {
    const names = await Promise.all(
      [{}, {}, { accounts: { [CREDENTIALS.accessKeyId]: '210987654321' } }].map(async (options) => {
        const bench = await named(options)
        await bench.createGroup()
        return (await bench.group()).NodeGroups?.[0]?.PrimaryEndpoint?.Address
      }),
    )
    assert.equal(names[0], names[1])
    assert.notEqual(names[0], names[2])
  })

  it("ends with China's own domain in its regions", async () => {
    const bench = await named()
    const client = new ElastiCacheClient({
      region: 'cn-north-1',
      credentials: CREDENTIALS,
      requestHandler: bench.emulator.requestHandler,
    })
    await client.send(new CreateReplicationGroupCommand({ ...PAIR, ...TLS }))
    bench.settle()
    const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}))
    const address = ReplicationGroups?.[0]?.NodeGroups?.[0]?.PrimaryEndpoint?.Address ?? ''
    assert.match(address, /^master\.pair\.[a-z0-9]{6}\.cnn1\.cache\.amazonaws\.com\.cn$/)
  })

  const REGIONS: Readonly<Record<string, string>> = {
    'us-east-1': 'use1',
    'us-west-2': 'usw2',
    'us-gov-west-1': 'usgw1',
    'eu-central-1': 'euc1',
    'eu-north-1': 'eun1',
    'ap-northeast-1': 'apne1',
    'ap-southeast-2': 'apse2',
    'ap-south-1': 'aps1',
    'ca-central-1': 'cac1',
    'sa-east-1': 'sae1',
    'cn-northwest-1': 'cnnw1',
    'me-central-1': 'mec1',
  }
  for (const [region, short] of Object.entries(REGIONS)) {
    it(`calls ${region} ${short}`, () => {
      assert.equal(shortRegion(region), short)
    })
  }
})

describe('GET /_endpoints', () => {
  let emulator: ListeningEmulator | undefined
  afterEach(async () => {
    await emulator?.stop()
  })

  const endpoints = async (): Promise<Record<string, { host: string; port: number }>> => {
    const answer = await fetch(`${emulator?.url}/_endpoints`)
    return ((await answer.json()) as { endpoints: Record<string, { host: string; port: number }> }).endpoints
  }

  const rows: readonly Partial<CreateReplicationGroupCommandInput>[] = [PAIR, { ...SHARDED, ...TLS }]

  it('says where each name leads, for every name that is shown', async () => {
    const clock = manualClock()
    emulator = await startEmulator({ nodes: 'none', endpoints: 'aws', clock })
    const client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    for (const row of rows)
      await client.send(new CreateReplicationGroupCommand(row as CreateReplicationGroupCommandInput))
    await client.send(new CreateCacheClusterCommand(MEMCACHED))
    clock.advance(SETTLED_MS)
    const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}))
    const { CacheClusters } = await client.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))
    client.destroy()
    const shown = new Set(
      [...JSON.stringify([ReplicationGroups, CacheClusters]).matchAll(/"Address":"([^"]+)"/g)].map(([, name]) => name),
    )
    const known = await endpoints()
    assert.deepEqual(Object.keys(known).toSorted(), [...shown].toSorted())
    for (const { host, port } of Object.values(known)) assert.match(`${host}:${port}`, /^127\.\d+\.\d+\.\d+:\d+$/)
  })

  it('answers with names too where addresses are shown', async () => {
    const clock = manualClock()
    emulator = await startEmulator({ nodes: 'none', clock })
    const client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await client.send(new CreateReplicationGroupCommand(PAIR))
    clock.advance(SETTLED_MS)
    const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}))
    client.destroy()
    const primary = ReplicationGroups?.[0]?.NodeGroups?.[0]?.PrimaryEndpoint
    const [, address] = Object.entries(await endpoints()).find(([name]) => name.includes('.ng.0001.')) ?? []
    assert.deepEqual(address, { host: primary?.Address, port: primary?.Port })
  })
})

describe('server processes under the names of AWS', () => {
  let emulator: ListeningEmulator | undefined
  let client: ElastiCacheClient | undefined
  after(async () => {
    hangUp()
    client?.destroy()
    await emulator?.stop()
  })

  it('are in auto-discovery and in certificates by name, and listen at the address behind it', async () => {
    emulator = await startEmulator({ profile: 'instant', endpoints: 'aws' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    const { caFile } = emulator.engines as ProcessEngines
    await client.send(new CreateReplicationGroupCommand({ ...PAIR, ...TLS }))
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
    const described = async () => ({
      groups: (await client?.send(new DescribeReplicationGroupsCommand({})))?.ReplicationGroups ?? [],
      clusters:
        (await client?.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true })))?.CacheClusters ?? [],
    })
    await until('all is available', async () => {
      const { groups, clusters } = await described()
      const stati = [...groups.map(({ Status }) => Status), ...clusters.map((each) => each.CacheClusterStatus)]
      return stati.every((status) => status === 'available')
    })
    const { groups, clusters } = await described()
    const answer = await fetch(`${emulator.url}/_endpoints`)
    const { endpoints } = (await answer.json()) as { endpoints: Record<string, { host: string; port: number }> }
    const behind = (name: string | undefined) => {
      const address = endpoints[name ?? '']
      assert.ok(address, name)
      return address
    }

    const mem = clusters.find((cluster) => cluster.CacheClusterId === 'mem')
    const nodes = (mem?.CacheNodes ?? []).map(({ Endpoint }) => Endpoint?.Address ?? '')
    const say = memcachedAt(behind(mem?.ConfigurationEndpoint?.Address))
    const listed = nodes.map((name) => `${name}|${behind(name).host}|${behind(name).port}`).join(' ')
    assert.ok((await say('config get cluster\r\n', 'END\r\n')).includes(`\n${listed}\n`))

    const [shard] = groups[0]?.NodeGroups ?? []
    for (const endpoint of [
      shard?.PrimaryEndpoint,
      shard?.ReaderEndpoint,
      shard?.NodeGroupMembers?.[0]?.ReadEndpoint,
    ]) {
      const servername = endpoint?.Address ?? ''
      const socket = connectTls({ ...behind(servername), servername, ca: await readFile(caFile) })
      await once(socket, 'secureConnect')
      assert.ok(socket.authorized)
      socket.destroy()
    }
  })
})
