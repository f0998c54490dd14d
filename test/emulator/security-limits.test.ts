import assert from 'node:assert/strict'
import {
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  CreateServerlessCacheCommand,
  CreateSnapshotCommand,
  CreateUserCommand,
  type CreateUserCommandInput,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  ModifyUserCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { NODE_TYPES } from '../../emulator/world/node-type.ts'
import { type Bench, MEMCACHED, openBench, PAIR, refused } from './fixture.ts'
import { createUser, createUserGroup, passwordOf } from './rbac-fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'

const BAD_TOKEN =
  'Invalid AuthToken provided. It must be 16 to 128 printable ASCII characters, of the special ones only ! & # $ ^ < > -.'
const LENGTH = 'Passwords length must be between 16-128 characters.'
const CHARACTERS = 'Passwords must be printable ASCII without spaces, commas, double quotes, slashes and at signs.'

describe('an AUTH token', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const SECURED = { TransitEncryptionEnabled: true }
  const create = (input: Partial<CreateReplicationGroupCommandInput>) =>
    bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'new', ...SECURED, ...input }))
  const rotate = (AuthToken: string) =>
    bench.client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', AuthToken, ApplyImmediately: true }),
    )
  const WRONG = ['a'.repeat(15), 'a'.repeat(129), ...[...'/"@% *+=?,;:äß\t'].map((each) => `abcdefgh${each}ijklmnop`)]

  it('has 16 to 128 letters, digits and some special characters, at create and later', async () => {
    await bench.createGroup(SECURED)
    for (const token of WRONG) {
      await refused(create({ AuthToken: token }), VALUE, BAD_TOKEN)
      await refused(rotate(token), VALUE, BAD_TOKEN)
    }
    await create({ AuthToken: `!&#$^<>-${'a'.repeat(120)}` })
    await rotate('!&#$^<>-aZ09bbbb')
  })

  it('cannot be had with Redis 3.2.10, which has no transit encryption', () =>
    refused(
      create({ EngineVersion: '3.2.10', AuthToken: 'a'.repeat(16) }),
      COMBINATION,
      'Encryption in-transit is not supported for redis 3.2.10.',
    ))

  for (const EngineVersion of ['3.2.6', '4.0.10', '5.0.6', '6.2', '7.1']) {
    it(`can be had with Redis ${EngineVersion}`, async () => {
      await create({ EngineVersion, AuthToken: 'a'.repeat(16) })
    })
  }

  it('is changed from Redis 5.0.6 on', async () => {
    await bench.createGroup({ ...SECURED, EngineVersion: '5.0.5', AuthToken: 'a'.repeat(16) })
    const message = 'The AUTH token cannot be modified for engine version 5.0.5.'
    await refused(rotate('b'.repeat(16)), COMBINATION, message)
  })
})

describe('a password', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await createUser(bench.client, 'reader')
    bench.settle()
  })
  const USER: CreateUserCommandInput = { UserId: 'new', UserName: 'new', Engine: 'redis', AccessString: 'on' }
  const ways = (Passwords: string[]) => [
    () => bench.client.send(new CreateUserCommand({ ...USER, Passwords })),
    () => bench.client.send(new CreateUserCommand({ ...USER, AuthenticationMode: { Type: 'password', Passwords } })),
    () => bench.client.send(new ModifyUserCommand({ UserId: 'reader', Passwords })),
    () =>
      bench.client.send(
        new ModifyUserCommand({ UserId: 'reader', AuthenticationMode: { Type: 'password', Passwords } }),
      ),
  ]
  const WRONG: readonly (readonly [passwords: string[], message: string])[] = [
    [['a'.repeat(15)], LENGTH],
    [['a'.repeat(129)], LENGTH],
    ...[...', "/@\tä'].map((each) => [[`abcdefgh${each}ijklmnop`], CHARACTERS] as [string[], string]),
    [['1', '2', '3'].map((each) => passwordOf(each)), 'A user can have no more than two passwords.'],
    [[passwordOf('1'), passwordOf('1')], 'The passwords of a user must be different.'],
  ]
  for (const [passwords, message] of WRONG) {
    it(`like ${JSON.stringify(passwords)} is refused, however it is sent`, async () => {
      for (const way of ways(passwords)) await refused(way(), VALUE, message)
    })
  }

  it('is not needed by IAM, whose user has one word for id and name, also when that is default', async () => {
    const message = 'User Id and User name must be same for authentication type: iam'
    const iam = (UserId: string, UserName: string) =>
      bench.client.send(new CreateUserCommand({ ...USER, UserId, UserName, AuthenticationMode: { Type: 'iam' } }))
    await refused(iam('one', 'other'), COMBINATION, message)
    await refused(iam('my-default', 'default'), COMBINATION, message)
    await iam('same', 'same')
    await createUser(bench.client, 'locked', { UserName: 'default' })
    bench.settle()
    const change = new ModifyUserCommand({ UserId: 'locked', AuthenticationMode: { Type: 'iam' } })
    await refused(bench.client.send(change), COMBINATION, message)
  })

  it('that is none of it, by IAM, needs Redis 7 or any Valkey', async () => {
    const iam = { Passwords: undefined, AuthenticationMode: { Type: 'iam' as const } }
    await createUser(bench.client, 'machine', iam)
    await createUserGroup(bench.client, 'team', ['default', 'machine'])
    bench.settle()
    const create = (input: Partial<CreateReplicationGroupCommandInput>) =>
      bench.createGroup({ TransitEncryptionEnabled: true, UserGroupIds: ['team'], ...input })
    const message = 'The user group team needs engine version 7.0 or later.'
    await refused(create({ EngineVersion: '6.2' }), COMBINATION, message)
    await create({ EngineVersion: '7.0' })
    await create({ ReplicationGroupId: 'valkey', Engine: 'valkey', EngineVersion: '7.2' })
  })
})

describe('transit encryption', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const create = (input: object) =>
    bench.client.send(new CreateCacheClusterCommand({ ...MEMCACHED, TransitEncryptionEnabled: true, ...input }))
  const encrypted = (type: string) => /^cache\.([rm][4-8]g?|t3|t4g|c[78]gn)\./.test(type)
  const memcachedTypes = [...NODE_TYPES].flatMap(([type, sizes]) => (sizes.memcachedMegabytes ? [type] : []))

  it('of memcached is there from 1.6.12 on', async () => {
    const old = 'Encryption in-transit is not supported for memcached 1.6.6.'
    await refused(create({ EngineVersion: '1.6.6' }), COMBINATION, old)
    await create({ EngineVersion: '1.6.12' })
  })

  it('of memcached is there on some families of nodes only', async () => {
    const without = memcachedTypes.filter((type) => !encrypted(type))
    assert.ok(without.length > 5)
    for (const CacheNodeType of without) {
      const message = `Encryption in-transit is not supported for cache node type ${CacheNodeType}.`
      await refused(create({ CacheNodeType }), COMBINATION, message)
    }
    for (const family of 'r4 r5 r6g r7g r8g m4 m5 m6g m7g m8g c7gn c8gn t3 t4g'.split(' ')) {
      const CacheNodeType = memcachedTypes.find((type) => type.startsWith(`cache.${family}.`))
      await create({ CacheClusterId: `on-${family}`, CacheNodeType })
    }
  })

  it('of memcached keeps a cluster on those families, and is not changed later', async () => {
    await create({})
    bench.settle()
    const scale = { CacheClusterId: 'mem', CacheNodeType: 'cache.t2.medium' }
    const message = 'Encryption in-transit is not supported for cache node type cache.t2.medium.'
    await refused(bench.client.send(new ModifyCacheClusterCommand(scale)), COMBINATION, message)
    assert.equal((await bench.cluster('mem')).TransitEncryptionEnabled, true)
  })
})

describe('an append-only file', () => {
  for (const name of ['appendonly', 'appendfsync']) {
    it(`is nothing that ${name} of a parameter group brings`, async () => {
      const bench = await openBench()
      const group = { CacheParameterGroupName: 'mine', CacheParameterGroupFamily: 'redis7', Description: 'a' }
      await bench.client.send(new CreateCacheParameterGroupCommand(group))
      const ParameterNameValues = [{ ParameterName: name, ParameterValue: 'yes' }]
      const change = new ModifyCacheParameterGroupCommand({ CacheParameterGroupName: 'mine', ParameterNameValues })
      await refused(bench.client.send(change), VALUE, `The parameter ${name} cannot be modified.`)
    })
  }
})

describe('a serverless cache', () => {
  it('is changed within the same limits as it is made', async () => {
    const bench = await openBench()
    await bench.client.send(new CreateServerlessCacheCommand({ ServerlessCacheName: 'burst', Engine: 'valkey' }))
    bench.settle()
    const { modify } = serverlessCalls(bench.client)
    const ecpu = (Maximum: number) => modify({ CacheUsageLimits: { ECPUPerSecond: { Maximum } } })
    const range = /^Invalid value for ECPUPerSecond limit\. Must be between 1000 and 15000000\./
    for (const most of [999, 15_000_001]) await refused(ecpu(most), VALUE, range)
    const long = modify({ Description: 'd'.repeat(256) })
    await refused(long, VALUE, 'The description must be no longer than 255 characters.')
    const kept = modify({ SnapshotRetentionLimit: 36 })
    await refused(kept, VALUE, 'The snapshot retention limit must be between 0 and 35 days.')
    const unit = modify({ CacheUsageLimits: { DataStorage: { Maximum: 5, Unit: 'TB' as 'GB' } } })
    await refused(unit, VALUE, 'Invalid Unit: TB. Valid values are: GB.')
  })
})

describe('a snapshot of a group with data tiering', () => {
  it('is not exported', async () => {
    const bench = await openBench()
    await bench.createGroup({ CacheNodeType: 'cache.r6gd.xlarge', DataTieringEnabled: true })
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'mine', CacheClusterId: 'pair-001' }))
    bench.settle()
    const copy = { SourceSnapshotName: 'mine', TargetSnapshotName: 'out', TargetBucket: 'bucket' }
    const message = 'ElastiCache has not been granted WRITE permissions bucket on the S3 Bucket.'
    await refused(bench.client.send(new CopySnapshotCommand(copy)), VALUE, message)
  })
})
