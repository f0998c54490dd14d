import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { type Ground, grounds } from './ground.ts'
import {
  acted,
  createGroup,
  done,
  failureIn,
  groupGone,
  groupSeen,
  memcachedSeen,
  settled,
  type smallGroup,
  valueIn,
} from './story.ts'

const hours = 3_600_000
const token = 'first-token-of-the-contract'
const nextToken = 'second-token-of-the-contract'

for (const { title, open } of grounds) {
  describe(`the AWS port on ${title}`, () => {
    let ground: Ground
    before(async () => {
      ground = await open()
    })
    after(() => ground.leave())

    describe('a parameter group', () => {
      let name: string
      before(() => {
        name = ground.name('params')
      })

      it('is made with its tags, and found to exist when it is made again', async () => {
        const create = {
          do: 'CreateParameterGroup',
          name,
          family: 'valkey8',
          description: 'd',
          tags: { a: 'b' },
        } as const
        await done(ground, create)
        assert.deepEqual(await ground.aws.act(create), { is: 'exists' })
        const parameters = valueIn(await ground.aws.readParameters(name))
        assert.ok(parameters)
        assert.equal(parameters.family, 'valkey8')
        assert.deepEqual(parameters.values, {})
        assert.equal(parameters.settable['maxmemory-policy'], 'volatile-lru')
        assert.equal('maxmemory' in parameters.settable, false)
        assert.deepEqual(valueIn(await ground.aws.readTags(parameters.arn)), { a: 'b' })
      })

      it('takes values and gives them back to their defaults', async () => {
        await done(ground, { do: 'SetParameters', name, values: { 'maxmemory-policy': 'allkeys-lru', timeout: '20' } })
        assert.deepEqual(valueIn(await ground.aws.readParameters(name))?.values, {
          'maxmemory-policy': 'allkeys-lru',
          timeout: '20',
        })
        await done(ground, { do: 'ResetParameters', name, names: ['timeout'] })
        assert.deepEqual(valueIn(await ground.aws.readParameters(name))?.values, { 'maxmemory-policy': 'allkeys-lru' })
      })

      it('refuses what it does not know, and more than twenty values at once', async () => {
        const unknown = failureIn(await ground.aws.act({ do: 'SetParameters', name, values: { nonsense: '1' } }))
        assert.deepEqual([unknown.is, unknown.reason], ['stalled', 'InvalidSpec'])
        const settable = valueIn(await ground.aws.readParameters(name))?.settable ?? {}
        const values = Object.fromEntries(Object.entries(settable).slice(0, 21))
        const many = failureIn(await ground.aws.act({ do: 'SetParameters', name, values }))
        assert.deepEqual([many.is, many.reason], ['stalled', 'InvalidCombination'])
      })

      it('goes, and is absent when it is to go again', async () => {
        await done(ground, { do: 'DeleteParameterGroup', name })
        assert.deepEqual(await ground.aws.act({ do: 'DeleteParameterGroup', name }), { is: 'absent' })
        assert.equal(valueIn(await ground.aws.readParameters(name)), undefined)
      })
    })

    describe('the life of a replication group', () => {
      let id: string
      let parameters: string
      before(async () => {
        id = ground.name('life')
        parameters = ground.name('own')
        await done(ground, {
          do: 'CreateParameterGroup',
          name: parameters,
          family: 'valkey8',
          description: 'd',
          tags: {},
        })
        ground.aws.watch(id, 'group', true)
        await ground.until('a first poll', () => ground.aws.observed(id).is === 'absent')
      })
      after(async () => {
        await groupGone(ground, id)
        await acted(ground, { do: 'DeleteParameterGroup', name: parameters })
      })

      it('begins with a create, after which the old picture answers no more', async () => {
        const over = {
          inTransit: 'Required',
          atRest: true,
          automaticFailover: true,
          maintenanceWindow: 'sun:05:00-sun:06:00',
          snapshotWindow: '02:00-03:00',
        } as const
        // Real AWS takes minutes; the emulator must not be done before the next test has looked.
        const stuck = { action: 'CreateReplicationGroup', do: 'stuckModifying', phase: 'creating' } as const
        ground.emulator?.faults.order(stuck, ground.emulator.clock.now())
        assert.deepEqual(await ground.aws.act(createGroup(id, over, true), token), { is: 'done' })
        assert.equal(ground.aws.observed(id).is, 'unknown')
        assert.deepEqual(await ground.aws.act(createGroup(id, over, true), token), { is: 'exists' })
      })

      it('is creating: seen as moving, and refuses changes and tags meanwhile', async () => {
        await ground.until('seen', () => ground.aws.observed(id).is === 'seen')
        try {
          const { state, status, arn } = groupSeen(ground, id)
          assert.deepEqual([state, status], ['moving', 'creating'])
          const busy = failureIn(
            await ground.aws.act({ do: 'ModifyGroup', id, set: { snapshotRetentionDays: 1 }, when: 'Now' }),
          )
          assert.deepEqual([busy.is, busy.reason], ['waiting', 'InvalidState'])
          const tags = await ground.aws.readTags(arn)
          assert.equal(!tags.ok && tags.failure.reason, 'InvalidState')
        } finally {
          ground.emulator?.faults.clear()
        }
      })

      it('is available, as it was asked for', async () => {
        await settled(ground, id)
        const cache = groupSeen(ground, id)
        assert.equal(cache.engine, 'valkey')
        assert.match(cache.engineVersion, /^8\.1\.\d+$/)
        assert.deepEqual([cache.shards, cache.replicasPerShard, cache.evenReplicas], [1, 1, true])
        assert.equal(cache.clusterMode, 'Disabled')
        assert.deepEqual([cache.inTransit, cache.atRest, cache.authToken], ['Required', true, true])
        assert.deepEqual([cache.automaticFailover, cache.multiAZ], [true, false])
        assert.equal(cache.maintenanceWindow, 'sun:05:00-sun:06:00')
        assert.deepEqual(cache.members.map(({ role }) => role).sort(), ['primary', 'replica'])
        assert.ok(cache.primary && cache.reader && !cache.configuration && cache.port)
        assert.ok(cache.createdTime && cache.arn.endsWith(`:replicationgroup:${id}`))
        assert.deepEqual(cache.pending, {})
        assert.deepEqual(valueIn(await ground.aws.readTags(cache.arn)), { 'larder/test': id })
      })

      it('looks the same by id as in the snapshot', async () => {
        assert.deepEqual(valueIn(await ground.aws.readCache(id, 'group', { members: true })), groupSeen(ground, id))
      })

      it('looks the same by id without its members: what they tell is as the last poll has it', async () => {
        assert.deepEqual(valueIn(await ground.aws.readCache(id, 'group', { members: false })), groupSeen(ground, id))
      })

      it('refuses a node type that is none, and is known as before', async () => {
        const before = groupSeen(ground, id)
        const sinceMs = ground.aws.sinceWriteMs(id) ?? 0
        const set = { nodeType: 'cache.huge.gigantic' }
        const refused = failureIn(await ground.aws.act({ do: 'ModifyGroup', id, set, when: 'Now' }))
        assert.equal(refused.is, 'stalled')
        assert.ok(refused.requestId && refused.words && refused.cure)
        assert.deepEqual(groupSeen(ground, id), before)
        assert.ok((ground.aws.sinceWriteMs(id) ?? 0) >= sinceMs)
      })

      it('takes a change that changes nothing for unchanged', async () => {
        const set = { maintenanceWindow: 'sun:05:00-sun:06:00' }
        const result = await acted(ground, { do: 'ModifyGroup', id, set: {}, when: 'Now' })
        assert.deepEqual(result, { is: 'unchanged' })
        assert.ok(['unchanged', 'done'].includes((await acted(ground, { do: 'ModifyGroup', id, set, when: 'Now' })).is))
        await settled(ground, id)
      })

      it('changes its windows and parameter group', async () => {
        const set = {
          parameterGroupName: parameters,
          maintenanceWindow: 'mon:05:00-mon:06:00',
          snapshotRetentionDays: 2,
          snapshotsFrom: `${id}-001`,
        }
        await done(ground, { do: 'ModifyGroup', id, set, when: 'Now' })
        await ground.until('the new parameter group in sync', () => {
          const observed = ground.aws.observed(id)
          return (
            observed.is === 'seen' &&
            observed.cache.parameterGroupName === parameters &&
            observed.cache.parametersInSync
          )
        })
        await settled(ground, id)
        assert.deepEqual(ground.aws.parameterGroupUsers(parameters), [id])
        assert.equal(groupSeen(ground, id).maintenanceWindow, 'mon:05:00-mon:06:00')
        assert.equal(groupSeen(ground, id).snapshotRetentionDays, 2)
        const used = failureIn(await ground.aws.act({ do: 'DeleteParameterGroup', name: parameters }))
        assert.deepEqual([used.is, used.reason], ['waiting', 'InvalidState'])
      })

      it('keeps a change for the window as pending, and applies it now when told to', async () => {
        const set = { nodeType: 'cache.t4g.small' }
        await done(ground, { do: 'ModifyGroup', id, set, when: 'InWindow' })
        await settled(ground, id)
        assert.equal(groupSeen(ground, id).pending.nodeType, 'cache.t4g.small')
        assert.equal(groupSeen(ground, id).nodeType, 'cache.t4g.micro')
        await done(ground, { do: 'ModifyGroup', id, set, when: 'Now' })
        await ground.until('the new node type', () => {
          const observed = ground.aws.observed(id)
          return observed.is === 'seen' && observed.cache.nodeType === 'cache.t4g.small'
        })
        await settled(ground, id)
        assert.deepEqual(groupSeen(ground, id).pending, {})
      })

      it('gets a replica more in the zone that is asked for and loses it again, and is not available while a member lags', async () => {
        const [home, other] = groupSeen(ground, id).members.map(({ zone }) => zone ?? '')
        const zones = [home ?? '', other ?? '', home ?? '']
        const inHome = () => groupSeen(ground, id).members.filter(({ zone }) => zone === home).length
        const stood = inHome()
        for (const [from, to, over] of [
          [1, 2, { zones, shards: ['0001'] }],
          [2, 1, {}],
        ] as const) {
          await done(ground, { do: 'SetReplicas', id, from, to, ...over })
          await ground.until(`${to} replicas`, () => {
            const observed = ground.aws.observed(id)
            if (observed.is !== 'seen' || observed.cache.is !== 'group') return false
            const lagging = observed.cache.members.some(({ state }) => state !== 'available')
            assert.ok(!lagging || observed.cache.state !== 'available')
            return observed.cache.replicasPerShard === to && observed.cache.state === 'available'
          })
          assert.equal(groupSeen(ground, id).members.length, to + 1)
          if (to === 2) assert.equal(inHome(), stood + 1)
        }
      })

      it('lets a second token in and then only that, and tells neither', async () => {
        await done(ground, { do: 'RotateToken', id, tokenVersion: '2' }, nextToken)
        await settled(ground, id)
        await done(ground, { do: 'SetToken', id, tokenVersion: '2' }, nextToken)
        await settled(ground, id)
        assert.equal(groupSeen(ground, id).authToken, true)
        const bad = failureIn(await acted(ground, { do: 'RotateToken', id, tokenVersion: '2' }, 'short/@secret'))
        assert.equal(bad.is, 'stalled')
        assert.equal(bad.message.includes('short/@secret'), false)
        await settled(ground, id)
      })

      it('takes tags and gives them up', async () => {
        const { arn } = groupSeen(ground, id)
        await done(ground, { do: 'SetTags', cacheId: id, arn, tags: { one: '1', two: '2' } })
        await settled(ground, id)
        await done(ground, { do: 'RemoveTags', cacheId: id, arn, keys: ['one'] })
        await settled(ground, id)
        assert.deepEqual(valueIn(await ground.aws.readTags(arn)), { 'larder/test': id, two: '2' })
      })

      it('has events, the newest last', async () => {
        const events = valueIn(await ground.aws.readEvents(id, 'group', 24 * hours))
        assert.ok(events.length > 0)
        const times = events.map(({ time }) => time)
        assert.deepEqual(times, [...times].sort())
        const all = valueIn(await ground.aws.eventsSince(24 * hours))
        assert.ok(all.some(({ sourceId }) => sourceId === id || sourceId === `${id}-001`))
      })

      it('goes: deleting for a while, then absent, here and by id', async () => {
        await done(ground, { do: 'DeleteGroup', id })
        await ground.until('deleting', () => {
          const observed = ground.aws.observed(id)
          return observed.is === 'absent' || (observed.is === 'seen' && observed.cache.state === 'deleting')
        })
        await ground.until('gone', () => ground.aws.observed(id).is === 'absent')
        assert.equal(valueIn(await ground.aws.readCache(id, 'group', { members: true })), undefined)
        assert.deepEqual(await ground.aws.act({ do: 'DeleteGroup', id }), { is: 'absent' })
        assert.deepEqual(await ground.aws.act({ do: 'SetReplicas', id, from: 1, to: 2 }), { is: 'absent' })
      })
    })

    describe('a group with shards', () => {
      let id: string
      before(() => {
        id = ground.name('shards')
        ground.aws.watch(id, 'group', true)
      })
      after(() => groupGone(ground, id))

      it('is made with as many shards and replicas as asked for, behind one endpoint', async () => {
        const over = { clusterMode: 'Enabled', shards: 2, replicasPerShard: 0, automaticFailover: true } as const
        await done(ground, createGroup(id, over))
        await settled(ground, id)
        const cache = groupSeen(ground, id)
        assert.deepEqual([cache.clusterMode, cache.shards, cache.replicasPerShard], ['Enabled', 2, 0])
        assert.ok(cache.configuration && !cache.primary && !cache.reader)
        assert.equal(cache.parameterGroupName, 'default.valkey8.cluster.on')
        assert.deepEqual(
          cache.members.map(({ shard }) => shard),
          ['0001', '0002'],
        )
      })

      it('gets a shard more in the zone that is asked for, and gives it up again', async () => {
        const retain = groupSeen(ground, id).members.map(({ shard }) => shard)
        for (const [from, to] of [
          [2, 3],
          [3, 2],
        ] as const) {
          const zone = groupSeen(ground, id).members[0]?.zone ?? ''
          await done(ground, { do: 'SetShards', id, from, to, retain, ...(to > from ? { zones: [zone] } : {}) })
          await ground.until(`${to} shards`, () => {
            const observed = ground.aws.observed(id)
            return observed.is === 'seen' && observed.cache.is === 'group' && observed.cache.shards === to
          })
          await settled(ground, id)
          const coming = groupSeen(ground, id).members.find(({ shard }) => !retain.includes(shard))
          if (to > from) assert.equal(coming?.zone, zone)
        }
        assert.deepEqual(
          groupSeen(ground, id).members.map(({ shard }) => shard),
          retain,
        )
      })
    })

    describe('the life of a memcached cluster', () => {
      let id: string
      before(() => {
        id = ground.name('mem')
        ground.aws.watch(id, 'memcached', true)
      })
      after(async () => {
        await acted(ground, { do: 'DeleteMemcached', id })
        await ground.until('gone', () => ground.aws.observed(id).is === 'absent')
      })

      it('begins with a create, and is found to exist when it is made again', async () => {
        const cluster = { nodeType: 'cache.t4g.micro', nodeCount: 2 }
        const create = { do: 'CreateMemcached', id, cluster, tags: { a: 'b' } } as const
        await done(ground, create)
        assert.deepEqual(await ground.aws.act(create), { is: 'exists' })
        await settled(ground, id)
        const cache = memcachedSeen(ground, id)
        assert.deepEqual([cache.nodeCount, cache.members.map((node) => node.id)], [2, ['0001', '0002']])
        assert.ok(cache.configuration)
        assert.deepEqual(valueIn(await ground.aws.readTags(cache.arn)), { a: 'b' })
        assert.deepEqual(valueIn(await ground.aws.readCache(id, 'memcached', { members: true })), cache)
      })

      it('gets a node more in the zone that is asked for, and loses the one that it is told to lose', async () => {
        const nodes = async (count: number) => {
          await ground.until(`${count} nodes`, () => {
            const observed = ground.aws.observed(id)
            return (
              observed.is === 'seen' && observed.cache.members.length === count && observed.cache.state === 'available'
            )
          })
          return memcachedSeen(ground, id).members.map((node) => node.id)
        }
        const zone = memcachedSeen(ground, id).members[1]?.zone ?? ''
        await done(ground, { do: 'SetNodes', id, from: 2, to: 3, remove: [], zones: [zone] })
        assert.deepEqual(await nodes(3), ['0001', '0002', '0003'])
        assert.equal(memcachedSeen(ground, id).members[2]?.zone, zone)
        await done(ground, { do: 'SetNodes', id, from: 3, to: 2, remove: ['0002'] })
        assert.deepEqual(await nodes(2), ['0001', '0003'])
      })

      it('changes its window', async () => {
        // Outside the hours from which a new cluster gets its window: a change to what it has is none.
        const maintenanceWindow = 'mon:11:00-mon:12:00'
        await done(ground, { do: 'ModifyMemcached', id, set: { maintenanceWindow }, when: 'Now' })
        await settled(ground, id)
        assert.equal(memcachedSeen(ground, id).maintenanceWindow, maintenanceWindow)
        assert.ok(valueIn(await ground.aws.readEvents(id, 'memcached', hours)).length > 0)
      })
    })

    describe('what is refused', () => {
      const refused: readonly [string, Partial<typeof smallGroup> & object, string, string][] = [
        [
          'a parameter group that is not there',
          { parameterGroupName: 'larder-nowhere' },
          'stalled',
          'DependencyNotFound',
        ],
        ['a subnet group that is not there', { subnetGroupName: 'larder-nowhere' }, 'stalled', 'DependencyNotFound'],
        ['a node type that is none', { nodeType: 'cache.huge.gigantic' }, 'stalled', 'InvalidSpec'],
        ['six replicas', { replicasPerShard: 6 }, 'stalled', 'InvalidSpec'],
        ['a patch in the version', { engineVersion: '8.1.0' }, 'stalled', 'InvalidSpec'],
        [
          'failover without a replica',
          { replicasPerShard: 0, automaticFailover: true },
          'stalled',
          'InvalidCombination',
        ],
        [
          'a snapshot window of minutes',
          { snapshotRetentionDays: 1, snapshotWindow: '05:00-05:10' },
          'stalled',
          'InvalidSpec',
        ],
        [
          'a parameter group of another family',
          { parameterGroupName: 'default.redis7' },
          'stalled',
          'InvalidCombination',
        ],
      ]
      for (const [name, over, is, reason] of refused) {
        it(`${name}: ${reason}`, async () => {
          const failure = failureIn(await ground.aws.act(createGroup(ground.name('no'), over)))
          assert.deepEqual([failure.is, failure.reason], [is, reason], failure.message)
        })
      }

      it('nothing that is merely absent', async () => {
        const id = ground.name('nowhere')
        assert.equal(valueIn(await ground.aws.readCache(id, 'group', { members: true })), undefined)
        assert.equal(valueIn(await ground.aws.readCache(id, 'memcached', { members: true })), undefined)
        assert.equal(valueIn(await ground.aws.readParameters(id)), undefined)
        assert.deepEqual(await ground.aws.act({ do: 'DeleteMemcached', id }), { is: 'absent' })
        assert.deepEqual(await ground.aws.act({ do: 'DeleteParameterGroup', name: id }), { is: 'absent' })
      })
    })

    it('tells the version and family that AWS takes by default', async () => {
      const version = valueIn(await ground.aws.readDefaultVersion('valkey'))
      assert.match(version.engineVersion, /^\d+\.\d+/)
      assert.match(version.family, /^valkey\d/)
    })
  })
}
