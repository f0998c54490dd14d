import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  DescribeEventsCommand,
  ModifyCacheClusterCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused } from './fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

const [A, B] = ['canary-token-00000000a', 'canary-token-00000000b']
const COMBINATION = 'InvalidParameterCombination'
const NEEDS_TLS = 'The AUTH token can only be used with encryption-in-transit enabled.'
const SECURED = { TransitEncryptionEnabled: true }

describe('an AUTH token', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const modify = (change: Partial<ModifyReplicationGroupCommandInput>) =>
    bench.client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...change }),
    )
  const pending = async () => [
    (await bench.group()).PendingModifiedValues,
    (await bench.cluster('pair-001')).PendingModifiedValues,
    (await bench.cluster('pair-002')).PendingModifiedValues,
  ]

  it('is told to exist, with the time of its last change, on the group and on its members', async () => {
    await bench.createGroup(SECURED)
    const told = async () =>
      [await bench.group(), await bench.cluster('pair-001')].map(
        ({ AuthTokenEnabled, AuthTokenLastModifiedDate: at }) => [AuthTokenEnabled, at?.getTime()],
      )
    assert.deepEqual(await told(), [
      [false, undefined],
      [false, undefined],
    ])
    const rotatedAt = bench.clock.now()
    await modify({ AuthToken: A })
    bench.settle()
    assert.deepEqual(await told(), [
      [true, rotatedAt],
      [true, rotatedAt],
    ])
    const setAt = bench.clock.now()
    await modify({ AuthToken: A, AuthTokenUpdateStrategy: 'SET' })
    bench.settle()
    assert.deepEqual(await told(), [
      [true, setAt],
      [true, setAt],
    ])
  })

  it('shows as pending on the group and on its members, and no more once it holds', async () => {
    await bench.createGroup({ ...SECURED, AuthToken: A })
    for (const [AuthTokenUpdateStrategy, AuthTokenStatus] of [
      ['ROTATE', 'ROTATING'],
      ['SET', 'SETTING'],
    ] as const) {
      await modify({ AuthToken: B, AuthTokenUpdateStrategy })
      assert.deepEqual(await pending(), Array(3).fill({ AuthTokenStatus }))
      bench.settle()
      assert.deepEqual(await pending(), [{}, {}, {}])
    }
  })

  it('waits for the window unless it is wanted at once; SET has nothing to finish before that', async () => {
    await bench.createGroup({ ...SECURED, AuthToken: A })
    await modify({ AuthToken: B, AuthTokenUpdateStrategy: 'ROTATE', ApplyImmediately: false })
    bench.settle()
    assert.deepEqual(await pending(), Array(3).fill({ AuthTokenStatus: 'ROTATING' }))
    const early = modify({ AuthToken: B, AuthTokenUpdateStrategy: 'SET' })
    await refused(early, COMBINATION, 'AuthTokenUpdateStrategy SET is allowed only after ROTATE.')
    await modify({})
    bench.settle()
    await modify({ AuthToken: B, AuthTokenUpdateStrategy: 'SET' })
  })

  it('is never answered, described or told of in events', async () => {
    const { ReplicationGroup: answer } = await bench.client.send(
      new CreateReplicationGroupCommand({ ...PAIR, ...SECURED, AuthToken: A }),
    )
    bench.settle()
    const { ReplicationGroup: rotating } = await modify({ AuthToken: B })
    bench.settle()
    const seen = [
      answer,
      rotating,
      await bench.group(),
      await bench.cluster('pair-001'),
      (await bench.client.send(new DescribeEventsCommand({ Duration: 20_160 }))).Events,
      bench.emulator.world(),
    ]
    assert.doesNotMatch(JSON.stringify(seen), /canary/)
  })

  it('needs transit encryption: at create, in a modification, and of a cluster without a group', async () => {
    const create = new CreateReplicationGroupCommand({ ...PAIR, AuthToken: A })
    await refused(bench.client.send(create), COMBINATION, NEEDS_TLS)
    await bench.createGroup()
    for (const AuthTokenUpdateStrategy of [undefined, 'ROTATE', 'SET'] as const) {
      await refused(modify({ AuthToken: A, AuthTokenUpdateStrategy }), COMBINATION, NEEDS_TLS)
    }
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    const single = new ModifyCacheClusterCommand({ CacheClusterId: 'single', AuthToken: A })
    await refused(bench.client.send(single), COMBINATION, NEEDS_TLS)
  })
})
