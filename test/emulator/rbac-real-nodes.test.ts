import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ModifyUserCommand,
  type ModifyUserCommandInput,
  ModifyUserGroupCommand,
} from '@aws-sdk/client-elasticache'
import { after, afterEach, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import type { RedisConnection } from '../../emulator/engines/resp.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, PAIR, REGION } from './fixture.ts'
import { createUser, createUserGroup, passwordOf } from './rbac-fixture.ts'

const TOKEN = 'canary-token-000000001'

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    const about = statSync(path)
    return about.isDirectory() ? filesBelow(path) : about.isFile() ? [path] : []
  })

describe('role-based access with real server processes', () => {
  let dataDir: string
  let emulator: ListeningEmulator
  let client: ElastiCacheClient

  const engines = () => emulator.engines as ProcessEngines
  const group = async () =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'pair' }))).ReplicationGroups?.[0]
  const at = async (endpoint: 'PrimaryEndpoint' | 'ReaderEndpoint') => {
    const { Address: host = '', Port: port = 0 } = (await group())?.NodeGroups?.[0]?.[endpoint] ?? {}
    return redisAt({ host, port }, engines().caFile)
  }
  const loggedIn = async (user: string, password = passwordOf(user)): Promise<RedisConnection> => {
    const redis = await at('PrimaryEndpoint')
    assert.equal(await redis.call('AUTH', user, password), 'OK')
    return redis
  }
  const settled = async () => {
    const users = (await client.send(new DescribeUsersCommand({}))).Users ?? []
    const userGroups = (await client.send(new DescribeUserGroupsCommand({}))).UserGroups ?? []
    const done = [...users, ...userGroups].every((each) => each.Status === 'active')
    return done && (await group())?.Status === 'available'
  }
  const settle = () => until('all is settled', settled)
  const modifyUser = async (input: ModifyUserCommandInput) => {
    await client.send(new ModifyUserCommand(input))
    await settle()
  }
  const modifyGroup = async (input: Partial<ModifyReplicationGroupCommandInput>) => {
    await client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...input }),
    )
    await settle()
  }

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'larder-rbac-'))
    emulator = await startEmulator({ profile: 'instant', dataDir })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await createUser(client, 'app', { AccessString: 'on ~app:* +@read +@write +info' })
    await createUser(client, 'root')
    await createUser(client, 'chosen', { AccessString: 'on -@all (~chosen:* +@all)' })
    await createUser(client, 'odd', { AccessString: 'on ~* +get +not-known-here' })
    await createUser(client, 'locked', { UserName: 'default', AccessString: 'off -@all' })
    await createUser(client, 'badge', {
      AuthenticationMode: { Type: 'iam' },
      Passwords: undefined,
    })
    await createUserGroup(client, 'team', ['locked', 'app', 'root', 'chosen', 'odd', 'badge'])
    await createUserGroup(client, 'modern', ['app'], { Engine: 'valkey' })
    await until('the user groups are active', async () => {
      const { UserGroups = [] } = await client.send(new DescribeUserGroupsCommand({}))
      return UserGroups.every(({ Status }) => Status === 'active')
    })
    const secured = { ...PAIR, TransitEncryptionEnabled: true, UserGroupIds: ['team'] }
    await client.send(new CreateReplicationGroupCommand(secured))
    await settle()
  })
  afterEach(hangUp)
  after(async () => {
    client?.destroy()
    await emulator?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('a user may do what its access string says, at its keys, and nothing else', async () => {
    const redis = await loggedIn('app')
    assert.equal(await redis.call('SET', 'app:1', 'one'), 'OK')
    assert.equal(await redis.call('GET', 'app:1'), 'one')
    await assert.rejects(redis.call('SET', 'other', 'x'), /NOPERM/)
    await assert.rejects(redis.call('CLIENT', 'LIST'), /NOPERM/)
  })

  it('the replica knows the users too, and has the data', async () => {
    const reader = await at('ReaderEndpoint')
    await reader.call('AUTH', 'app', passwordOf('app'))
    await until('the replica has it', async () => (await reader.call('GET', 'app:1')) === 'one')
  })

  it('nobody gets in without a user, with a wrong password, as a locked default or as an IAM user', async () => {
    await assert.rejects((await at('PrimaryEndpoint')).call('GET', 'app:1'), /NOAUTH/)
    const tries = [
      ['app', passwordOf('root')],
      ['default', passwordOf('locked')],
      ['badge', ''],
    ] as const
    for (const [user, password] of tries) {
      await assert.rejects((await at('PrimaryEndpoint')).call('AUTH', user, password), /WRONGPASS/, user)
    }
  })

  it('restricted commands are denied to a user who may do everything, in selectors too', async () => {
    const root = await loggedIn('root')
    assert.equal(await root.call('ACL', 'WHOAMI'), 'root')
    const chosen = await loggedIn('chosen')
    assert.equal(await chosen.call('SET', 'chosen:1', 'x'), 'OK')
    for (const redis of [root, chosen]) {
      await assert.rejects(redis.call('CONFIG', 'GET', '*'), /NOPERM/)
      await assert.rejects(redis.call('ACL', 'SETUSER', 'root', 'on'), /NOPERM/)
      await assert.rejects(redis.call('REPLICAOF', 'NO', 'ONE'), /NOPERM/)
    }
  })

  it('a command that this server does not know is left out of what a user may do', async () => {
    assert.equal(await (await loggedIn('odd')).call('GET', 'app:1'), 'one')
  })

  it('a changed access string holds for connections that are open, in the same process', async () => {
    const pids = [...engines().pids().values()]
    const redis = await loggedIn('app')
    await modifyUser({ UserId: 'app', AppendAccessString: '~more:* -del' })
    assert.equal(await redis.call('SET', 'more:1', 'two'), 'OK')
    await assert.rejects(redis.call('DEL', 'more:1'), /NOPERM/)
    assert.deepEqual([...engines().pids().values()], pids)
  })

  it('two passwords are valid at once, and one that is taken away is not', async () => {
    const next = 'canary-password-next'
    await modifyUser({ UserId: 'app', Passwords: [passwordOf('app'), next] })
    await loggedIn('app')
    await loggedIn('app', next)
    await modifyUser({ UserId: 'app', Passwords: [next] })
    const redis = await at('PrimaryEndpoint')
    await assert.rejects(redis.call('AUTH', 'app', passwordOf('app')), /WRONGPASS/)
    await modifyUser({ UserId: 'app', Passwords: [passwordOf('app')] })
  })

  it('a user that leaves the user group loses its connections and cannot come back', async () => {
    const redis = await loggedIn('odd')
    await client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', UserIdsToRemove: ['odd'] }))
    await settle()
    await until('the connection is cut', () => redis.closed)
    await assert.rejects((await at('PrimaryEndpoint')).call('AUTH', 'odd', passwordOf('odd')), /WRONGPASS/)
  })

  it('no password and no hash of one is in any file, or shown in the world', async () => {
    const runFolder = dirname(dirname(engines().caFile))
    const files = [...filesBelow(runFolder), ...filesBelow(dataDir)]
    assert.equal(files.filter((file) => file.endsWith('server.conf')).length, 2)
    for (const file of files) assert.doesNotMatch(readFileSync(file, 'latin1'), /canary/, file)
    const hash = createHash('sha256').update(passwordOf('app')).digest('hex')
    for (const file of files) assert.ok(!readFileSync(file, 'latin1').includes(hash), file)
    const shown = await (await fetch(`${emulator.url}/_world`)).text()
    assert.doesNotMatch(shown, /canary|"[0-9a-f]{64}"/)
  })

  it('RemoveUserGroups with SET leads to AUTH, and DELETE with a user group back, with the data', async () => {
    await modifyGroup({ RemoveUserGroups: true, AuthTokenUpdateStrategy: 'SET', AuthToken: TOKEN })
    const redis = await at('PrimaryEndpoint')
    await assert.rejects(redis.call('AUTH', 'app', passwordOf('app')), /WRONGPASS/)
    assert.equal(await redis.call('AUTH', TOKEN), 'OK')
    assert.equal(await redis.call('GET', 'app:1'), 'one')
    await modifyGroup({ AuthTokenUpdateStrategy: 'DELETE', UserGroupIdsToAdd: ['team'] })
    await assert.rejects((await at('PrimaryEndpoint')).call('AUTH', TOKEN), /WRONGPASS/)
    assert.equal(await (await loggedIn('app')).call('GET', 'app:1'), 'one')
  })

  it('without any user group the server stands open to whoever speaks TLS', async () => {
    await modifyGroup({ RemoveUserGroups: true })
    assert.equal(await (await at('PrimaryEndpoint')).call('GET', 'app:1'), 'one')
    await modifyGroup({ UserGroupIdsToAdd: ['team'] })
  })

  it('after an upgrade to valkey a user group without a user named default keeps the default user out', async () => {
    await modifyGroup({ Engine: 'valkey', EngineVersion: '8.0' })
    await modifyGroup({ UserGroupIdsToAdd: ['modern'], UserGroupIdsToRemove: ['team'] })
    assert.equal(await (await loggedIn('app')).call('GET', 'app:1'), 'one')
    await assert.rejects((await at('PrimaryEndpoint')).call('GET', 'app:1'), /NOAUTH/)
    await assert.rejects((await at('PrimaryEndpoint')).call('AUTH', 'root', passwordOf('root')), /WRONGPASS/)
  })
})
