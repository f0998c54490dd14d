import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { inProcessDoor } from '../../emulator/door/in-process.ts'
import { createState, worldAt } from '../../emulator/door/state.ts'
import { noEngines } from '../../emulator/engines/none.ts'
import { manualClock } from '../../emulator/world/clock.ts'
import { enginesWanted } from '../../emulator/world/engines-wanted.ts'
import { profileOf } from '../../emulator/world/profile.ts'
import { DEFAULT_QUOTAS } from '../../emulator/world/quota.ts'
import { CREDENTIALS, PAIR, REGION, refused } from './fixture.ts'

const A = 'aaaaaaaaaaaaaaaaaaaa'
const B = 'bbbbbbbbbbbbbbbbbbbb'
const C = 'cccccccccccccccccccc'

type Step = Omit<ModifyReplicationGroupCommandInput, 'ReplicationGroupId'>

/** A group with transit encryption, and a look at what its server processes are told. */
const openGroup = async (token: string | undefined) => {
  const clock = manualClock()
  const state = await createState({
    profile: profileOf('fast'),
    quotas: DEFAULT_QUOTAS,
    accounts: {},
    engines: noEngines(),
    realNodes: false,
  })
  const client = new ElastiCacheClient({
    region: REGION,
    credentials: CREDENTIALS,
    requestHandler: inProcessDoor(state, clock),
    maxAttempts: 1,
  })
  const auth = token === undefined ? {} : { AuthToken: token }
  await client.send(new CreateReplicationGroupCommand({ ...PAIR, TransitEncryptionEnabled: true, ...auth }))
  clock.advance(5000)
  return {
    modify: async (step: Step) => {
      const command = new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...step })
      const { ReplicationGroup: group } = await client.send(command)
      clock.advance(5000)
      return group
    },
    accepted: () => {
      const node = enginesWanted(worldAt(state, { account: '123456789012', region: REGION })).nodes[0]
      return { tokens: node?.authTokens, openToo: node?.openToo }
    },
  }
}

const rotate = (AuthToken: string): Step => ({ AuthToken, AuthTokenUpdateStrategy: 'ROTATE' })
const set = (AuthToken: string): Step => ({ AuthToken, AuthTokenUpdateStrategy: 'SET' })

interface Row {
  readonly name: string
  readonly from: string | undefined
  readonly steps: readonly Step[]
  readonly tokens: readonly string[]
  readonly openToo?: boolean
}

const ROWS: readonly Row[] = [
  { name: 'a token at create', from: A, steps: [], tokens: [A] },
  {
    name: 'rotating from no token serves those without one too',
    from: undefined,
    steps: [rotate(B)],
    tokens: [B],
    openToo: true,
  },
  { name: 'rotating serves both', from: A, steps: [rotate(B)], tokens: [A, B] },
  { name: 'rotating is the default', from: A, steps: [{ AuthToken: B }], tokens: [A, B] },
  { name: 'rotating again drops the oldest', from: A, steps: [rotate(B), rotate(C)], tokens: [B, C] },
  { name: 'setting after rotating leaves one', from: A, steps: [rotate(B), set(B)], tokens: [B] },
  {
    name: 'setting after the first rotation closes the door',
    from: undefined,
    steps: [rotate(B), set(B)],
    tokens: [B],
  },
  {
    name: 'rotating again after the first rotation closes the door as well',
    from: undefined,
    steps: [rotate(B), rotate(C)],
    tokens: [B, C],
  },
  { name: 'rotating after setting begins anew', from: A, steps: [rotate(B), set(B), rotate(C)], tokens: [B, C] },
]

interface BadRow {
  readonly name: string
  readonly steps: readonly Step[]
  readonly step: Step
  readonly code: string
  readonly message: RegExp
}

const COMBINATION = 'InvalidParameterCombination'
const VALUE = 'InvalidParameterValue'

const BAD_ROWS: readonly BadRow[] = [
  { name: 'setting before rotating', steps: [], step: set(A), code: COMBINATION, message: /only after ROTATE/ },
  { name: 'setting another token', steps: [rotate(B)], step: set(C), code: VALUE, message: /does not match/ },
  { name: 'setting the older token', steps: [rotate(B)], step: set(A), code: VALUE, message: /does not match/ },
  { name: 'setting twice', steps: [rotate(B), set(B)], step: set(B), code: COMBINATION, message: /only after ROTATE/ },
  { name: 'rotating back', steps: [rotate(B)], step: rotate(A), code: VALUE, message: /already in use/ },
  { name: 'rotating to a token in use', steps: [], step: rotate(A), code: VALUE, message: /already in use/ },
  {
    name: 'a strategy without a token',
    steps: [],
    step: { AuthTokenUpdateStrategy: 'SET' },
    code: COMBINATION,
    message: /together with AuthToken/,
  },
  {
    name: 'deleting with a token',
    steps: [],
    step: { AuthToken: A, AuthTokenUpdateStrategy: 'DELETE' },
    code: COMBINATION,
    message: /must not be given/,
  },
  {
    name: 'deleting without going to user groups',
    steps: [],
    step: { AuthTokenUpdateStrategy: 'DELETE' },
    code: COMBINATION,
    message: /transitioning to RBAC/,
  },
  {
    name: 'deleting for a user group that is not there',
    steps: [],
    step: { AuthTokenUpdateStrategy: 'DELETE', UserGroupIdsToAdd: ['ug'] },
    code: 'UserGroupNotFound',
    message: /ug/,
  },
  {
    name: 'an unknown strategy',
    steps: [],
    step: { AuthToken: B, AuthTokenUpdateStrategy: 'FORGET' as 'SET' },
    code: VALUE,
    message: /FORGET/,
  },
  { name: 'a short token', steps: [], step: rotate('short'), code: VALUE, message: /16 to 128/ },
  { name: 'a token with a slash', steps: [], step: rotate('abcdefgh/ijklmnop'), code: VALUE, message: /16 to 128/ },
]

describe('the AUTH token', () => {
  for (const row of ROWS) {
    it(`${row.name}`, async () => {
      const group = await openGroup(row.from)
      for (const step of row.steps) await group.modify(step)
      assert.deepEqual(group.accepted(), { tokens: row.tokens, openToo: row.openToo ?? false })
    })
  }

  for (const row of BAD_ROWS) {
    it(`refuses ${row.name}: ${row.code}`, async () => {
      const group = await openGroup(A)
      for (const step of row.steps) await group.modify(step)
      const before = group.accepted()
      await refused(group.modify(row.step), row.code, row.message)
      assert.deepEqual(group.accepted(), before)
    })
  }

  it('shows as pending while it changes, and never itself', async () => {
    const group = await openGroup(A)
    const rotating = await group.modify(rotate(B))
    assert.equal(rotating?.PendingModifiedValues?.AuthTokenStatus, 'ROTATING')
    const setting = await group.modify(set(B))
    assert.equal(setting?.PendingModifiedValues?.AuthTokenStatus, 'SETTING')
    assert.ok(![rotating, setting].some((shown) => JSON.stringify(shown).includes(B)))
  })
})
