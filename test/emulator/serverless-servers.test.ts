import assert from 'node:assert/strict'
import {
  DeleteServerlessCacheSnapshotCommand,
  DescribeEventsCommand,
  DescribeUsersCommand,
  type ElastiCacheClient,
  ModifyUserCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { REGION, refused, SETTLED_MS } from './fixture.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'
import { openScriptedServers, type ScriptedServers } from './scripted-servers.ts'
import { type ServerlessCalls, SNAPSHOT_ARN, serverlessCalls } from './serverless-fixture.ts'

const NODE = `123456789012/${REGION}/burst/serverless`
const BACKUP = `123456789012/${REGION}/serverless-snapshot/shot`

describe('serverless caches and their servers', () => {
  let servers: ScriptedServers
  let client: ElastiCacheClient
  let calls: ServerlessCalls

  const pass = async (ms: number) => {
    servers.clock.advance(ms)
    await client.send(new DescribeEventsCommand({}))
  }
  const settle = async () => {
    // The second time for what the first has begun.
    await pass(SETTLED_MS)
    await pass(SETTLED_MS)
  }
  const events = async () =>
    ((await client.send(new DescribeEventsCommand({ Duration: 1000 }))).Events ?? []).map(({ Message }) => Message)
  const made = async (input = {}) => {
    await calls.create(input)
    await settle()
  }
  const status = async () => (await calls.cache())?.Status

  beforeEach(async () => {
    servers = await openScriptedServers()
    client = servers.client
    calls = serverlessCalls(client)
  })

  it('a cache is creating until its server answers', async () => {
    servers.answering = false
    await made()
    assert.equal(await status(), 'creating')
    servers.answering = true
    assert.equal(await status(), 'available')
  })

  it('the server speaks TLS only, has all slots, and a reader endpoint in front', async () => {
    await made()
    const [node] = servers.wanted?.nodes ?? []
    assert.deepEqual([node?.key, node?.tls, node?.cluster?.slots, node?.port], [NODE, 'required', '0-16383', 6379])
    assert.deepEqual(
      servers.wanted?.fronts.map(({ kind, port, targets }) => [kind, port, targets]),
      [['reader', 6380, [NODE]]],
    )
  })

  it('the server has the memory of the storage limit, and that of a cache without one when it is taken off', async () => {
    const gigabytes = () => servers.wanted?.nodes.map(({ maxmemoryBytes }) => maxmemoryBytes / 1024 ** 3)
    await made({ CacheUsageLimits: { DataStorage: { Maximum: 10, Unit: 'GB' } } })
    assert.deepEqual(gigabytes(), [10])
    await calls.modify({ CacheUsageLimits: { DataStorage: { Maximum: 0, Unit: 'GB' } } })
    await settle()
    assert.deepEqual(gigabytes(), [64])
  })

  it('a cache that cannot be had is create-failed, keeps its name and can be deleted', async () => {
    servers.broken.set(NODE, 'no memory is left')
    await made()
    assert.equal(await status(), 'create-failed')
    assert.deepEqual(await events(), ['Failed to create cache burst: no memory is left'])
    assert.deepEqual(servers.wanted?.nodes, [])
    await refused(calls.create(), 'ServerlessCacheAlreadyExistsFault', /burst/)
    await refused(calls.modify({ Description: 'x' }), 'InvalidServerlessCacheStateFault', /create-failed/)
    await refused(calls.remove('last'), 'InvalidServerlessCacheStateFault', /create-failed/)
    await calls.remove()
    await settle()
    await refused(calls.cache(), 'ServerlessCacheNotFoundFault', /burst/)
  })

  it('a change that fails is undone, and only an event tells', async () => {
    await made({ MajorEngineVersion: '8' })
    await calls.modify({ MajorEngineVersion: '9' })
    servers.broken.set(NODE, 'it does not start')
    await settle()
    assert.equal(await status(), 'available')
    assert.equal((await calls.cache())?.MajorEngineVersion, '8')
    assert.equal((await events()).at(-1), 'Failed to update cache burst: it does not start')
  })

  it('a snapshot that cannot be written failed, can be deleted, and names nothing to restore from', async () => {
    await made()
    await calls.snap()
    servers.broken.set(BACKUP, 'the disk is full')
    await settle()
    assert.equal((await calls.snapshot())?.Status, 'failed')
    assert.equal((await events()).at(-1), 'Failed to create snapshot shot of cache burst')
    const restore = calls.create({ ServerlessCacheName: 'other', SnapshotArnsToRestore: [SNAPSHOT_ARN] })
    await refused(restore, 'InvalidParameterValue', /failed, not available/)
    await client.send(new DeleteServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName: 'shot' }))
    await settle()
    await refused(calls.snapshot(), 'ServerlessCacheSnapshotNotFoundFault', /shot/)
  })

  it('a cache whose final snapshot fails stays', async () => {
    await made()
    await calls.remove('shot')
    servers.broken.set(BACKUP, 'the disk is full')
    await settle()
    assert.equal(await status(), 'available')
    assert.equal((await calls.snapshot())?.Status, 'failed')
  })

  it('the server of a cache runs until its final snapshot is whole', async () => {
    await made()
    await calls.remove('shot')
    servers.answering = false
    await settle()
    assert.equal(await status(), 'deleting')
    assert.equal(servers.wanted?.nodes.length, 1)
    servers.answering = true
    await settle()
    assert.deepEqual(servers.wanted?.nodes, [])
  })

  it('the server of a deleted cache ends at once', async () => {
    await made()
    await calls.remove()
    assert.equal(servers.wanted?.nodes.length, 0)
  })

  it('the file of a deleted snapshot stays until what is made from it is there', async () => {
    await made()
    await calls.snap()
    await settle()
    await calls.create({ ServerlessCacheName: 'restored', SnapshotArnsToRestore: [SNAPSHOT_ARN] })
    const file = servers.wanted?.backups[0]?.file
    await client.send(new DeleteServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName: 'shot' }))
    await pass(700)
    await refused(calls.snapshot(), 'ServerlessCacheSnapshotNotFoundFault', /shot/)
    assert.deepEqual(
      servers.wanted?.backups.map((backup) => [backup.file, backup.taken]),
      [[file, true]],
    )
    assert.deepEqual(servers.wanted?.nodes.find(({ key }) => key.includes('restored'))?.seedFiles, [file])
    await settle()
    assert.deepEqual(servers.wanted?.backups, [])
  })

  it('a changed user becomes active when the servers of serverless caches have followed', async () => {
    await createUser(client, 'app')
    await createUserGroup(client, 'team', ['default', 'app'])
    await settle()
    await made({ UserGroupId: 'team' })
    assert.deepEqual(
      servers.wanted?.nodes[0]?.users?.map(({ name }) => name),
      ['default', 'app'],
    )
    servers.answering = false
    await client.send(new ModifyUserCommand({ UserId: 'app', AccessString: 'on ~* +get' }))
    await settle()
    const user = async () => (await client.send(new DescribeUsersCommand({ UserId: 'app' }))).Users?.[0]?.Status
    assert.equal(await user(), 'modifying')
    servers.answering = true
    assert.equal(await user(), 'active')
  })
})
