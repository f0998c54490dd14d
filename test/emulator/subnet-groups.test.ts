import assert from 'node:assert/strict'
import {
  CreateCacheSubnetGroupCommand,
  DeleteCacheSubnetGroupCommand,
  DescribeCacheSubnetGroupsCommand,
  ModifyCacheSubnetGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'

const SUBNETS = ['subnet-0000000a', 'subnet-0123456789abcdef0']

describe('a subnet group', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await create('Mine')
  })

  const create = (CacheSubnetGroupName: string) =>
    bench.client.send(
      new CreateCacheSubnetGroupCommand({
        CacheSubnetGroupName,
        CacheSubnetGroupDescription: 'my own',
        SubnetIds: SUBNETS,
        Tags: [{ Key: 'team', Value: 'red' }],
      }),
    )
  const list = (input: object = {}) => bench.client.send(new DescribeCacheSubnetGroupsCommand(input))
  const remove = (CacheSubnetGroupName: string) =>
    bench.client.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName }))

  it('is shown by name in any case, with its VPC, its subnets and their zones', async () => {
    const { CacheSubnetGroups: [group] = [] } = await list({ CacheSubnetGroupName: 'MINE' })
    assert.equal(group?.CacheSubnetGroupName, 'mine')
    assert.equal(group?.ARN, 'arn:aws:elasticache:us-east-1:123456789012:subnetgroup:mine')
    assert.match(group?.VpcId ?? '', /^vpc-/)
    assert.deepEqual(group?.Subnets?.map((subnet) => subnet.SubnetIdentifier).toSorted(), SUBNETS)
    for (const subnet of group?.Subnets ?? []) {
      assert.match(subnet.SubnetAvailabilityZone?.Name ?? '', /^us-east-1[a-f]$/)
    }
  })

  it('is listed with the default one, in pages', async () => {
    for (let number = 10; number < 30; number += 1) await create(`other-${number}`)
    const first = await list({ MaxRecords: 20 })
    assert.equal(first.CacheSubnetGroups?.length, 20)
    const rest = await list({ MaxRecords: 20, Marker: first.Marker })
    const names = [...(first.CacheSubnetGroups ?? []), ...(rest.CacheSubnetGroups ?? [])].map(
      (group) => group.CacheSubnetGroupName,
    )
    assert.equal(names.length, 22)
    assert.ok(names.includes('default') && names.includes('mine'))
  })

  it('takes another description and other subnets', async () => {
    const { CacheSubnetGroup: group } = await bench.client.send(
      new ModifyCacheSubnetGroupCommand({
        CacheSubnetGroupName: 'mine',
        CacheSubnetGroupDescription: 'yours',
        SubnetIds: SUBNETS.slice(1),
      }),
    )
    assert.equal(group?.CacheSubnetGroupDescription, 'yours')
    assert.equal(group?.Subnets?.length, 1)
    const nothing = new ModifyCacheSubnetGroupCommand({ CacheSubnetGroupName: 'mine' })
    await refused(bench.client.send(nothing), 'InvalidParameterCombination', 'No modifications were requested')
  })

  it('is deleted once no cluster uses it', async () => {
    await bench.createMemcached({ CacheSubnetGroupName: 'mine' })
    const used = 'Cache subnet group mine is currently in use by a cache cluster.'
    await refused(remove('mine'), 'CacheSubnetGroupInUse', used)
    await create('other')
    await remove('other')
    await refused(
      list({ CacheSubnetGroupName: 'other' }),
      'CacheSubnetGroupNotFoundFault',
      'Cache Subnet Group other does not exist.',
    )
    await refused(remove('other'), 'CacheSubnetGroupNotFoundFault', 'Cache Subnet Group other does not exist.')
  })

  it('called default is neither made nor deleted', async () => {
    await refused(create('Default'), 'InvalidParameterValue', /default/)
    await refused(remove('default'), 'InvalidParameterValue', /default/)
  })
})
