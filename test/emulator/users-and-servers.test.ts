import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  CreateReplicationGroupCommand,
  DeleteUserCommand,
  DescribeReplicationGroupsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  ModifyUserCommand,
  ModifyUserGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { inProcessDoor } from '../../emulator/door/in-process.ts'
import { createState } from '../../emulator/door/state.ts'
import { noEngines } from '../../emulator/engines/none.ts'
import type { EnginesWanted } from '../../emulator/engines/port.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'
import { profileOf } from '../../emulator/world/profile.ts'
import { DEFAULT_QUOTAS } from '../../emulator/world/quota.ts'
import { CREDENTIALS, PAIR, REGION, SETTLED_MS } from './fixture.ts'
import { createUser, createUserGroup, passwordOf } from './rbac-fixture.ts'

describe('users and the servers that must know them', () => {
  let clock: ManualClock
  let client: ElastiCacheClient
  let answering: boolean
  let broken: ReadonlyMap<string, string>
  let wanted: EnginesWanted | undefined

  const users = () => wanted?.nodes[0]?.users
  const statusOf = async (id: string) =>
    (await client.send(new DescribeUsersCommand({ UserId: id }))).Users?.[0]?.Status
  const groupStatus = async () =>
    (await client.send(new DescribeUserGroupsCommand({ UserGroupId: 'team' }))).UserGroups?.[0]?.Status
  /** Everything happens that needs no server. */
  const settle = async () => {
    clock.advance(SETTLED_MS)
    await client.send(new DescribeReplicationGroupsCommand({}))
  }

  beforeEach(async () => {
    clock = manualClock()
    answering = true
    broken = new Map()
    const every: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => answering })
    const engines = {
      ...noEngines(),
      ready: () => every,
      failed: () => broken,
      converge: (next: EnginesWanted) => {
        wanted = next
      },
    }
    const state = await createState({
      profile: profileOf('fast'),
      quotas: DEFAULT_QUOTAS,
      accounts: {},
      engines,
      realNodes: true,
    })
    const requestHandler = inProcessDoor(state, clock)
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, requestHandler, maxAttempts: 1 })
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
    assert.deepEqual(wanted?.nodes[0]?.authTokens, [])
  })

  it('a user is modifying until every server has followed', async () => {
    answering = false
    await client.send(new ModifyUserCommand({ UserId: 'app', AccessString: 'off' }))
    assert.equal(users()?.[1]?.accessString, 'off -@all')
    await settle()
    assert.equal(await statusOf('app'), 'modifying')
    answering = true
    assert.equal(await statusOf('app'), 'active')
  })

  it('a server that cannot be had holds no user up', async () => {
    answering = false
    await client.send(new ModifyUserCommand({ UserId: 'app', AccessString: 'off' }))
    broken = Object.assign(new Map<string, string>(), { get: () => 'no capacity' })
    await settle()
    assert.equal(await statusOf('app'), 'active')
  })

  it('a user group is modifying until every server has followed', async () => {
    answering = false
    await client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', UserIdsToRemove: ['app'] }))
    assert.deepEqual(
      users()?.map(({ name }) => name),
      ['default'],
    )
    await settle()
    assert.equal(await groupStatus(), 'modifying')
    answering = true
    assert.equal(await groupStatus(), 'active')
  })

  it('a deleted user leaves the servers at once, and is gone when they have followed', async () => {
    answering = false
    await client.send(new DeleteUserCommand({ UserId: 'app' }))
    assert.equal(users()?.length, 1)
    await settle()
    assert.equal(await statusOf('app'), 'deleting')
    answering = true
    await settle()
    await assert.rejects(statusOf('app'), /not found/)
  })

  it('a user that no server knows waits for none', async () => {
    await createUser(client, 'idle')
    answering = false
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
