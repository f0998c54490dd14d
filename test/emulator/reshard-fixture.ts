import assert from 'node:assert/strict'
import { setTimeout as pause, setImmediate } from 'node:timers/promises'
import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupShardConfigurationCommand,
  type ModifyReplicationGroupShardConfigurationCommandInput as ReshardInput,
} from '@aws-sdk/client-elasticache'
import { Cluster } from 'ioredis'
import { type EmulatorOptions, type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { patience } from '../patience.ts'
import { hangUp } from './engines-fixture.ts'
import { CREDENTIALS, REGION, SHARDED } from './fixture.ts'

/** A group of real nodes with cluster mode, that is to be resharded. */
export interface ShardedBench {
  readonly emulator: ListeningEmulator
  readonly client: ElastiCacheClient
  group(): Promise<NonNullable<Awaited<ReturnType<typeof describeGroup>>>>
  endpoint(): Promise<{ readonly host: string; readonly port: number }>
  /** A client of the whole cluster; it is closed with the bench. */
  connect(login?: Login): Promise<Cluster>
  begin(input: Partial<ReshardInput>): Promise<void>
  /** Waits for the group as long as it moves; gives every progress that was seen on the way. */
  available(): Promise<readonly number[]>
  close(): Promise<void>
}

/** How a client logs in where transit encryption and a token are required. */
export interface Login {
  readonly token: string
  readonly ca: string
}

const dnsLookup = (host: string, done: (error: null, address: string) => void) => done(null, host)

const describeGroup = async (client: ElastiCacheClient, id = 'sharded') =>
  (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))).ReplicationGroups?.[0]

/** Makes the group, and waits until it is available. */
export const openSharded = async (
  input: Partial<CreateReplicationGroupCommandInput> = {},
  options: EmulatorOptions = {},
): Promise<ShardedBench> => {
  const emulator = await startEmulator({ profile: 'instant', ...options })
  const client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
  const clusters: Cluster[] = []
  const group = async () => {
    const shown = await describeGroup(client)
    assert.ok(shown)
    return shown
  }
  const endpoint = async () => {
    const { Address: host = '', Port: port = 0 } = (await group()).ConfigurationEndpoint ?? {}
    return { host, port }
  }
  const available = async () => {
    const seen: number[] = []
    const waits = patience()
    for (;;) {
      const { Status, PendingModifiedValues } = await group()
      const percent = PendingModifiedValues?.Resharding?.SlotMigration?.ProgressPercentage
      if (percent !== undefined) seen.push(percent)
      if (Status === 'available') return seen
      const why = JSON.stringify([...emulator.engines.failed()])
      assert.ok(waits([Status, percent]), `the group is ${Status} (${seen.at(-1)} %); ${why}`)
      await pause(50)
    }
  }
  const bench: ShardedBench = {
    emulator,
    client,
    group,
    endpoint,
    available,
    async connect(login) {
      // Certificates name addresses; ioredis is to look addresses up by no name.
      const settings = login && { dnsLookup, redisOptions: { password: login.token, tls: { ca: login.ca } } }
      const cluster = new Cluster([await endpoint()], settings ?? {})
      cluster.on('error', () => {})
      clusters.push(cluster)
      return cluster
    },
    async begin(change) {
      const fixed = { ReplicationGroupId: 'sharded', ApplyImmediately: true, NodeGroupCount: 3 }
      await client.send(new ModifyReplicationGroupShardConfigurationCommand({ ...fixed, ...change }))
    },
    async close() {
      for (const cluster of clusters) cluster.disconnect()
      hangUp()
      client.destroy()
      await emulator.stop()
    },
  }
  try {
    await client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...input }))
    await available()
    return bench
  } catch (error) {
    await bench.close()
    throw error
  }
}

/** A writer and a reader that go on until they are told to stop. Every call gives way to others afterwards. */
export const load = (cluster: Cluster, keys = 3000) => {
  const acknowledged = new Map<string, string>()
  const names: string[] = []
  const missed: string[] = []
  const failed: string[] = []
  let going = true
  const repeat = async (once: (turn: number) => Promise<void>) => {
    for (let turn = 0; going; turn++) {
      await once(turn).catch((error: Error) => failed.push(error.message))
      await setImmediate()
    }
  }
  const write = async (turn: number) => {
    const [key, value] = [`key-${turn % keys}`, `value-${turn}`]
    await cluster.set(key, value)
    if (!acknowledged.has(key)) names.push(key)
    acknowledged.set(key, value)
  }
  const read = async (turn: number) => {
    const key = names[(turn * 7919) % names.length]
    if (key !== undefined && (await cluster.get(key)) === null) missed.push(key)
  }
  const work = Promise.all([repeat(write), repeat(read)])
  return {
    acknowledged,
    missed,
    failed,
    stop: async () => {
      going = false
      await work
    },
  }
}

/** Acknowledged writes that are not as they were written. */
export const lostOf = async (cluster: Cluster, acknowledged: ReadonlyMap<string, string>) => {
  const values = await Promise.all([...acknowledged].map(async ([key, value]) => [key, value, await cluster.get(key)]))
  return values.filter(([, value, found]) => value !== found).map(([key]) => key)
}
