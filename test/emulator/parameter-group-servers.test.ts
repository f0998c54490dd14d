import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  DescribeCacheClustersCommand,
  ModifyCacheClusterCommand,
  type ModifyCacheClusterCommandInput,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { MEMCACHED, PAIR, REGION, SETTLED_MS } from './fixture.ts'
import { openScriptedServers, type ScriptedServers } from './scripted-servers.ts'

const SMALL = '1048576'
const BIG = '2097152'

describe('another parameter group and the servers', () => {
  let servers: ScriptedServers
  beforeEach(async () => {
    servers = await openScriptedServers()
  })

  const look = () => servers.client.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))
  const settle = async () => {
    for (const _look of [1, 2]) {
      servers.clock.advance(SETTLED_MS)
      await look()
    }
  }
  const status = async () => (await look()).CacheClusters?.[0]?.CacheParameterGroup?.ParameterApplyStatus
  const own = async (name: string, CacheParameterGroupFamily: string, values: Readonly<Record<string, string>>) => {
    const CacheParameterGroupName = name
    const ParameterNameValues = Object.entries(values).map(([ParameterName, ParameterValue]) => ({
      ParameterName,
      ParameterValue,
    }))
    await servers.client.send(
      new CreateCacheParameterGroupCommand({ CacheParameterGroupName, CacheParameterGroupFamily, Description: name }),
    )
    await servers.client.send(new ModifyCacheParameterGroupCommand({ CacheParameterGroupName, ParameterNameValues }))
    await settle()
  }
  const values = (name: string) => servers.wanted?.nodes.map(({ parameters }) => parameters[name])
  const generations = () => servers.wanted?.nodes.map(({ generation }) => generation)

  describe('of memcached', () => {
    beforeEach(async () => {
      await own('big', 'memcached1.6', { max_item_size: BIG })
      await servers.client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
      await settle()
    })
    const modify = async (input: Partial<ModifyCacheClusterCommandInput>) => {
      await servers.client.send(
        new ModifyCacheClusterCommand({ CacheClusterId: 'mem', ApplyImmediately: true, ...input }),
      )
    }

    it('brings no value that needs a reboot before the reboot, node by node', async () => {
      const before = generations()
      await modify({ CacheParameterGroupName: 'big' })
      await look()
      assert.deepEqual(values('max_item_size'), [SMALL, SMALL])
      await settle()
      assert.equal(await status(), 'pending-reboot')
      assert.deepEqual(values('max_item_size'), [SMALL, SMALL])
      assert.deepEqual(generations(), before)
      await servers.client.send(
        new RebootCacheClusterCommand({ CacheClusterId: 'mem', CacheNodeIdsToReboot: ['0002'] }),
      )
      await settle()
      assert.deepEqual(values('max_item_size'), [SMALL, BIG])
    })

    it('begins with its values on a node that is added', async () => {
      await modify({ CacheParameterGroupName: 'big', NumCacheNodes: 3 })
      await settle()
      assert.deepEqual(values('max_item_size'), [SMALL, SMALL, BIG])
    })

    it('comes with new processes when the node type changes, also to one of equal memory', async () => {
      await modify({ CacheNodeType: 'cache.m6g.large' })
      await settle()
      await modify({ CacheParameterGroupName: 'big' })
      await settle()
      const before = generations() ?? []
      await modify({ CacheNodeType: 'cache.m7g.large' })
      await settle()
      assert.deepEqual(values('max_item_size'), [BIG, BIG])
      assert.deepEqual(
        generations(),
        before.map((generation) => generation + 1),
      )
      assert.equal(await status(), 'in-sync')
    })

    it('that cannot be had leaves the values and the status as they were', async () => {
      await modify({ CacheParameterGroupName: 'big' })
      servers.broken.set(`123456789012/${REGION}/mem/0001`, 'no memory is left')
      await settle()
      servers.broken.clear()
      await settle()
      assert.deepEqual(values('max_item_size'), [SMALL, SMALL])
      assert.equal(await status(), 'in-sync')
    })
  })

  describe('of a replication group', () => {
    beforeEach(async () => {
      await own('mixed', 'redis7', { 'acl-pubsub-default': 'resetchannels', timeout: '60' })
      await servers.client.send(new CreateReplicationGroupCommand(PAIR))
      await settle()
      await servers.client.send(
        new ModifyReplicationGroupCommand({
          ReplicationGroupId: 'pair',
          ApplyImmediately: true,
          CacheParameterGroupName: 'mixed',
        }),
      )
    })

    it('brings the other values at once, and those that need a reboot with it', async () => {
      await settle()
      assert.deepEqual(values('timeout'), ['60', '60'])
      assert.deepEqual(values('acl-pubsub-default'), ['allchannels', 'allchannels'])
      assert.equal(await status(), 'pending-reboot')
      await servers.client.send(
        new RebootCacheClusterCommand({ CacheClusterId: 'pair-002', CacheNodeIdsToReboot: ['0001'] }),
      )
      await settle()
      assert.deepEqual(values('acl-pubsub-default'), ['allchannels', 'resetchannels'])
    })

    it('that cannot be had leaves the values and the status as they were', async () => {
      servers.broken.set(`123456789012/${REGION}/pair-001/0001`, 'no memory is left')
      await settle()
      servers.broken.clear()
      await settle()
      assert.deepEqual(values('timeout'), ['0', '0'])
      assert.deepEqual(values('acl-pubsub-default'), ['allchannels', 'allchannels'])
      assert.equal(await status(), 'in-sync')
    })
  })
})
