import assert from 'node:assert/strict'
import {
  BatchApplyUpdateActionCommand,
  CreateCacheParameterGroupCommand,
  IncreaseReplicaCountCommand,
  ModifyCacheClusterCommand,
  type ModifyCacheClusterCommandInput,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  RebootCacheClusterCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, SHARDED } from './fixture.ts'
import { knock } from './query.ts'

const NOW = { ApplyImmediately: true }
const BIG_ITEMS = { max_item_size: '2097152' }
const CLOSED = { 'acl-pubsub-default': 'resetchannels' }
const WEEK_MS = 7 * 86_400_000

describe('another parameter group', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  const change = async (name: string, values: Readonly<Record<string, string>>) => {
    const ParameterNameValues = Object.entries(values).map(([ParameterName, ParameterValue]) => ({
      ParameterName,
      ParameterValue,
    }))
    await bench.client.send(
      new ModifyCacheParameterGroupCommand({ CacheParameterGroupName: name, ParameterNameValues }),
    )
  }
  const own = async (name: string, CacheParameterGroupFamily: string, values: Readonly<Record<string, string>>) => {
    const group = { CacheParameterGroupName: name, CacheParameterGroupFamily, Description: name }
    await bench.client.send(new CreateCacheParameterGroupCommand(group))
    await change(name, values)
    bench.settle()
  }
  const modify = async (input: Partial<ModifyCacheClusterCommandInput>) => {
    await bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'mem', ...NOW, ...input }))
  }
  const modifyGroup = async (input: Partial<ModifyReplicationGroupCommandInput>, ReplicationGroupId = 'pair') => {
    await bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId, ...NOW, ...input }))
  }
  const switched = async (CacheParameterGroupName: string) => {
    await modify({ CacheParameterGroupName })
    bench.settle()
  }
  const switchedGroup = async (CacheParameterGroupName: string, id = 'pair') => {
    await modifyGroup({ CacheParameterGroupName }, id)
    bench.settle()
  }
  const reboot = async (id: string, ...CacheNodeIdsToReboot: string[]) => {
    await bench.client.send(new RebootCacheClusterCommand({ CacheClusterId: id, CacheNodeIdsToReboot }))
    bench.settle()
  }
  const status = async (id = 'mem') => (await bench.cluster(id)).CacheParameterGroup?.ParameterApplyStatus
  const toReboot = async () => (await bench.cluster('mem')).CacheParameterGroup?.CacheNodeIdsToReboot ?? []
  const ofNodes = async (id = 'mem') =>
    (await bench.cluster(id)).CacheNodes?.map(({ ParameterGroupStatus }) => ParameterGroupStatus)

  describe('of memcached', () => {
    beforeEach(async () => {
      await own('big', 'memcached1.6', BIG_ITEMS)
      await own('unwatched', 'memcached1.6', { watch: '0' })
      await bench.createMemcached()
    })

    it('is applying, and then waits for a reboot of each node', async () => {
      await modify({ CacheParameterGroupName: 'big' })
      assert.equal(await status(), 'applying')
      bench.settle()
      assert.equal((await bench.cluster('mem')).CacheParameterGroup?.CacheParameterGroupName, 'big')
      assert.equal(await status(), 'pending-reboot')
      assert.deepEqual(await toReboot(), ['0001', '0002', '0003'])
      assert.deepEqual(await ofNodes(), ['pending-reboot', 'pending-reboot', 'pending-reboot'])
      await reboot('mem', '0002')
      assert.equal(await status(), 'pending-reboot')
      assert.deepEqual(await ofNodes(), ['pending-reboot', 'in-sync', 'pending-reboot'])
      await reboot('mem', '0001', '0003')
      assert.equal(await status(), 'in-sync')
      assert.deepEqual(await ofNodes(), ['in-sync', 'in-sync', 'in-sync'])
    })

    it('waits for nothing when no value that needs a reboot differs', async () => {
      await switched('unwatched')
      assert.equal(await status(), 'in-sync')
    })

    it('waits for nothing in a new cluster', async () => {
      await bench.createMemcached({ ...MEMCACHED, CacheClusterId: 'new', CacheParameterGroupName: 'big' })
      assert.equal(await status('new'), 'in-sync')
    })

    it('is in sync again once it is taken back before the reboot', async () => {
      await switched('big')
      await switched('default.memcached1.6')
      assert.equal(await status(), 'in-sync')
      assert.deepEqual(await toReboot(), [])
    })

    it('needs a reboot of all nodes when it is taken back after one had its own', async () => {
      await switched('big')
      await reboot('mem', '0001')
      await switched('default.memcached1.6')
      assert.deepEqual(await toReboot(), ['0001', '0002', '0003'])
    })

    it('keeps what nodes have had when nothing else that needs a reboot comes', async () => {
      await switched('big')
      await reboot('mem', '0001')
      await own('also-big', 'memcached1.6', BIG_ITEMS)
      await switched('also-big')
      assert.deepEqual(await toReboot(), ['0002', '0003'])
    })

    it('is compared with what the nodes run with, not with what was asked for in between', async () => {
      await switched('big')
      await own('bigger', 'memcached1.6', { max_item_size: '4194304' })
      await switched('bigger')
      assert.equal(await status(), 'pending-reboot')
      await change('bigger', { max_item_size: '1048576' })
      bench.settle()
      assert.equal(await status(), 'in-sync')
    })

    it('that changes while it is on its way waits for a reboot too', async () => {
      await modify({ CacheParameterGroupName: 'unwatched' })
      await change('unwatched', BIG_ITEMS)
      bench.settle()
      assert.equal(await status(), 'pending-reboot')
    })

    it('that is left changes nothing any more', async () => {
      await own('left', 'memcached1.6', { chunk_size: '96' })
      await bench.createMemcached({ ...MEMCACHED, CacheClusterId: 'other', CacheParameterGroupName: 'left' })
      const leave = { CacheClusterId: 'other', CacheParameterGroupName: 'unwatched' }
      await modify(leave)
      await change('left', BIG_ITEMS)
      bench.settle()
      await reboot('other', '0001', '0002', '0003')
      assert.equal(await status('other'), 'in-sync')
      await change('left', { chunk_size: '192' })
      assert.equal(await status('other'), 'in-sync')
    })

    it('waits for the window first, and for a reboot then', async () => {
      await modify({ ApplyImmediately: false, CacheParameterGroupName: 'big' })
      bench.settle()
      assert.equal(await status(), 'in-sync')
      bench.clock.advance(WEEK_MS)
      bench.settle()
      assert.equal(await status(), 'pending-reboot')
    })

    it('is there from the start on nodes that come, and waits no more once only these are left', async () => {
      await switched('big')
      await modify({ NumCacheNodes: 4 })
      bench.settle()
      assert.deepEqual(await toReboot(), ['0001', '0002', '0003'])
      await modify({ NumCacheNodes: 1, CacheNodeIdsToRemove: ['0001', '0002', '0003'] })
      bench.settle()
      assert.equal(await status(), 'in-sync')
    })

    it('comes with an upgrade and with another node type, which begin anew', async () => {
      await switched('big')
      await modify({ CacheNodeType: 'cache.m7g.large' })
      assert.equal(await status(), 'applying')
      bench.settle()
      assert.equal(await status(), 'in-sync')
      await own('old', 'memcached1.5', BIG_ITEMS)
      const old = { ...MEMCACHED, CacheClusterId: 'old', EngineVersion: '1.5.16' }
      await bench.createMemcached(old)
      await modify({ CacheClusterId: 'old', CacheParameterGroupName: 'old' })
      bench.settle()
      assert.equal(await status('old'), 'pending-reboot')
      await modify({ CacheClusterId: 'old', EngineVersion: '1.6.22', CacheParameterGroupName: 'big' })
      bench.settle()
      assert.equal(await status('old'), 'in-sync')
    })

    it('comes with a service update', async () => {
      await switched('big')
      const order = JSON.stringify({ name: 'update', region: 'us-east-1', engine: 'memcached' })
      await knock(bench.emulator, { method: 'POST', path: '/_service-updates', body: order })
      await bench.client.send(
        new BatchApplyUpdateActionCommand({ ServiceUpdateName: 'update', CacheClusterIds: ['mem'] }),
      )
      for (const _step of [1, 2, 3, 4]) bench.settle()
      assert.equal(await status(), 'in-sync')
    })

    it('comes to a node that failed and is replaced', async () => {
      await switched('big')
      let lost = new Set(['123456789012/us-east-1/mem/0002'])
      Object.assign(bench.emulator.engines, { lost: () => lost })
      bench.emulator.world()
      lost = new Set()
      bench.settle()
      assert.deepEqual(await toReboot(), ['0001', '0003'])
    })
  })

  describe('of a replication group', () => {
    beforeEach(async () => {
      await own('closed', 'redis7', CLOSED)
      await bench.createGroup()
    })

    it('waits for a reboot of each member', async () => {
      await modifyGroup({ CacheParameterGroupName: 'closed' })
      assert.equal(await status('pair-001'), 'applying')
      bench.settle()
      assert.equal(await status('pair-001'), 'pending-reboot')
      assert.deepEqual(await ofNodes('pair-002'), ['pending-reboot'])
      await reboot('pair-001', '0001')
      assert.equal(await status('pair-001'), 'in-sync')
      assert.equal(await status('pair-002'), 'pending-reboot')
      await reboot('pair-002', '0001')
      assert.equal(await status('pair-002'), 'in-sync')
    })

    it('waits for nothing in a new group, nor in a replica that joins', async () => {
      await bench.createGroup({ ReplicationGroupId: 'new', CacheParameterGroupName: 'closed' })
      assert.equal(await status('new-001'), 'in-sync')
      await switchedGroup('closed')
      await bench.client.send(
        new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount: 2, ...NOW }),
      )
      bench.settle()
      assert.equal(await status('pair-001'), 'pending-reboot')
      assert.equal(await status('pair-003'), 'in-sync')
    })

    it('waits for nothing when no value that needs a reboot differs, cluster mode not counted', async () => {
      await own('plain', 'redis7', { timeout: '60' })
      await switchedGroup('plain')
      assert.equal(await status('pair-001'), 'in-sync')
      await switchedGroup('default.redis7')
      await modifyGroup({ ClusterMode: 'compatible' })
      bench.settle()
      assert.equal((await bench.group()).ClusterMode, 'compatible')
      assert.equal(await status('pair-001'), 'in-sync')
    })

    it('waits with cluster mode, which has no reboots', async () => {
      await own('closed-shards', 'redis7', { ...CLOSED, 'cluster-enabled': 'yes' })
      await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
      await switchedGroup('closed-shards', 'sharded')
      assert.equal(await status('sharded-0002-001'), 'pending-reboot')
    })

    it('comes to the old primary with a failover', async () => {
      await switchedGroup('closed')
      await bench.client.send(new TestFailoverCommand({ ReplicationGroupId: 'pair', NodeGroupId: '0001' }))
      for (const _step of [1, 2, 3]) bench.settle()
      assert.equal(await status('pair-001'), 'in-sync')
      assert.equal(await status('pair-002'), 'pending-reboot')
    })

    it('comes with another node type and with an upgrade of the engine', async () => {
      await switchedGroup('closed')
      await modifyGroup({ CacheNodeType: 'cache.m7g.large' })
      bench.settle()
      assert.equal(await status('pair-001'), 'in-sync')
      await own('closed8', 'valkey8', CLOSED)
      await modifyGroup({ Engine: 'valkey', EngineVersion: '8.0', CacheParameterGroupName: 'closed8' })
      bench.settle()
      assert.equal(await status('pair-002'), 'in-sync')
      await switchedGroup('default.valkey8')
      assert.equal(await status('pair-002'), 'pending-reboot')
    })
  })
})
