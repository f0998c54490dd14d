import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CreateCacheClusterCommand,
  type CreateCacheClusterCommandInput,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheClustersCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ElastiCacheServiceException,
} from '@aws-sdk/client-elasticache'
import { type Emulator, type EmulatorOptions, openEmulator } from '../../emulator/start.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
export const REGION = 'us-east-1'

/** Longer than anything of the fast profile takes. */
export const SETTLED_MS = 10_000

export interface Bench {
  readonly emulator: Emulator
  readonly clock: ManualClock
  readonly client: ElastiCacheClient
  /** Lets everything that is under way come to its end. */
  settle(): void
  createGroup(input?: Partial<CreateReplicationGroupCommandInput>): Promise<void>
  createMemcached(input?: Partial<CreateCacheClusterCommandInput>): Promise<void>
  group(id?: string): Promise<NonNullable<Awaited<ReturnType<typeof describeGroup>>>>
  cluster(id: string): Promise<NonNullable<Awaited<ReturnType<typeof describeCluster>>>>
  events(id: string): Promise<readonly string[]>
}

const describeGroup = async (client: ElastiCacheClient, id: string) =>
  (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))).ReplicationGroups?.[0]

const describeCluster = async (client: ElastiCacheClient, id: string) =>
  (await client.send(new DescribeCacheClustersCommand({ CacheClusterId: id, ShowCacheNodeInfo: true })))
    .CacheClusters?.[0]

const present = <Value>(value: Value | undefined): Value => {
  assert.ok(value !== undefined)
  return value
}

/** An emulator in process with a clock that the test moves, and a client of it. */
export const openBench = async (options: EmulatorOptions = {}): Promise<Bench> => {
  const clock = manualClock()
  const emulator = await openEmulator({ nodes: 'none', clock, ...options })
  const client = new ElastiCacheClient({
    region: REGION,
    credentials: CREDENTIALS,
    requestHandler: emulator.requestHandler,
    maxAttempts: 1,
  })
  const settle = () => {
    clock.advance(SETTLED_MS)
    emulator.world()
  }
  return {
    emulator,
    clock,
    client,
    settle,
    createGroup: async (input = {}) => {
      await client.send(new CreateReplicationGroupCommand({ ...PAIR, ...input }))
      settle()
    },
    createMemcached: async (input = {}) => {
      await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, ...input }))
      settle()
    },
    group: async (id = 'pair') => present(await describeGroup(client, id)),
    cluster: async (id) => present(await describeCluster(client, id)),
    events: async (id) => {
      const shown = await client.send(new DescribeEventsCommand({ Duration: 20_160 }))
      return (shown.Events ?? []).filter((event) => event.SourceIdentifier === id).map((event) => event.Message ?? '')
    },
  }
}

/** A primary and a replica without cluster mode. */
export const PAIR: CreateReplicationGroupCommandInput = {
  ReplicationGroupId: 'pair',
  ReplicationGroupDescription: 'a pair',
  CacheNodeType: 'cache.t4g.small',
  NumCacheClusters: 2,
  AutomaticFailoverEnabled: true,
}

/** Two shards of two. */
export const SHARDED: CreateReplicationGroupCommandInput = {
  ReplicationGroupId: 'sharded',
  ReplicationGroupDescription: 'two shards',
  CacheNodeType: 'cache.t4g.small',
  ClusterMode: 'enabled',
  NumNodeGroups: 2,
  ReplicasPerNodeGroup: 1,
  AutomaticFailoverEnabled: true,
}

export const MEMCACHED: CreateCacheClusterCommandInput = {
  CacheClusterId: 'mem',
  Engine: 'memcached',
  CacheNodeType: 'cache.t4g.small',
  NumCacheNodes: 3,
}

export const PAIR_ARN = 'arn:aws:elasticache:us-east-1:123456789012:replicationgroup:pair'

export const tagPair = () => new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags: [{ Key: 'a', Value: 'b' }] })

/** Asserts the wire code and the message of a refusal; a text must match whole. */
export const refused = async (call: Promise<unknown>, code: string, message: string | RegExp): Promise<void> => {
  await assert.rejects(call, (error: ElastiCacheServiceException & { readonly Code?: string }) => {
    assert.equal(error.Code, code, `${error.name}: ${error.message}`)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  })
}
