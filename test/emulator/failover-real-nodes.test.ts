import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { Redis } from 'ioredis'
import { after, before, describe, it } from 'mocha'
import { killNode } from '../../emulator/engines/kill.ts'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { until } from './engines-fixture.ts'
import { CREDENTIALS, PAIR, REGION, SHARDED } from './fixture.ts'

const DURABLE: Partial<CreateReplicationGroupCommandInput> = {
  ReplicationGroupId: 'safe',
  Engine: 'valkey',
  EngineVersion: '9.0',
  TransitEncryptionEnabled: true,
  Durability: 'sync',
}

interface Writer {
  readonly redis: Redis
  /** Keys whose write was acknowledged. */
  readonly acknowledged: readonly string[]
  stop(): Promise<void>
}

/** Writes one key after the other, and remembers which the server acknowledged. */
const writeTo = (endpoint: { readonly Address?: string; readonly Port?: number } | undefined, ca?: string): Writer => {
  const redis = new Redis({
    host: endpoint?.Address ?? '',
    port: endpoint?.Port ?? 0,
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(ca === undefined ? {} : { tls: { ca } }),
  })
  redis.on('error', () => {})
  const acknowledged: string[] = []
  let writing = true
  const work = (async () => {
    for (let number = 0; writing; number += 1) {
      const answer = await redis.set(`key-${number}`, String(number)).catch(() => undefined)
      if (answer === 'OK') acknowledged.push(`key-${number}`)
      else await pause(5)
    }
  })()
  return {
    redis,
    acknowledged,
    stop: async () => {
      writing = false
      await work
    },
  }
}

describe('a failover of real nodes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  const writers: Writer[] = []

  before(async () => {
    emulator = await startEmulator({ profile: 'instant' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url, maxAttempts: 1 })
    await client.send(new CreateReplicationGroupCommand(PAIR))
    await client.send(new CreateReplicationGroupCommand({ ...PAIR, ...DURABLE }))
    await until('both are available', async () => (await available('pair')) && (await available('safe')))
  })
  after(async () => {
    for (const { redis } of writers) redis.disconnect()
    client?.destroy()
    await emulator?.stop()
  })

  const group = async (id: string) =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))).ReplicationGroups?.[0]
  const available = async (id: string) => (await group(id))?.Status === 'available'
  const primaryOf = async (id: string) =>
    (await group(id))?.NodeGroups?.[0]?.NodeGroupMembers?.find((member) => member.CurrentRole === 'primary')
      ?.CacheClusterId ?? ''
  const keyOf = (id: string) => `123456789012/us-east-1/${id}/0001`
  const writer = async (id: string) => {
    const ca = id === 'safe' ? readFileSync((emulator.engines as ProcessEngines).caFile, 'utf8') : undefined
    const { Address, Port } = (await group(id))?.NodeGroups?.[0]?.PrimaryEndpoint ?? {}
    const started = writeTo({ ...(Address ? { Address } : {}), ...(Port ? { Port } : {}) }, ca)
    writers.push(started)
    await until('it writes', () => started.acknowledged.length > 20)
    return started
  }
  /** Fails over under load; the writer must go on at the new primary. */
  const failOver = async (id: string, cause: (primary: string) => unknown) => {
    const load = await writer(id)
    const before = await primaryOf(id)
    await cause(before)
    await until('another member is the primary', async () => (await primaryOf(id)) !== before)
    await until('the group is available', () => available(id))
    const seen = load.acknowledged.length
    await until('the writer goes on', () => load.acknowledged.length > seen + 20)
    await load.stop()
    return { load, before }
  }
  const missingOf = async ({ redis, acknowledged }: Writer) => {
    const found = await redis.mget(...acknowledged)
    return acknowledged.filter((_, index) => found[index] === null)
  }
  const test = (id: string) => () =>
    client.send(new TestFailoverCommand({ ReplicationGroupId: id, NodeGroupId: '0001' }))
  const kill = (primary: string) => assert.ok(killNode(emulator.engines, keyOf(primary)))

  it('that is tested goes on under load, and the old primary comes back as a replica', async () => {
    const { load, before } = await failOver('pair', test('pair'))
    assert.notEqual(await primaryOf('pair'), before)
    assert.match(await load.redis.info('replication'), /role:master[\s\S]*connected_slaves:1/)
    assert.deepEqual(await missingOf(load), [])
  })

  it('follows a killed primary by itself', async () => {
    const { load, before } = await failOver('pair', kill)
    assert.match(await load.redis.info('replication'), /role:master[\s\S]*connected_slaves:1/)
    const events = (await client.send(new DescribeEventsCommand({ SourceType: 'cache-cluster' }))).Events ?? []
    const messages = events.filter(({ SourceIdentifier }) => SourceIdentifier === before).map(({ Message }) => Message)
    assert.equal(messages.at(-1), 'Finished recovery for cache nodes 0001')
  })

  it('of a synchronously durable group loses no acknowledged write when its primary is killed', async () => {
    const { load } = await failOver('safe', kill)
    assert.deepEqual(await missingOf(load), [])
  })

  it('of a synchronously durable group loses no acknowledged write when it is tested', async () => {
    const { load } = await failOver('safe', test('safe'))
    assert.deepEqual(await missingOf(load), [])
  })

  it('does not help when all nodes are killed at once: a durable group comes back with all data', async () => {
    const load = await writer('safe')
    await load.stop()
    for (const member of ['safe-001', 'safe-002']) kill(member)
    await until('the writes are there again', async () => (await missingOf(load)).length === 0)
    await until('the group is whole', async () => {
      const nodes = (await group('safe'))?.NodeGroups?.[0]?.NodeGroupMembers ?? []
      const { engines } = emulator
      return (
        (await available('safe')) &&
        nodes.every(({ CacheClusterId = '' }) => engines.ready().has(keyOf(CacheClusterId)))
      )
    })
  })

  it('in cluster mode promotes in the shard that lost its primary', async () => {
    const sharded = { ...SHARDED, Engine: 'valkey', EngineVersion: '9.0' }
    await client.send(new CreateReplicationGroupCommand(sharded))
    await until('it is available', () => available('sharded'))
    kill('sharded-0002-001')
    const done = 'Failover from primary node sharded-0002-001 to replica node sharded-0002-002 completed'
    await until('the event tells', async () => {
      const shown = await client.send(new DescribeEventsCommand({ SourceType: 'replication-group' }))
      return (shown.Events ?? []).some(({ Message }) => Message === done)
    })
    await until('the group is available', () => available('sharded'))
  })

  it('is not needed by a killed replica, which comes back', async () => {
    const primary = await primaryOf('safe')
    const replica = primary === 'safe-001' ? 'safe-002' : 'safe-001'
    const engines = emulator.engines as ProcessEngines
    await until('the replica is ready', () => engines.ready().has(keyOf(replica)))
    const pid = engines.pids().get(keyOf(replica))
    kill(replica)
    await until('it runs again', () => {
      const next = engines.pids().get(keyOf(replica))
      return next !== undefined && next !== pid && engines.ready().has(keyOf(replica))
    })
    assert.equal(await primaryOf('safe'), primary)
  })
})
