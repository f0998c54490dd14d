import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  CreateReplicationGroupCommand,
  DeleteUserCommand,
  DescribeReplicationGroupsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  type ElastiCacheClient,
  ModifyReplicationGroupCommand,
  ModifyUserCommand,
  ModifyUserGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { PAIR, SETTLED_MS } from './fixture.ts'
import { createUser, createUserGroup, passwordOf } from './rbac-fixture.ts'
import { openScriptedServers, type ScriptedServers } from './scripted-servers.ts'

describe('users and the servers that must know them', () => {
  let servers: ScriptedServers
  let client: ElastiCacheClient

  const users = () => servers.wanted?.nodes[0]?.users
  const statusOf = async (id: string) =>
    (await client.send(new DescribeUsersCommand({ UserId: id }))).Users?.[0]?.Status
  const groupStatus = async () =>
    (await client.send(new DescribeUserGroupsCommand({ UserGroupId: 'team' }))).UserGroups?.[0]?.Status
  /** Everything happens that needs no server. */
  const settle = async () => {
    servers.clock.advance(SETTLED_MS)
    await client.send(new DescribeReplicationGroupsCommand({}))
  }

  beforeEach(async () => {
    servers = await openScriptedServers()
    client = servers.client
    await createUser(client, 'app')
    await createUserGroup(client, 'team', ['default', 'app'])
    await settle()
    await client.send(
      new CreateReplicationGroupCommand({ ...PAIR, TransitEncryptionEnabled: true, UserGroupIds: ['team'] }),
    )
    await settle()
    await settle()
  })

  it('servers are told names, access strings and hashes, and no password', () => {
    const hash = createHash('sha256').update(passwordOf('app')).digest('hex')
    assert.deepEqual(users(), [
      { name: 'default', accessString: 'on ~* +@all', passwords: [], noPassword: true },
      { name: 'app', accessString: 'on ~* +@all', passwords: [hash], noPassword: false },
    ])
    assert.deepEqual(servers.wanted?.nodes[0]?.authTokens, [])
  })

  it('a user is modifying until every server has followed', async () => {
    servers.answering = false
    await client.send(new ModifyUserCommand({ UserId: 'app', AccessString: 'off' }))
    assert.equal(users()?.[1]?.accessString, 'off -@all')
    await settle()
    assert.equal(await statusOf('app'), 'modifying')
    servers.answering = true
    assert.equal(await statusOf('app'), 'active')
  })

  it('a server that cannot be had holds no user up', async () => {
    servers.answering = false
    await client.send(new ModifyUserCommand({ UserId: 'app', AccessString: 'off' }))
    const { nodes = [], fronts = [] } = servers.wanted ?? {}
    for (const { key } of [...nodes, ...fronts]) servers.broken.set(key, 'no capacity')
    await settle()
    assert.equal(await statusOf('app'), 'active')
  })

  it('a user group is modifying until every server has followed', async () => {
    servers.answering = false
    await client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', UserIdsToRemove: ['app'] }))
    assert.deepEqual(
      users()?.map(({ name }) => name),
      ['default'],
    )
    await settle()
    assert.equal(await groupStatus(), 'modifying')
    servers.answering = true
    assert.equal(await groupStatus(), 'active')
  })

  it('a deleted user leaves the servers at once, and is gone when they have followed', async () => {
    servers.answering = false
    await client.send(new DeleteUserCommand({ UserId: 'app' }))
    assert.equal(users()?.length, 1)
    await settle()
    assert.equal(await statusOf('app'), 'deleting')
    servers.answering = true
    await settle()
    await assert.rejects(statusOf('app'), /not found/)
  })

  it('a user that no server knows waits for none', async () => {
    await createUser(client, 'idle')
    servers.answering = false
    await settle()
    assert.equal(await statusOf('idle'), 'active')
  })

  it('servers without a user group hear of no users', async () => {
    await client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: 'pair',
        RemoveUserGroups: true,
        ApplyImmediately: true,
      }),
    )
    assert.equal(users(), undefined)
  })
})
