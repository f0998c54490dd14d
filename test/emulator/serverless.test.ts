import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CreateServerlessCacheCommand,
  CreateServerlessCacheSnapshotCommand,
  DeleteServerlessCacheCommand,
  DeleteUserGroupCommand,
  DescribeServerlessCachesCommand,
  DescribeUserGroupsCommand,
  ListTagsForResourceCommand,
  ModifyServerlessCacheCommand,
  ModifyUserGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { subnetOf } from '../../emulator/world/subnet-group.ts'
import { type Bench, openBench, REGION, refused } from './fixture.ts'
import { call, knock } from './query.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'
import { CACHE_ARN, type ServerlessCalls, serverlessCalls } from './serverless-fixture.ts'

const PLACE = { account: '123456789012', region: REGION }
const ONE_FIELD = 'Serverless Cache modifications only support modifying one field per request.'

/** Ids of subnets, by the zone that they lie in. */
const subnetsByZone = new Map<string, string[]>()
for (let number = 0; number < 40; number += 1) {
  const { id, zone } = subnetOf(PLACE, `subnet-${String(number).padStart(8, '0')}`)
  subnetsByZone.set(zone, [...(subnetsByZone.get(zone) ?? []), id])
}
const ZONES = [...subnetsByZone.values()]
const firstOf = (zone: number, index = 0) => ZONES[zone]?.[index] ?? ''

describe('serverless caches', () => {
  let bench: Bench
  let calls: ServerlessCalls

  beforeEach(async () => {
    bench = await openBench()
    calls = serverlessCalls(bench.client)
  })

  const made = async (input = {}) => {
    await calls.create(input)
    bench.settle()
  }

  it('a new cache is creating without endpoints, then available with both', async () => {
    const { ServerlessCache } = await calls.create({ ServerlessCacheName: 'Burst', Description: 'for peaks' })
    assert.equal(ServerlessCache?.ServerlessCacheName, 'burst')
    assert.equal(ServerlessCache?.Status, 'creating')
    assert.equal(ServerlessCache?.Endpoint, undefined)
    bench.settle()
    const { CreateTime, Endpoint, ReaderEndpoint, SubnetIds, SecurityGroupIds, ...shown } = (await calls.cache()) ?? {}
    assert.deepEqual(shown, {
      ServerlessCacheName: 'burst',
      Description: 'for peaks',
      Status: 'available',
      Engine: 'valkey',
      MajorEngineVersion: '8',
      FullEngineVersion: '8.2',
      StorageEncryptionType: 'sse-elasticache',
      ARN: CACHE_ARN,
      SnapshotRetentionLimit: 0,
      NetworkType: 'ipv4',
    })
    assert.ok(CreateTime instanceof Date)
    assert.deepEqual([Endpoint?.Port, ReaderEndpoint?.Port], [6379, 6380])
    assert.equal(SubnetIds?.length, 3)
    assert.match(SecurityGroupIds?.[0] ?? '', /^sg-[0-9a-f]{8}$/)
    assert.deepEqual(await bench.events('burst'), ['Cache burst is created and ready for use'])
  })

  it('each engine has its major versions and ports', async () => {
    await made({ Engine: 'memcached' })
    const { MajorEngineVersion, FullEngineVersion, Endpoint, ReaderEndpoint } = (await calls.cache()) ?? {}
    assert.deepEqual([MajorEngineVersion, FullEngineVersion], ['1.6', '1.6.22'])
    assert.deepEqual([Endpoint?.Port, ReaderEndpoint?.Port], [11_211, 11_212])
    await made({ ServerlessCacheName: 'old', Engine: 'redis' })
    assert.equal((await calls.cache('old'))?.FullEngineVersion, '7.1')
    const other = { ServerlessCacheName: 'other' }
    await refused(calls.create({ ...other, MajorEngineVersion: '8.0' }), 'InvalidParameterValue', /8\.0/)
    await refused(calls.create({ ...other, Engine: 'redis', MajorEngineVersion: '6' }), 'InvalidParameterValue', /6/)
    await refused(calls.create({ ...other, Engine: 'kvrocks' }), 'InvalidParameterValue', /Engine/)
  })

  it('names, descriptions and times are checked', async () => {
    await refused(calls.create({ ServerlessCacheName: '1st' }), 'InvalidParameterValue', /ServerlessCacheName/)
    await refused(calls.create({ ServerlessCacheName: 'a'.repeat(41) }), 'InvalidParameterValue', /40/)
    await refused(calls.create({ Description: 'd'.repeat(256) }), 'InvalidParameterValue', /255/)
    await refused(calls.create({ SnapshotRetentionLimit: 36 }), 'InvalidParameterValue', /0 and 35/)
    await refused(calls.create({ DailySnapshotTime: '24:00' }), 'InvalidParameterValue', /DailySnapshotTime/)
    await refused(calls.create({ SecurityGroupIds: ['default'] }), 'InvalidParameterValue', /security group/)
    await refused(calls.create({ NetworkType: 'ipx' as 'ipv4' }), 'InvalidParameterValue', /NetworkType/)
    const KmsKeyId = 'arn:aws:kms:us-east-1:123456789012:key/1'
    await made({ KmsKeyId, NetworkType: 'dual_stack', SecurityGroupIds: ['sg-12345678'], SnapshotRetentionLimit: 3 })
    const cache = await calls.cache()
    assert.equal(cache?.KmsKeyId, KmsKeyId)
    assert.equal(cache?.StorageEncryptionType, 'sse-kms')
    assert.equal(cache?.NetworkType, 'dual_stack')
    assert.deepEqual(cache?.SecurityGroupIds, ['sg-12345678'])
    assert.match(cache?.DailySnapshotTime ?? '', /^\d\d:\d\d$/)
  })

  it('two or three subnets in zones of their own', async () => {
    const SubnetIds = [firstOf(0), firstOf(1)]
    await refused(calls.create({ SubnetIds: [firstOf(0)] }), 'InvalidParameterValue', /2 or 3/)
    await refused(calls.create({ SubnetIds: [...SubnetIds, firstOf(0, 1)] }), 'InvalidParameterValue', /zone/)
    const four = [firstOf(0), firstOf(0, 1), firstOf(0, 2), firstOf(1)]
    await refused(calls.create({ SubnetIds: four }), 'InvalidParameterValue', /2 or 3/)
    await refused(calls.create({ SubnetIds: ['subnet-x', firstOf(1)] }), 'InvalidParameterValue', /\[subnet-x\]/)
    await made({ SubnetIds })
    assert.deepEqual((await calls.cache())?.SubnetIds, SubnetIds)
  })

  it('a public connection needs Valkey 9', async () => {
    const ask = (fields: Record<string, string>) =>
      call(bench.emulator, 'CreateServerlessCache', { ServerlessCacheName: 'open', Engine: 'valkey', ...fields })
    assert.match((await ask({ ConnectionType: 'wifi' })).body, /InvalidParameterValue.*ConnectionType/s)
    assert.match((await ask({ ConnectionType: 'public' })).body, /InvalidParameterCombination.*valkey 9/s)
    const { body } = await ask({ ConnectionType: 'public', MajorEngineVersion: '9' })
    assert.match(body, /<ConnectionType>public<\/ConnectionType>/)
  })

  it('names are the same in upper and lower case', async () => {
    const { client } = bench
    await client.send(new CreateServerlessCacheCommand({ ServerlessCacheName: 'BURST', Engine: 'VALKEY' }))
    bench.settle()
    const named = { ServerlessCacheName: 'Burst' }
    await client.send(new ModifyServerlessCacheCommand({ ...named, Description: 'changed' }))
    bench.settle()
    await client.send(new CreateServerlessCacheSnapshotCommand({ ...named, ServerlessCacheSnapshotName: 'Shot' }))
    bench.settle()
    await client.send(new DeleteServerlessCacheCommand({ ...named, FinalSnapshotName: 'Last' }))
    bench.settle()
    bench.settle()
    await refused(calls.cache(), 'ServerlessCacheNotFoundFault', /burst/)
    assert.equal((await calls.snapshot('SHOT'))?.Status, 'available')
    assert.equal((await calls.snapshot('last'))?.ServerlessCacheConfiguration?.ServerlessCacheName, 'burst')
  })

  it("both endpoints have AWS's one name when names are asked for", async () => {
    bench = await openBench({ endpoints: 'aws' })
    calls = serverlessCalls(bench.client)
    await made()
    // Another resource of the same name has an endpoint of its own.
    await bench.createGroup({ ReplicationGroupId: 'burst' })
    const { Endpoint, ReaderEndpoint } = (await calls.cache()) ?? {}
    assert.match(Endpoint?.Address ?? '', /^burst-[a-z0-9]{6}\.serverless\.use1\.cache\.amazonaws\.com$/)
    assert.deepEqual(ReaderEndpoint, { Address: Endpoint?.Address, Port: 6380 })
    const { body } = await knock(bench.emulator, { method: 'GET', path: '/_endpoints' })
    const told = Object.keys(JSON.parse(body).endpoints).filter((name) => name.includes('.serverless.'))
    assert.deepEqual(told, [Endpoint?.Address, `${Endpoint?.Address}:6380`])
  })

  it('a name is given once, and an account has a limited number of caches', async () => {
    await made()
    await refused(
      calls.create(),
      'ServerlessCacheAlreadyExistsFault',
      'Serverless cache with name burst already exists.',
    )
    const small = await openBench({ quotas: { serverlessCaches: 1 } })
    const few = serverlessCalls(small.client)
    await few.create()
    const more = few.create({ ServerlessCacheName: 'more' })
    await refused(more, 'ServerlessCacheQuotaForCustomerExceededFault', /limit of 1/)
  })

  it('a change makes the cache modifying, and shows when it is done', async () => {
    await made({ Description: 'before' })
    const { ServerlessCache } = await calls.modify({ Description: 'after' })
    assert.equal(ServerlessCache?.Status, 'modifying')
    assert.equal(ServerlessCache?.Description, 'before')
    assert.ok(ServerlessCache?.Endpoint)
    const state = 'Serverless cache burst is not in available state; it is modifying.'
    await refused(calls.modify({ Description: 'again' }), 'InvalidServerlessCacheStateFault', state)
    await refused(calls.remove(), 'InvalidServerlessCacheStateFault', state)
    const tagging = new AddTagsToResourceCommand({ ResourceName: CACHE_ARN, Tags: [{ Key: 'a', Value: 'b' }] })
    await refused(bench.client.send(tagging), 'InvalidServerlessCacheStateFault', /not available for tagging/)
    bench.settle()
    assert.equal((await calls.cache())?.Description, 'after')
    assert.equal((await bench.events('burst')).at(-1), 'Cache burst updated')
  })

  it('one call changes one field; the engine and its version count as one', async () => {
    await made({ Engine: 'redis' })
    await refused(calls.modify({}), 'InvalidParameterCombination', 'No modifications were requested')
    await refused(calls.modify({ Description: '' }), 'InvalidParameterCombination', 'No modifications were requested')
    const two = calls.modify({ Description: 'new', SnapshotRetentionLimit: 0 })
    await refused(two, 'InvalidParameterCombination', ONE_FIELD)
    await calls.modify({ Engine: 'valkey', MajorEngineVersion: '8' })
    bench.settle()
    assert.equal((await calls.cache())?.Engine, 'valkey')
  })

  it('limits, security groups and backups can be changed one after the other', async () => {
    await made({ CacheUsageLimits: { ECPUPerSecond: { Maximum: 2000 } } })
    await calls.modify({ CacheUsageLimits: { DataStorage: { Maximum: 7, Unit: 'GB' } } })
    bench.settle()
    await calls.modify({ SecurityGroupIds: ['sg-12345678'] })
    bench.settle()
    await calls.modify({ DailySnapshotTime: '05:30' })
    bench.settle()
    await calls.modify({ SnapshotRetentionLimit: 2 })
    bench.settle()
    const cache = await calls.cache()
    assert.deepEqual(cache?.CacheUsageLimits, {
      DataStorage: { Maximum: 7, Unit: 'GB' },
      ECPUPerSecond: { Maximum: 2000 },
    })
    assert.deepEqual(cache?.SecurityGroupIds, ['sg-12345678'])
    assert.equal(cache?.DailySnapshotTime, '05:30')
    assert.equal(cache?.SnapshotRetentionLimit, 2)
  })

  it('versions go up, and from Redis to Valkey, never back', async () => {
    await made({ Engine: 'valkey', MajorEngineVersion: '8' })
    await refused(calls.modify({ MajorEngineVersion: '7' }), 'InvalidParameterCombination', /downgraded from 8 to 7/)
    await refused(calls.modify({ Engine: 'redis', MajorEngineVersion: '7' }), 'InvalidParameterCombination', /engine/)
    await refused(calls.modify({ MajorEngineVersion: '99' }), 'InvalidParameterValue', /99/)
    await calls.modify({ MajorEngineVersion: '9' })
    bench.settle()
    assert.equal((await calls.cache())?.MajorEngineVersion, '9')
    await made({ ServerlessCacheName: 'old', Engine: 'redis' })
    const bare = calls.modify({ ServerlessCacheName: 'old', Engine: 'valkey' })
    await refused(bare, 'InvalidParameterCombination', /MajorEngineVersion must be given/)
  })

  it('memcached has neither snapshots nor user groups', async () => {
    const memcached = (input: object) => calls.create({ Engine: 'memcached', ...input })
    await refused(memcached({ SnapshotRetentionLimit: 1 }), 'InvalidParameterCombination', /memcached/)
    await refused(memcached({ DailySnapshotTime: '01:00' }), 'InvalidParameterCombination', /memcached/)
    const arns = { SnapshotArnsToRestore: ['arn:aws:s3:::bucket/key'] }
    await refused(memcached(arns), 'InvalidParameterCombination', /memcached/)
    await made({ Engine: 'memcached' })
    await refused(calls.snap(), 'InvalidParameterCombination', /memcached/)
    await refused(calls.remove('last'), 'InvalidParameterCombination', /memcached/)
    await refused(calls.modify({ DailySnapshotTime: '01:00' }), 'InvalidParameterCombination', /memcached/)
  })

  it('a deleted cache reads as it was for a moment, then deleting, then it is gone with its tags', async () => {
    await made({ Tags: [{ Key: 'team', Value: 'a' }] })
    assert.equal((await calls.remove()).ServerlessCache?.Status, 'deleting')
    assert.equal((await calls.cache())?.Status, 'available')
    bench.clock.advance(300)
    const cache = await calls.cache()
    assert.equal(cache?.Status, 'deleting')
    assert.equal(cache?.Endpoint, undefined)
    await refused(calls.remove(), 'InvalidServerlessCacheStateFault', /it is deleting/)
    bench.settle()
    await refused(calls.cache(), 'ServerlessCacheNotFoundFault', 'Serverless cache burst not found.')
    await refused(calls.modify({ Description: 'x' }), 'ServerlessCacheNotFoundFault', /not found/)
    await refused(calls.remove(), 'ServerlessCacheNotFoundFault', /not found/)
    assert.equal((await bench.events('burst')).at(-1), 'Cache burst deleted')
    await made()
    const { TagList } = await bench.client.send(new ListTagsForResourceCommand({ ResourceName: CACHE_ARN }))
    assert.deepEqual(TagList, [])
  })

  it('a cache that is being made cannot be changed, deleted or copied', async () => {
    await calls.create()
    await refused(calls.modify({ Description: 'x' }), 'InvalidServerlessCacheStateFault', /it is creating/)
    await refused(calls.remove(), 'InvalidServerlessCacheStateFault', /it is creating/)
    await refused(calls.snap(), 'InvalidServerlessCacheStateFault', /it is creating/)
  })

  it('lists go by pages of up to 50, with a token', async () => {
    bench = await openBench({ quotas: { serverlessCaches: 60 } })
    calls = serverlessCalls(bench.client)
    const names = Array.from({ length: 53 }, (_, index) => `cache-${String(index).padStart(2, '0')}`)
    for (const ServerlessCacheName of names) await calls.create({ ServerlessCacheName })
    const page = (input: object) => bench.client.send(new DescribeServerlessCachesCommand(input))
    const first = await page({})
    assert.equal(first.ServerlessCaches?.length, 50)
    const second = await page({ NextToken: first.NextToken })
    assert.deepEqual(
      second.ServerlessCaches?.map((cache) => cache.ServerlessCacheName),
      names.slice(50),
    )
    assert.equal(second.NextToken, undefined)
    assert.equal((await page({ MaxResults: 1 })).ServerlessCaches?.length, 1)
    await refused(page({ MaxResults: 51 }), 'InvalidParameterValue', /between 1 and 50/)
    await refused(page({ MaxResults: 0 }), 'InvalidParameterValue', /between 1 and 50/)
    await refused(page({ NextToken: 'no token' }), 'InvalidParameterValue', /marker/)
  })

  describe('with user groups', () => {
    const group = async () =>
      (await bench.client.send(new DescribeUserGroupsCommand({ UserGroupId: 'team' }))).UserGroups?.[0]

    beforeEach(async () => {
      await createUser(bench.client, 'locked', { UserName: 'default', AccessString: 'off -@all' })
      await createUser(bench.client, 'modern', { Engine: 'valkey' })
      bench.settle()
      await createUserGroup(bench.client, 'team', ['locked'])
      await createUserGroup(bench.client, 'new', ['modern'], { Engine: 'valkey' })
    })

    it('a user group must be there, be active and fit the engine', async () => {
      await refused(calls.create({ UserGroupId: 'none' }), 'UserGroupNotFound', /none/)
      await refused(calls.create({ UserGroupId: 'team' }), 'InvalidUserGroupState', /creating/)
      bench.settle()
      const redis = calls.create({ Engine: 'redis', UserGroupId: 'new' })
      await refused(redis, 'InvalidParameterCombination', /valkey cannot be used with engine redis/)
      const memcached = calls.create({ Engine: 'memcached', UserGroupId: 'team' })
      await refused(memcached, 'InvalidParameterCombination', /memcached/)
      await made({ UserGroupId: 'Team' })
      assert.equal((await calls.cache())?.UserGroupId, 'team')
      assert.deepEqual((await group())?.ServerlessCaches, ['burst'])
    })

    it('a user group in use can neither go nor become one that its cache cannot use', async () => {
      bench.settle()
      await made({ Engine: 'redis', UserGroupId: 'team' })
      const away = bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))
      await refused(away, 'InvalidUserGroupState', /in use by burst/)
      const valkey = bench.client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', Engine: 'valkey' }))
      await refused(valkey, 'InvalidParameterCombination', /in use by burst, whose engine is redis/)
    })

    it('user groups are exchanged and removed by modifications', async () => {
      bench.settle()
      await made()
      await refused(calls.modify({ RemoveUserGroup: true }), 'InvalidParameterCombination', /has no user group/)
      await calls.modify({ UserGroupId: 'team' })
      assert.equal((await calls.cache())?.UserGroupId, undefined)
      const away = bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))
      await refused(away, 'InvalidUserGroupState', /in use by burst/)
      bench.settle()
      assert.equal((await calls.cache())?.UserGroupId, 'team')
      const both = calls.modify({ UserGroupId: 'new', RemoveUserGroup: true })
      await refused(both, 'InvalidParameterCombination', /RemoveUserGroup cannot/)
      await refused(calls.modify({ UserGroupId: 'team' }), 'InvalidParameterCombination', /No modifications/)
      await calls.modify({ RemoveUserGroup: true })
      bench.settle()
      assert.equal((await calls.cache())?.UserGroupId, undefined)
      await bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))
    })
  })
})
