import assert from 'node:assert/strict'
import {
  BatchApplyUpdateActionCommand,
  BatchStopUpdateActionCommand,
  DeleteReplicationGroupCommand,
  DescribeServiceUpdatesCommand,
  DescribeUpdateActionsCommand,
  type DescribeUpdateActionsCommandInput,
  type UpdateAction,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused, SHARDED } from './fixture.ts'
import { knock } from './query.ts'

const ORDER = { name: 'redis-security-1', region: 'us-east-1', engine: 'redis' }
const DAY_MS = 86_400_000

describe('a service update', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  const door = async (method: string, body: unknown) => {
    const answer = await knock(bench.emulator, { method, path: '/_service-updates', body: JSON.stringify(body) })
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  const publish = async (order: object = {}) => {
    const { status, body } = await door('POST', { ...ORDER, ...order })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const actions = async (input: DescribeUpdateActionsCommandInput = {}): Promise<readonly UpdateAction[]> =>
    (await bench.client.send(new DescribeUpdateActionsCommand(input))).UpdateActions ?? []
  const status = async () => (await actions())[0]?.UpdateActionStatus
  const apply = (...groups: string[]) =>
    bench.client.send(new BatchApplyUpdateActionCommand({ ServiceUpdateName: ORDER.name, ReplicationGroupIds: groups }))
  const stop = (...groups: string[]) =>
    bench.client.send(new BatchStopUpdateActionCommand({ ServiceUpdateName: ORDER.name, ReplicationGroupIds: groups }))
  const generations = () => {
    const { worlds } = bench.emulator.world() as {
      worlds: { clusters: Record<string, { generation: number; nodes: { generation?: number }[] }> }[]
    }
    return Object.fromEntries(Object.entries(worlds[0]?.clusters ?? {}).map(([id, { generation }]) => [id, generation]))
  }

  const primaries = () => {
    const { worlds } = bench.emulator.world() as {
      worlds: { groups: Record<string, { shards: { primary: string }[] }> }[]
    }
    return worlds[0]?.groups['sharded']?.shards.map(({ primary }) => primary)
  }

  it('is shown once it is published, by name and by status', async () => {
    await publish({ severity: 'critical', autoApply: true })
    const { ServiceUpdates: [shown] = [] } = await bench.client.send(
      new DescribeServiceUpdatesCommand({ ServiceUpdateName: ORDER.name, ServiceUpdateStatus: ['available'] }),
    )
    assert.equal(shown?.ServiceUpdateSeverity, 'critical')
    assert.equal(shown?.ServiceUpdateType, 'security-update')
    assert.equal(shown?.AutoUpdateAfterRecommendedApplyByDate, true)
    const expired = await bench.client.send(new DescribeServiceUpdatesCommand({ ServiceUpdateStatus: ['expired'] }))
    assert.deepEqual(expired.ServiceUpdates, [])
  })

  it('is not found by another name', () =>
    refused(
      bench.client.send(new DescribeServiceUpdatesCommand({ ServiceUpdateName: 'nope' })),
      'ServiceUpdateNotFoundFault',
      'Service update nope not found.',
    ))

  it('is listed in pages', async () => {
    for (let number = 10; number < 35; number += 1) await publish({ name: `update-${number}` })
    const first = await bench.client.send(new DescribeServiceUpdatesCommand({ MaxRecords: 20 }))
    assert.equal(first.ServiceUpdates?.length, 20)
    assert.ok(first.Marker)
    const rest = await bench.client.send(new DescribeServiceUpdatesCommand({ MaxRecords: 20, Marker: first.Marker }))
    assert.deepEqual(
      rest.ServiceUpdates?.map((update) => update.ServiceUpdateName),
      ['update-30', 'update-31', 'update-32', 'update-33', 'update-34'],
    )
    assert.equal(rest.Marker, undefined)
  })

  it('is not shown before its release', async () => {
    await bench.createGroup()
    await publish({ releaseDate: new Date(bench.clock.now() + DAY_MS).toISOString() })
    const list = async () => (await bench.client.send(new DescribeServiceUpdatesCommand({}))).ServiceUpdates?.length
    assert.equal(await list(), 0)
    assert.deepEqual(await actions(), [])
    bench.clock.advance(DAY_MS)
    assert.equal(await list(), 1)
    assert.equal((await actions()).length, 1)
  })

  it('has its actions listed in pages', async () => {
    await bench.createGroup()
    for (let number = 10; number < 35; number += 1) await publish({ name: `update-${number}` })
    const first = await bench.client.send(new DescribeUpdateActionsCommand({ MaxRecords: 20 }))
    assert.equal(first.UpdateActions?.length, 20)
    const rest = await actions({ MaxRecords: 20, Marker: first.Marker })
    assert.deepEqual(
      rest.map((action) => action.ServiceUpdateName),
      ['update-30', 'update-31', 'update-32', 'update-33', 'update-34'],
    )
  })

  it('is not applicable to a group that was made after its recommended date', async () => {
    await publish({ recommendedApplyByDate: new Date(bench.clock.now() - DAY_MS).toISOString() })
    await bench.createGroup()
    const [action] = await actions()
    assert.equal(action?.UpdateActionStatus, 'not-applicable')
    assert.equal(action?.SlaMet, 'n/a')
  })

  it('is refused at the door with a word for each fault', async () => {
    const { status: code, body } = await door('POST', { engine: 'mysql', autoApply: 'yes', colour: 1 })
    assert.equal(code, 400)
    for (const part of [
      'colour is unknown',
      'name is missing',
      'region is missing',
      'engine must be',
      'autoApply must',
    ])
      assert.ok(body.error.includes(part), `${part}: ${body.error}`)
  })

  it('concerns every group and lone cluster of its engine and version', async () => {
    await bench.createGroup()
    await bench.createGroup({ ReplicationGroupId: 'old', EngineVersion: '5.0.6' })
    await bench.createMemcached()
    await publish()
    await publish({ name: 'redis-5', engineVersion: '5.0' })
    await publish({ name: 'memcached-1', engine: 'memcached' })
    const found = (await actions()).map(
      (action) => `${action.ServiceUpdateName} ${action.ReplicationGroupId ?? action.CacheClusterId}`,
    )
    assert.deepEqual(found.toSorted(), [
      'memcached-1 mem',
      'redis-5 old',
      'redis-security-1 old',
      'redis-security-1 pair',
    ])
    const [action] = await actions({ ReplicationGroupIds: ['PAIR'] })
    assert.equal(action?.UpdateActionStatus, 'not-applied')
    assert.equal(action?.NodesUpdated, '0/2')
    assert.equal(action?.SlaMet, 'n/a')
  })

  it('is filtered by engine, status, release and resource', async () => {
    await bench.createGroup()
    await bench.createMemcached()
    await publish()
    await publish({ name: 'memcached-1', engine: 'memcached' })
    const count = async (input: DescribeUpdateActionsCommandInput) => (await actions(input)).length
    const now = bench.clock.now()
    assert.equal(await count({ Engine: 'memcached' }), 1)
    assert.equal(await count({ CacheClusterIds: ['mem'] }), 1)
    assert.equal(await count({ CacheClusterIds: ['pair-001'] }), 0)
    assert.equal(await count({ ServiceUpdateName: ORDER.name }), 1)
    assert.equal(await count({ UpdateActionStatus: ['not-applied'] }), 2)
    assert.equal(await count({ UpdateActionStatus: ['complete'] }), 0)
    assert.equal(await count({ ServiceUpdateStatus: ['cancelled', 'expired'] }), 0)
    assert.equal(await count({ ServiceUpdateTimeRange: { StartTime: new Date(now + DAY_MS) } }), 0)
    assert.equal(await count({ ServiceUpdateTimeRange: { EndTime: new Date(now + DAY_MS) } }), 2)
  })

  it('refuses filters that are none', async () => {
    const send = (input: DescribeUpdateActionsCommandInput) =>
      bench.client.send(new DescribeUpdateActionsCommand(input))
    await refused(send({ Engine: 'mysql' }), 'InvalidParameterValue', 'Invalid Engine: mysql')
    await refused(send({ UpdateActionStatus: ['done' as never] }), 'InvalidParameterValue', /UpdateActionStatus: done/)
    await refused(send({ ServiceUpdateStatus: ['new' as never] }), 'InvalidParameterValue', /ServiceUpdateStatus: new/)
    const [StartTime, EndTime] = [new Date(2), new Date(1)]
    const range = { ServiceUpdateTimeRange: { StartTime, EndTime } }
    await refused(send(range), 'InvalidParameterCombination', 'StartTime must be before EndTime.')
    const ids = Array.from({ length: 21 }, (_, index) => `group-${index}`)
    await refused(send({ ReplicationGroupIds: ids }), 'InvalidParameterValue', /at most 20/)
  })

  it('restarts the nodes one by one, replicas first, and lets a replica take over before the primary', async () => {
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
    await publish()
    const before = generations()
    const answer = await apply('sharded')
    assert.equal(answer.ProcessedUpdateActions?.[0]?.UpdateActionStatus, 'waiting-to-start')
    const seen: string[] = []
    const updated: string[][] = []
    for (let step = 0; step < 40; step += 1) {
      bench.clock.advance(100)
      const [action] = await actions({ ShowNodeLevelUpdateStatus: true })
      const line = `${action?.UpdateActionStatus} ${action?.NodesUpdated}`
      if (seen.at(-1) === line) continue
      seen.push(line)
      const raised = Object.entries(generations()).filter(([id, generation]) => generation > (before[id] ?? 0))
      updated.push(raised.map(([id]) => id))
    }
    assert.deepEqual(seen, [
      'waiting-to-start 0/4',
      'in-progress 0/4',
      'in-progress 1/4',
      'in-progress 2/4',
      'in-progress 3/4',
      'complete 4/4',
    ])
    assert.deepEqual(
      updated.map((ids) => ids.length),
      [0, 1, 2, 3, 4, 4],
    )
    assert.deepEqual(updated[1], ['sharded-0001-002'])
    const group = await bench.group('sharded')
    assert.equal(group.Status, 'available')
    assert.deepEqual(primaries(), ['sharded-0001-002', 'sharded-0002-002'])
    assert.ok((await bench.events('sharded')).includes('Service update redis-security-1 applied'))
    const [action] = await actions({ ShowNodeLevelUpdateStatus: true })
    assert.equal(action?.SlaMet, 'yes')
    const nodes = action?.NodeGroupUpdateStatus?.flatMap((shard) => shard.NodeGroupMemberUpdateStatus ?? []) ?? []
    assert.equal(nodes.length, 4)
    for (const node of nodes) {
      assert.equal(node.NodeUpdateStatus, 'complete')
      assert.equal(node.NodeUpdateInitiatedBy, 'customer')
      assert.ok(node.NodeUpdateEndDate)
    }
  })

  it('keeps the group modifying meanwhile, with one member at a time', async () => {
    await bench.createGroup()
    await publish()
    await apply('pair')
    bench.clock.advance(300)
    assert.equal((await bench.group()).Status, 'modifying')
    assert.equal((await bench.cluster('pair-002')).CacheClusterStatus, 'modifying')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'available')
  })

  it('restarts memcached nodes one by one as well', async () => {
    await bench.createMemcached()
    await publish({ engine: 'memcached' })
    await bench.client.send(
      new BatchApplyUpdateActionCommand({ ServiceUpdateName: ORDER.name, CacheClusterIds: ['mem'] }),
    )
    bench.clock.advance(300)
    const [action] = await actions({ ShowNodeLevelUpdateStatus: true })
    assert.deepEqual(
      action?.CacheNodeUpdateStatus?.map((node) => node.NodeUpdateStatus),
      ['in-progress', 'waiting-to-start', 'waiting-to-start'],
    )
    bench.settle()
    assert.equal(await status(), 'complete')
    assert.equal((await bench.cluster('mem')).CacheClusterStatus, 'available')
  })

  it('stops after the node that is being updated, and can be applied again', async () => {
    await bench.createGroup()
    await publish()
    await apply('pair')
    bench.clock.advance(300)
    assert.equal((await stop('pair')).ProcessedUpdateActions?.[0]?.UpdateActionStatus, 'stopping')
    bench.settle()
    const [action] = await actions({ ShowNodeLevelUpdateStatus: true })
    assert.equal(action?.UpdateActionStatus, 'stopped')
    assert.equal(action?.NodesUpdated, '1/2')
    assert.equal((await bench.group()).Status, 'available')
    await apply('pair')
    bench.settle()
    const [again] = await actions()
    assert.equal(again?.UpdateActionStatus, 'complete')
    assert.deepEqual(generations(), { 'pair-001': 2, 'pair-002': 2 })
  })

  it('stops before it begins when nothing was begun', async () => {
    await bench.createGroup()
    await publish()
    await apply('pair')
    await stop('pair')
    bench.settle()
    assert.equal(await status(), 'stopped')
    assert.deepEqual(generations(), { 'pair-001': 1, 'pair-002': 1 })
  })

  it('says of each id of a batch why it was left out', async () => {
    await bench.createGroup()
    await bench.createMemcached()
    await publish()
    const answer = await bench.client.send(
      new BatchApplyUpdateActionCommand({
        ServiceUpdateName: ORDER.name,
        ReplicationGroupIds: ['pair', 'nope'],
        CacheClusterIds: ['mem', 'pair-001', 'none'],
      }),
    )
    assert.deepEqual(
      answer.ProcessedUpdateActions?.map((action) => action.ReplicationGroupId),
      ['pair'],
    )
    assert.deepEqual(
      answer.UnprocessedUpdateActions?.map((action) => [
        action.ReplicationGroupId ?? action.CacheClusterId,
        action.ErrorType,
      ]),
      [
        ['nope', 'ReplicationGroupNotFoundFault'],
        ['mem', 'InvalidParameterValue'],
        ['pair-001', 'InvalidParameterValue'],
        ['none', 'CacheClusterNotFound'],
      ],
    )
    const twice = await apply('pair')
    assert.match(twice.UnprocessedUpdateActions?.[0]?.ErrorMessage ?? '', /is waiting-to-start/)
  })

  it('leaves a group alone that is not available', async () => {
    await bench.createGroup()
    await publish()
    await bench.createGroup({ ...PAIR, ReplicationGroupId: 'other' })
    await apply('pair')
    bench.clock.advance(300)
    await publish({ name: 'second' })
    const answer = await bench.client.send(
      new BatchApplyUpdateActionCommand({ ServiceUpdateName: 'second', ReplicationGroupIds: ['pair'] }),
    )
    assert.equal(answer.UnprocessedUpdateActions?.[0]?.ErrorType, 'InvalidReplicationGroupState')
  })

  it('takes 1 to 20 ids, and a name that is published', async () => {
    await publish()
    const ids = Array.from({ length: 21 }, (_, index) => `group-${index}`)
    await refused(apply(...ids), 'InvalidParameterValue', 'ReplicationGroupIds may name at most 20 ids.')
    await refused(stop(...ids), 'InvalidParameterValue', 'ReplicationGroupIds may name at most 20 ids.')
    const clusters = { ServiceUpdateName: ORDER.name, CacheClusterIds: ids }
    const tooMany = 'CacheClusterIds may name at most 20 ids.'
    await refused(bench.client.send(new BatchApplyUpdateActionCommand(clusters)), 'InvalidParameterValue', tooMany)
    await refused(bench.client.send(new BatchStopUpdateActionCommand(clusters)), 'InvalidParameterValue', tooMany)
    await refused(apply(), 'InvalidParameterValue', /at least one/)
    const unknown = { ServiceUpdateName: 'nope', ReplicationGroupIds: ['pair'] }
    await refused(
      bench.client.send(new BatchApplyUpdateActionCommand(unknown)),
      'ServiceUpdateNotFoundFault',
      'Service update nope not found.',
    )
    assert.equal((await apply(...ids.slice(1))).UnprocessedUpdateActions?.length, 20)
  })

  it('is applied by itself in the maintenance window after its date, when it says so', async () => {
    await bench.createGroup({ PreferredMaintenanceWindow: 'sun:03:00-sun:04:00' })
    const due = new Date(bench.clock.now() + DAY_MS).toISOString()
    await publish({ recommendedApplyByDate: due, autoApply: true })
    bench.clock.advance(DAY_MS)
    assert.equal(await status(), 'scheduling')
    bench.clock.advance(300)
    assert.equal(await status(), 'scheduled')
    const day = new Date(bench.clock.now()).getUTCDay()
    bench.clock.advance((7 - day) * DAY_MS + 4 * 3_600_000)
    bench.settle()
    const [action] = await actions({ ShowNodeLevelUpdateStatus: true })
    assert.equal(action?.UpdateActionStatus, 'complete')
    assert.equal(action?.SlaMet, 'no')
    const [node] = action?.NodeGroupUpdateStatus?.[0]?.NodeGroupMemberUpdateStatus ?? []
    assert.equal(node?.NodeUpdateInitiatedBy, 'system')
    assert.equal(node?.NodeUpdateStartDate?.getUTCDay(), 0)
    assert.equal(node?.NodeUpdateStartDate?.getUTCHours(), 3)
  })

  it('waits for the customer when it does not say so', async () => {
    await bench.createGroup()
    await publish({ recommendedApplyByDate: new Date(bench.clock.now() + DAY_MS).toISOString() })
    bench.clock.advance(30 * DAY_MS)
    const [action] = await actions()
    assert.equal(action?.UpdateActionStatus, 'not-applied')
    assert.equal(action?.SlaMet, 'no')
  })

  it('expires, and is not applicable then', async () => {
    await bench.createGroup()
    await publish({ endDate: new Date(bench.clock.now() + DAY_MS).toISOString() })
    bench.clock.advance(2 * DAY_MS)
    const [action] = await actions({ ServiceUpdateStatus: ['expired'] })
    assert.equal(action?.UpdateActionStatus, 'not-applicable')
    const answer = await apply('pair')
    assert.match(answer.UnprocessedUpdateActions?.[0]?.ErrorMessage ?? '', /is expired/)
  })

  it('can be withdrawn by AWS', async () => {
    await bench.createGroup()
    await publish()
    await publish({ status: 'cancelled' })
    assert.equal(await status(), 'not-applicable')
  })

  it('starts anew for a later group of the same id', async () => {
    await bench.createGroup()
    await publish()
    await apply('pair')
    bench.settle()
    await bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    bench.settle()
    assert.deepEqual(await actions(), [])
    await bench.createGroup()
    assert.equal(await status(), 'not-applied')
  })

  it('is listed at its door', async () => {
    await publish()
    const { body } = await door('GET', undefined)
    assert.equal(body.serviceUpdates[0].name, ORDER.name)
    assert.equal(body.serviceUpdates[0].region, 'us-east-1')
  })
})
