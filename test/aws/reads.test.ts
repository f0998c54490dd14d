import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'mocha'
import { type Connected, connectedTo, pictured } from './connection.ts'
import { fakeWire, okReply, refusal } from './fake-wire.ts'

const created = '<ReplicationGroupCreateTime>2026-01-02T03:04:05Z</ReplicationGroupCreateTime>'
const memberIds = (count: number) =>
  Array.from({ length: count }, (_, index) => `x-${String(index + 1).padStart(3, '0')}`)
const groupXml = (count: number, status = 'available') => {
  const members = memberIds(count)
  const places = members.map((id) => `<NodeGroupMember><CacheClusterId>${id}</CacheClusterId></NodeGroupMember>`)
  return `<ReplicationGroups><ReplicationGroup><ReplicationGroupId>x</ReplicationGroupId><Status>${status}</Status>${created}
    <MemberClusters>${members.map((id) => `<ClusterId>${id}</ClusterId>`).join('')}</MemberClusters>
    <NodeGroups><NodeGroup><NodeGroupId>0001</NodeGroupId><Status>available</Status><NodeGroupMembers>${places.join('')}</NodeGroupMembers></NodeGroup></NodeGroups>
  </ReplicationGroup></ReplicationGroups>`
}
const clusterXml = (id: string, status: string) =>
  `<CacheCluster><CacheClusterId>${id}</CacheClusterId><ReplicationGroupId>x</ReplicationGroupId><CacheClusterStatus>${status}</CacheClusterStatus>
   <Engine>valkey</Engine><EngineVersion>8.1.0</EngineVersion><PreferredMaintenanceWindow>sun:05:00-sun:06:00</PreferredMaintenanceWindow></CacheCluster>`

describe('reading past the picture', () => {
  let connection: Connected | undefined
  afterEach(() => connection?.close())

  const scene = (count: number) => {
    const wire = fakeWire()
    const state = { count, status: 'available', memberStatus: 'available' }
    wire.answer = (action, fields) => {
      if (action === 'DescribeReplicationGroups') return okReply(action, groupXml(state.count, state.status))
      if (action !== 'DescribeCacheClusters') return undefined
      const asked = fields.get('CacheClusterId')
      const ids = asked === null ? memberIds(count) : [asked]
      const clusters = ids.map((id) => clusterXml(id, state.memberStatus)).join('')
      return okReply(action, `<CacheClusters>${clusters}</CacheClusters>`)
    }
    const made = connectedTo(wire)
    connection = made
    return { ...made, made, wire, state }
  }

  it('asks for a group without its members in a single call, and knows the rest from the last poll', async () => {
    const { aws, made, wire } = scene(12)
    aws.watch('x', 'group', false)
    await pictured(made)
    wire.sent.length = 0
    const read = await aws.readCache('x', 'group', { members: false })
    assert.deepEqual(wire.actions(), ['DescribeReplicationGroups'])
    assert.equal(wire.sent[0]?.get('ReplicationGroupId'), 'x')
    const observed = aws.observed('x')
    assert.ok(read.ok && observed.is === 'seen')
    assert.deepEqual(read.value, observed.cache)
  })

  it("takes a group's state for its own when its members were not asked for, also before any poll", async () => {
    const { aws, state } = scene(3)
    const bare = await aws.readCache('x', 'group', { members: false })
    assert.equal(bare.ok && bare.value?.state, 'available')
    state.status = 'snapshotting'
    const busy = await aws.readCache('x', 'group', { members: false })
    assert.equal(busy.ok && busy.value?.state, 'moving')
  })

  it('asks for up to eight members by id', async () => {
    const { aws, wire } = scene(8)
    const read = await aws.readCache('x', 'group', { members: true })
    assert.equal(read.ok && read.value?.state, 'available')
    assert.equal(read.ok && read.value?.engineVersion, '8.1.0')
    assert.equal(wire.sent.length, 9)
    assert.ok(wire.sent.slice(1).every((fields) => fields.has('CacheClusterId')))
  })

  it('never lists the account for a larger group: one call, and its members as the last poll knew them', async () => {
    const { aws, made, wire, state } = scene(90)
    aws.watch('x', 'group', false)
    await pictured(made)
    wire.sent.length = 0
    const read = await aws.readCache('x', 'group', { members: true })
    assert.deepEqual(wire.actions(), ['DescribeReplicationGroups'])
    assert.equal(read.ok && read.value?.members.filter((member) => member.state === 'available').length, 90)
    state.count = 91
    const grown = await aws.readCache('x', 'group', { members: true })
    assert.equal(grown.ok && grown.value?.status, 'available, member x-091 unseen')
  })

  it("reads the account's events in one list, whatever they are about, the newest last", async () => {
    const event = (id: string, minute: string, message: string) =>
      `<Event><SourceIdentifier>${id}</SourceIdentifier><SourceType>cache-cluster</SourceType><Message>${message}</Message><Date>2026-01-02T03:${minute}:00Z</Date></Event>`
    const wire = fakeWire(
      okReply('DescribeEvents', `<Marker>1</Marker><Events>${event('X-002', '05', 'Failover')}</Events>`),
      okReply('DescribeEvents', `<Events>${event('y', '04', 'Recovered')}</Events>`),
    )
    const made = connectedTo(wire)
    connection = made
    const { aws } = made
    assert.deepEqual(await aws.eventsSince(600_000), {
      ok: true,
      value: [
        { time: '2026-01-02T03:04:00.000Z', message: 'Recovered', sourceId: 'y' },
        { time: '2026-01-02T03:05:00.000Z', message: 'Failover', sourceId: 'x-002' },
      ],
    })
    assert.equal(wire.sent.length, 2)
    assert.equal(wire.sent[0]?.has('SourceIdentifier'), false)
    assert.equal(wire.sent[0]?.get('Duration'), '10')
  })
})

describe('a parameter group that many caches share', () => {
  let connection: Connected | undefined
  afterEach(() => connection?.close())

  const arn = 'arn:aws:elasticache:eu-west-1:123456789012:parametergroup:shared'
  const set = { do: 'SetParameters', name: 'shared', values: { timeout: '20' } } as const
  const scene = () => {
    const wire = fakeWire()
    const state = { timeout: '10', refuse: false, there: true }
    wire.answer = (action) => {
      switch (action) {
        case 'DescribeCacheParameterGroups':
          return state.there
            ? okReply(
                action,
                `<CacheParameterGroups><CacheParameterGroup><CacheParameterGroupName>shared</CacheParameterGroupName><CacheParameterGroupFamily>valkey8</CacheParameterGroupFamily><ARN>${arn}</ARN></CacheParameterGroup></CacheParameterGroups>`,
              )
            : refusal('CacheParameterGroupNotFound', 'no', 404)
        case 'DescribeCacheParameters':
          return okReply(
            action,
            `<Parameters><Parameter><ParameterName>timeout</ParameterName><ParameterValue>${state.timeout}</ParameterValue></Parameter></Parameters>`,
          )
        case 'ModifyCacheParameterGroup':
          return state.refuse ? refusal('InvalidParameterValue', 'no') : okReply(action)
        default:
          return okReply(action)
      }
    }
    const made = connectedTo(wire)
    connection = made
    const timeout = async () => {
      const read = await made.aws.readParameters('shared')
      return read.ok ? read.value?.values.timeout : undefined
    }
    const reads = () => wire.actions().filter((action) => action === 'DescribeCacheParameters').length
    return { ...made, wire, state, timeout, reads }
  }

  it('is read once for all who ask within ten minutes, in one flight', async () => {
    const { timeout, reads, clock } = scene()
    assert.deepEqual(await Promise.all([timeout(), timeout(), timeout()]), ['10', '10', '10'])
    await clock.advance(599_000)
    await timeout()
    assert.equal(reads(), 1)
    await clock.advance(1000)
    await timeout()
    assert.equal(reads(), 2)
  })

  it('is read anew after our own write, and for half a minute what is read is kept for a moment only', async () => {
    const { aws, timeout, reads, state, clock } = scene()
    await timeout()
    await aws.act(set)
    assert.equal(await timeout(), '10')
    state.timeout = '20'
    await clock.advance(2000)
    assert.equal(await timeout(), '20')
    await clock.advance(30_000)
    const before = reads()
    await timeout()
    await clock.advance(60_000)
    await timeout()
    assert.equal(reads(), before + 1)
  })

  it('remembers our own write of it as of a cache, and no refused one', async () => {
    const { aws, state, clock } = scene()
    assert.equal(aws.sinceWriteMs('shared'), undefined)
    state.refuse = true
    await aws.act(set)
    assert.equal(aws.sinceWriteMs('shared'), undefined)
    state.refuse = false
    await aws.act(set)
    await clock.advance(700)
    assert.equal(aws.sinceWriteMs('shared'), 700)
    assert.equal(aws.sinceWriteMs('Shared'), 700)
  })

  it('is read anew, and its tags too, for a person who asks for a look now', async () => {
    const { aws, timeout, state, wire } = scene()
    await timeout()
    await aws.readTags(arn)
    state.timeout = '30'
    assert.equal(await timeout(), '10')
    const read = await aws.readParameters('shared', { fresh: true })
    assert.equal(read.ok && read.value?.values.timeout, '30')
    await aws.readTags(arn)
    assert.equal(wire.actions().filter((action) => action === 'ListTagsForResource').length, 2)
  })

  it('is asked for again at once when it was not there', async () => {
    const { aws, state, timeout } = scene()
    state.there = false
    assert.deepEqual(await aws.readParameters('shared'), { ok: true, value: undefined })
    state.there = true
    assert.equal(await timeout(), '10')
  })

  it('has its tags read once for all too, until we write them', async () => {
    const { aws, wire } = scene()
    await Promise.all([aws.readTags(arn), aws.readTags(arn)])
    await aws.readTags(arn)
    assert.deepEqual(wire.actions(), ['ListTagsForResource'])
    await aws.act({ do: 'SetTags', cacheId: 'x', arn, tags: { a: 'b' } })
    await aws.readTags(arn)
    assert.deepEqual(wire.actions(), ['ListTagsForResource', 'AddTagsToResource', 'ListTagsForResource'])
  })

  it('leaves the tags of caches alone: those are read each time', async () => {
    const { aws, wire } = scene()
    const ofCache = arn.replace('parametergroup:shared', 'replicationgroup:x')
    await aws.readTags(ofCache)
    await aws.readTags(ofCache)
    assert.equal(wire.sent.length, 2)
  })
})
