import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { after, afterEach, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, PAIR, REGION, refused } from './fixture.ts'

type Mode = 'preferred' | 'required'

describe('transit encryption of a group with real server processes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient

  const engines = () => emulator.engines as ProcessEngines
  const pids = () => [...engines().pids()].toSorted()
  const group = async () =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'pair' }))).ReplicationGroups?.[0]
  const settle = () => until('the group is available', async () => (await group())?.Status === 'available')
  const at = async (endpoint: 'PrimaryEndpoint' | 'ReaderEndpoint' = 'PrimaryEndpoint') => {
    const { Address: host = '', Port: port = 0 } = (await group())?.NodeGroups?.[0]?.[endpoint] ?? {}
    return { host, port }
  }
  const plain = async (endpoint?: 'ReaderEndpoint') => redisAt(await at(endpoint))
  const secured = async (endpoint?: 'ReaderEndpoint') => redisAt(await at(endpoint), engines().caFile)
  const modify = (enabled: boolean, mode?: Mode) =>
    client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: 'pair',
        ApplyImmediately: true,
        TransitEncryptionEnabled: enabled,
        ...(mode === undefined ? {} : { TransitEncryptionMode: mode }),
      }),
    )
  const become = async (enabled: boolean, mode?: Mode) => {
    await modify(enabled, mode)
    // Members settle after their group, and it takes no other change before.
    await settle()
    await until('the members are available', () => membersAvailable())
    assert.equal((await group())?.TransitEncryptionEnabled, enabled)
    assert.equal((await group())?.TransitEncryptionMode, mode)
  }
  const membersAvailable = async () => {
    const world = JSON.stringify(emulator.world())
    return !/"status":"modifying"/.test(world)
  }

  before(async () => {
    emulator = await startEmulator({ profile: 'instant' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await client.send(new CreateReplicationGroupCommand({ ...PAIR, EngineVersion: '7.1' }))
    await settle()
  })
  afterEach(hangUp)
  after(async () => {
    client?.destroy()
    await emulator?.stop()
  })

  it('disabled takes plain clients, and does not become required at one stroke', async () => {
    assert.equal(await (await plain()).call('SET', 'a', '1'), 'OK')
    const reader = await plain('ReaderEndpoint')
    await until('the replica has it', async () => (await reader.call('GET', 'a')) === '1')
    assert.equal((await group())?.TransitEncryptionEnabled, false)
    await refused(modify(true, 'required'), 'InvalidParameterCombination', /TransitEncryptionMode to preferred/)
  })

  it('preferred takes both kinds of client at both endpoints, and cuts nobody off', async () => {
    const early = await plain()
    await early.call('SET', 'b', '2')
    const before = pids()
    await become(true, 'preferred')
    for (const endpoint of [undefined, 'ReaderEndpoint'] as const) {
      assert.equal(await (await plain(endpoint)).call('GET', 'a'), '1', endpoint)
      assert.equal(await (await secured(endpoint)).call('GET', 'a'), '1', endpoint)
    }
    assert.equal(await early.call('GET', 'b'), '2')
    assert.deepEqual(pids(), before)
  })

  it('required takes clients with TLS only, and the replica follows over TLS', async () => {
    await become(true, 'required')
    await assert.rejects((await plain()).call('PING'))
    assert.equal(await (await secured()).call('SET', 'c', '3'), 'OK')
    const reader = await secured('ReaderEndpoint')
    await until('the replica has it', async () => (await reader.call('GET', 'c')) === '3')
    await refused(modify(false), 'InvalidParameterCombination', /preferred first/)
  })

  it('the way back leads over preferred too, and the data stays', async () => {
    await become(true, 'preferred')
    assert.equal(await (await plain()).call('GET', 'c'), '3')
    assert.equal(await (await secured()).call('GET', 'c'), '3')
    await become(false)
    assert.equal(await (await plain()).call('GET', 'a'), '1')
    const reader = await plain('ReaderEndpoint')
    await (await plain()).call('SET', 'd', '4')
    await until('the replica has it', async () => (await reader.call('GET', 'd')) === '4')
  })
})
