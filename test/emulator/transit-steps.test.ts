import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused } from './fixture.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'

type Input = Partial<CreateReplicationGroupCommandInput>
type Change = Partial<ModifyReplicationGroupCommandInput>

const COMBINATION = 'InvalidParameterCombination'
const ENABLE_FIRST = 'To modify transit encryption mode, set encryption-in-transit as enabled.'
const PREFERRED_FIRST = 'To enable encryption-in-transit, you must also set TransitEncryptionMode to preferred.'
const PREFERRED_BEFORE_OFF = 'To disable encryption-in-transit, set TransitEncryptionMode to preferred first.'

const OFF: Input = {}
const PREFERRED = { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' } as const
const REQUIRED: Input = { TransitEncryptionEnabled: true }

const modify = (bench: Bench, change: Change) =>
  bench.client.send(
    new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...change }),
  )
const modeOf = async (bench: Bench) => {
  const { TransitEncryptionEnabled: enabled, TransitEncryptionMode: mode } = await bench.group()
  return enabled ? mode : 'off'
}

interface Row {
  readonly name: string
  readonly from: Input
  readonly change: Change
  readonly to: string | { readonly refusedWith: string }
}

/** Each leap between off, preferred and required, said in each way. */
const ROWS: readonly Row[] = [
  { name: 'off to preferred', from: OFF, change: PREFERRED, to: 'preferred' },
  {
    name: 'off to on, without a mode',
    from: OFF,
    change: { TransitEncryptionEnabled: true },
    to: { refusedWith: PREFERRED_FIRST },
  },
  {
    name: 'off to required',
    from: OFF,
    change: { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' },
    to: { refusedWith: PREFERRED_FIRST },
  },
  {
    name: 'off to preferred, by the mode alone',
    from: OFF,
    change: { TransitEncryptionMode: 'preferred' },
    to: { refusedWith: ENABLE_FIRST },
  },
  {
    name: 'preferred to required',
    from: PREFERRED,
    change: { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' },
    to: 'required',
  },
  {
    name: 'preferred to required, by the mode alone',
    from: PREFERRED,
    change: { TransitEncryptionMode: 'required' },
    to: { refusedWith: ENABLE_FIRST },
  },
  { name: 'preferred to off', from: PREFERRED, change: { TransitEncryptionEnabled: false }, to: 'off' },
  { name: 'required to preferred', from: REQUIRED, change: PREFERRED, to: 'preferred' },
  {
    name: 'required to preferred, by the mode alone',
    from: REQUIRED,
    change: { TransitEncryptionMode: 'preferred' },
    to: { refusedWith: ENABLE_FIRST },
  },
  {
    name: 'required to off',
    from: REQUIRED,
    change: { TransitEncryptionEnabled: false },
    to: { refusedWith: PREFERRED_BEFORE_OFF },
  },
  {
    name: 'off with a mode',
    from: PREFERRED,
    change: { TransitEncryptionEnabled: false, TransitEncryptionMode: 'preferred' },
    to: { refusedWith: ENABLE_FIRST },
  },
]

describe('transit encryption goes', () => {
  for (const { name, from, change, to } of ROWS) {
    it(`${name}: ${typeof to === 'string' ? 'taken' : 'refused'}`, async () => {
      const bench = await openBench()
      await bench.createGroup(from)
      const before = await modeOf(bench)
      if (typeof to === 'string') await modify(bench, change)
      else await refused(modify(bench, change), COMBINATION, to.refusedWith)
      bench.settle()
      assert.equal(await modeOf(bench), typeof to === 'string' ? to : before)
    })
  }

  it('no way at all before Redis 7.0.5, and every way from the first Valkey on', async () => {
    const bench = await openBench()
    await bench.createGroup({ EngineVersion: '6.2' })
    const message = 'Modification of transit encryption is not supported for redis 6.2.6.'
    await refused(modify(bench, PREFERRED), COMBINATION, message)
    await bench.createGroup({ ReplicationGroupId: 'first', Engine: 'valkey', EngineVersion: '7.2' })
    await modify(bench, { ...PREFERRED, ReplicationGroupId: 'first' })
    const early = { ...PAIR, ...PREFERRED, ReplicationGroupId: 'early', EngineVersion: '6.2' }
    const create = bench.client.send(new CreateReplicationGroupCommand(early))
    await refused(create, COMBINATION, 'Transit encryption mode preferred is not supported for redis 6.2.')
  })

  it('to nothing but preferred or required', async () => {
    const bench = await openBench()
    await bench.createGroup()
    const odd = { TransitEncryptionEnabled: true, TransitEncryptionMode: 'strict' as 'preferred' }
    const message = 'Invalid TransitEncryptionMode: strict. Valid values are: preferred, required.'
    await refused(modify(bench, odd), 'InvalidParameterValue', message)
  })

  it('on at create as required, unless the mode says preferred; a mode alone is refused', async () => {
    const bench = await openBench()
    await bench.createGroup(REQUIRED)
    assert.equal(await modeOf(bench), 'required')
    assert.equal((await bench.cluster('pair-001')).TransitEncryptionMode, 'required')
    const alone = { ...PAIR, ReplicationGroupId: 'other', TransitEncryptionMode: 'required' as const }
    await refused(bench.client.send(new CreateReplicationGroupCommand(alone)), COMBINATION, ENABLE_FIRST)
  })

  it('not off while a token needs it', async () => {
    const bench = await openBench()
    await bench.createGroup({ ...PREFERRED, AuthToken: 'token-0123456789abc' })
    const message = 'Encryption-in-transit cannot be disabled while an AUTH token is in use.'
    await refused(modify(bench, { TransitEncryptionEnabled: false }), COMBINATION, message)
  })

  it('nowhere while a user group is attached, and on once it is gone', async () => {
    const bench = await openBench()
    await createUser(bench.client, 'reader')
    await createUserGroup(bench.client, 'team', ['default', 'reader'])
    bench.settle()
    await bench.createGroup({ ...REQUIRED, UserGroupIds: ['team'] })
    const attached = 'Modification of transit encryption is not supported for access control enabled clusters.'
    for (const change of [
      { TransitEncryptionEnabled: true },
      { TransitEncryptionEnabled: false },
      { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' as const },
      { TransitEncryptionMode: 'required' as const },
      { TransitEncryptionEnabled: true, RemoveUserGroups: true },
    ]) {
      await refused(modify(bench, change), COMBINATION, attached)
    }
    const preferred = 'Transit encryption preferred is not supported with redis access control.'
    await refused(modify(bench, PREFERRED), COMBINATION, preferred)
    await modify(bench, { RemoveUserGroups: true })
    bench.settle()
    await modify(bench, PREFERRED)
    bench.settle()
    assert.equal(await modeOf(bench), 'preferred')
  })
})
