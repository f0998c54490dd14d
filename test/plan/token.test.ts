import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { CacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { type CacheFacts, type TokenFact, unread } from '../../src/plan/cache-cluster/facts.ts'
import {
  callAnnounced,
  type TokenRecord,
  tokenAnswer,
  tokenPattern,
  tokenRecord,
  tokenRecordAfter,
  tokenSteps,
  tokenToPublish,
} from '../../src/plan/cache-cluster/token.ts'
import type { ObservedGroup } from '../../src/plan/core/observed.ts'
import type { Acted } from '../../src/plan/core/outcome.ts'
import { tokenNeeded, tokenSecretOf } from '../../src/plan/secrets/names.ts'
import {
  absent,
  factsOf,
  group,
  id,
  isoAt,
  known,
  metaOf,
  noSecrets,
  objectOf,
  present,
  seen,
  specOf,
} from './facts.ts'

const asking = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const record = (version: string, phase: TokenRecord['phase'], more: Partial<TokenRecord> = {}): TokenRecord => ({
  version,
  seen: version,
  phase,
  ...more,
})
const guarded = (changes: Partial<ObservedGroup> = {}) =>
  group({ authToken: true, inTransit: 'Required', authTokenChangedTime: 't0', ...changes })
const told = (token: string) => ({ published: { way: 'w', since: isoAt(0), token, names: [] } })
const factsWith = (
  status: Partial<CacheClusterStatus>,
  token: TokenFact,
  cache: Partial<ObservedGroup> = {},
  spec: object = asking,
): CacheFacts =>
  factsOf({
    object: objectOf({ spec: specOf(spec), status: { ...known, ...status } }),
    token,
    observed: seen(guarded(cache)),
    // What was told stands in a binding Secret of ours.
    secrets: { ...noSecrets, binding: { is: 'ours', meta: metaOf() } },
  })
const calls = (facts: CacheFacts): readonly string[] => {
  if (facts.observed.is !== 'seen' || facts.observed.cache.is !== 'group') return []
  return tokenSteps(facts, facts.observed.cache).map(({ action }) =>
    'tokenVersion' in action ? `${action.do} ${action.tokenVersion}` : action.do,
  )
}

describe('the steps of an auth token', () => {
  const rotating = { call: 'RotateToken 2', changedTime: 't0' }
  const rows: readonly (readonly [string, CacheFacts, readonly string[]])[] = [
    ['none without a token asked for', factsWith({}, unread, {}, {}), []],
    ['none while the token is missing', factsWith({}, absent), []],
    ['none of a token that AWS would refuse', factsWith({}, { is: 'unusable', why: 'short' }), []],
    [
      'enabling on a cache that has none',
      factsWith({}, present('1'), { authToken: false }),
      ['RotateToken 1', 'SetToken 1'],
    ],
    [
      'a cache that has who knows which, as an adopted one',
      factsWith({}, present('1')),
      ['RotateToken 1', 'SetToken 1'],
    ],
    [
      'given beside the one before: set',
      factsWith({ authToken: record('1', 'Overlap') }, present('1')),
      ['SetToken 1'],
    ],
    ['settled: nothing', factsWith({ authToken: record('1', 'Settled') }, present('1')), []],
    [
      'changed: rotated, then set',
      factsWith({ authToken: record('1', 'Settled'), ...told('1') }, present('2')),
      ['RotateToken 2', 'SetToken 2'],
    ],
    [
      'changed while the one before has its overlap: that one ends first, AWS holds two at most',
      factsWith({ authToken: record('2', 'Overlap'), ...told('2') }, present('3')),
      ['SetToken 2', 'RotateToken 3', 'SetToken 3'],
    ],
    [
      'changed before anybody was told: rotated at once, the published one stays good',
      factsWith({ authToken: record('2', 'Overlap'), ...told('1') }, present('3')),
      ['RotateToken 3', 'SetToken 3'],
    ],
    [
      'taken back before anybody was told',
      factsWith({ authToken: record('2', 'Overlap'), ...told('1') }, present('1')),
      ['RotateToken 1'],
    ],
    [
      'taken back after all were told: a change like any other',
      factsWith({ authToken: record('2', 'Overlap'), ...told('2') }, present('1')),
      ['SetToken 2', 'RotateToken 1', 'SetToken 1'],
    ],
    [
      'settled, and somebody took it off the cache: given again',
      factsWith({ authToken: record('1', 'Settled') }, present('1'), { authToken: false }),
      ['RotateToken 1', 'SetToken 1'],
    ],
    [
      'a crash between ROTATE and its record is told by the date',
      factsWith({ authToken: record('1', 'Settled'), authTokenCall: rotating, ...told('1') }, present('2'), {
        authTokenChangedTime: 't1',
      }),
      ['SetToken 2'],
    ],
    [
      'announced and never carried out: the date is the same, so it is called',
      factsWith({ authToken: record('1', 'Settled'), authTokenCall: rotating, ...told('1') }, present('2')),
      ['RotateToken 2', 'SetToken 2'],
    ],
    [
      'a crash between SET and its record is told by the date',
      factsWith(
        { authToken: record('2', 'Overlap'), authTokenCall: { call: 'SetToken 2', changedTime: 't1' }, ...told('2') },
        present('2'),
        { authTokenChangedTime: 't2' },
      ),
      [],
    ],
  ]
  for (const [sentence, facts, wanted] of rows) {
    it(sentence, () => assert.deepEqual(calls(facts), wanted))
  }
  it('only SET ends a way in', () => {
    const facts = factsWith({ authToken: record('1', 'Settled') }, present('2'))
    const steps = tokenSteps(facts, guarded())
    assert.deepEqual(
      steps.map(({ ends }) => ends),
      [undefined, 'the auth token before'],
    )
  })
})

describe('which token the Secrets hold', () => {
  const rows: readonly (readonly [string, CacheFacts, string])[] = [
    ['none is asked for', factsWith({}, unread, {}, {}), 'none'],
    [
      'asked for, and the cache asks nobody yet: served without',
      factsWith({}, present('1'), { authToken: false }),
      'none',
    ],
    ['asked for, and the cache asks for one that is not known: hold', factsWith({}, present('1')), 'hold'],
    ['settled', factsWith({ authToken: record('1', 'Settled') }, present('1')), 'own 1'],
    [
      'ROTATE is under way: the Secrets stay as they are',
      factsWith({ authToken: record('2', 'Rotating'), ...told('1') }, present('2'), {
        state: 'moving',
        status: 'modifying',
      }),
      'hold',
    ],
    [
      'AWS is available and shows the rotation still pending: not yet',
      factsWith({ authToken: record('2', 'Rotating'), ...told('1') }, present('2'), {
        pending: { authToken: 'Rotating' },
      }),
      'hold',
    ],
    [
      'AWS answers from before the call: not yet',
      factsWith(
        {
          authToken: record('2', 'Rotating'),
          authTokenCall: { call: 'RotateToken 2', changedTime: 't0' },
          ...told('1'),
        },
        present('2'),
      ),
      'hold',
    ],
    [
      'ROTATE is through: published',
      factsWith(
        {
          authToken: record('2', 'Rotating'),
          authTokenCall: { call: 'RotateToken 2', changedTime: 't0' },
          ...told('1'),
        },
        present('2'),
        { authTokenChangedTime: 't1' },
      ),
      'own 2',
    ],
    [
      'AWS tells no date at all: available and nothing pending is enough',
      factsWith({ authToken: record('2', 'Rotating'), ...told('1') }, present('2'), {
        authTokenChangedTime: undefined,
      }),
      'own 2',
    ],
    [
      'changed, and AWS was not told: the one that is published stays, from the Secret that holds it',
      factsWith({ authToken: record('1', 'Settled'), ...told('1') }, present('2')),
      'binding 1',
    ],
    [
      'changed before the first was published: hold',
      factsWith({ authToken: record('1', 'Settled') }, present('2')),
      'hold',
    ],
    [
      'the token was deleted: the published one stays',
      factsWith({ authToken: record('1', 'Settled'), ...told('1') }, absent),
      'binding 1',
    ],
  ]
  for (const [sentence, facts, wanted] of rows) {
    it(sentence, () => {
      const token = tokenToPublish(facts)
      assert.equal(token.is === 'token' ? `${token.from} ${token.version}` : token.is, wanted)
    })
  }
})

describe("AWS's answer to a token call", () => {
  const rotate = (tokenVersion: string) => ({ do: 'RotateToken', id, tokenVersion }) as const
  const set = { do: 'SetToken', id, tokenVersion: '2' } as const
  const refused = (code: string, message: string): Acted => ({
    is: 'failed',
    failure: { is: 'stalled', reason: 'InvalidCombination', message, code },
  })
  const inUse = refused('InvalidParameterValue', 'The AUTH token is already in use.')
  const change = factsWith({ authToken: record('1', 'Settled'), ...told('1') }, present('2'))
  const rows = [
    ['done is done', change, rotate('2'), { is: 'done' }, 'done'],
    [
      'in use on a cache that was made or adopted with it: it is the one',
      factsWith({}, present('2')),
      rotate('2'),
      inUse,
      'unchanged',
    ],
    [
      'in use, and it was taken back before anybody was told',
      factsWith({ authToken: record('2', 'Overlap'), ...told('1') }, present('1')),
      rotate('1'),
      inUse,
      'unchanged',
    ],
    [
      'in use, not published yet, under a new version of its Secret: it is the same token',
      factsWith({ authToken: record('2', 'Overlap'), ...told('1') }, present('3')),
      rotate('3'),
      inUse,
      'unchanged',
    ],
    [
      'in use before the first one was published at all: it is the same token',
      factsWith({ authToken: record('1', 'Settled') }, present('2')),
      rotate('2'),
      inUse,
      'unchanged',
    ],
    [
      'in use, and a token that was taken back is still let in: it is that one',
      factsWith({ authToken: record('1', 'Settled', { withdrawn: true }), ...told('1') }, present('3')),
      rotate('3'),
      inUse,
      'unchanged',
    ],
    ['a refusal that nothing explains stands', change, rotate('2'), inUse, 'failed'],
    [
      'another refusal of a value stands',
      factsWith({}, present('2')),
      rotate('2'),
      refused('InvalidParameterValue', 'recently used'),
      'failed',
    ],
    ['a rotation without TLS is refused', change, rotate('2'), refused('InvalidParameterCombination', 'TLS'), 'failed'],
    ['a SET that AWS refuses stands', change, set, inUse, 'failed'],
    ['busy is busy', change, rotate('2'), refused('InvalidReplicationGroupState', 'busy'), 'failed'],
    ['any other call is taken at its word', change, { do: 'DeleteGroup', id }, inUse, 'failed'],
  ] as const
  for (const [sentence, facts, action, acted, is] of rows) {
    it(sentence, () => assert.equal(tokenAnswer(facts, action, acted).is, is))
  }
})

describe('what status remembers of the token', () => {
  const after = (facts: CacheFacts, name: string, is: string) =>
    tokenRecordAfter(facts, { do: name, id, tokenVersion: '2' } as { do: string }, { is })
  const change = factsWith({ authToken: record('1', 'Settled'), ...told('1') }, present('2'))
  const call = (name: string, changedTime = 't0') => ({ authTokenCall: { call: `${name} 2`, changedTime } })
  const given = { authToken: record('1', 'Settled') }
  const overlap = factsWith({ authToken: record('2', 'Overlap'), ...told('2') }, present('2'))
  const rows: readonly (readonly [string, CacheFacts, string, string, object])[] = [
    [
      'a call is announced with the date before it',
      change,
      'RotateToken',
      'nothing',
      { ...given, ...call('RotateToken') },
    ],
    [
      'a rotation that AWS took is under way until the date shows it',
      change,
      'RotateToken',
      'done',
      { authToken: record('2', 'Rotating'), ...call('RotateToken') },
    ],
    [
      'a refused call is remembered as announced',
      change,
      'RotateToken',
      'failed',
      { ...given, ...call('RotateToken') },
    ],
    ['SET leaves one', overlap, 'SetToken', 'done', { authToken: record('2', 'Settled'), ...call('SetToken') }],
    [
      'a cache is made with it',
      factsWith({}, present('2')),
      'CreateGroup',
      'done',
      { authToken: record('2', 'Settled') },
    ],
    ['a cache that existed before holds who knows what', factsWith({}, present('2')), 'CreateGroup', 'exists', {}],
    [
      'an announced call keeps its date, however often it is tried',
      factsWith({ ...given, ...call('RotateToken', 'earlier'), ...told('1') }, present('2'), {
        authTokenChangedTime: 'earlier',
      }),
      'RotateToken',
      'nothing',
      { ...given, ...call('RotateToken', 'earlier') },
    ],
    [
      'what a call came to needs no second telling',
      factsWith({ ...given, ...call('RotateToken'), ...told('1') }, present('2'), { authTokenChangedTime: 't1' }),
      'WriteSecrets',
      'done',
      { authToken: record('2', 'Overlap', { seen: '2' }) },
    ],
    [
      'taken back: settled, and the other one is still let in',
      factsWith({ authToken: record('3', 'Overlap'), ...told('2') }, present('2', '9')),
      'RotateToken',
      'unchanged',
      { authToken: record('2', 'Settled', { seen: '9', withdrawn: true }) },
    ],
    [
      'the same token under a new version of its Secret: named as before',
      factsWith({ authToken: record('1', 'Overlap'), ...told('0') }, present('2')),
      'RotateToken',
      'unchanged',
      { authToken: record('1', 'Overlap', { seen: '2' }) },
    ],
    [
      'the withdrawn one again: both are good, and workloads follow',
      factsWith({ authToken: record('1', 'Settled', { withdrawn: true }), ...told('1') }, present('2')),
      'RotateToken',
      'unchanged',
      { authToken: record('2', 'Overlap') },
    ],
    [
      'adopted with this very token: settled',
      factsWith({}, present('2')),
      'RotateToken',
      'unchanged',
      { authToken: record('2', 'Settled') },
    ],
    [
      'a Secret whose token stayed: only where it was seen changes',
      factsWith(given, present('1', '9')),
      'WriteSecrets',
      'done',
      { authToken: record('1', 'Settled', { seen: '9' }) },
    ],
  ]
  for (const [sentence, facts, name, is, wanted] of rows) {
    it(sentence, () => assert.deepEqual(JSON.parse(JSON.stringify(after(facts, name, is))), wanted))
  }
  it('a token call may be made only once it is on record', () => {
    const rotate = { do: 'RotateToken', id, tokenVersion: '2' } as const
    assert.equal(callAnnounced({}, rotate), false)
    assert.equal(callAnnounced(call('SetToken'), rotate), false)
    assert.equal(callAnnounced(call('RotateToken'), rotate), true)
    assert.equal(callAnnounced({}, { do: 'SetTags' }), true)
  })
  it('without a cache to look at, what is on record counts', () => {
    const status = { ...known, authToken: record('1', 'Rotating') }
    assert.deepEqual(
      tokenRecord(factsOf({ object: objectOf({ status }), token: present('1') })),
      record('1', 'Rotating'),
    )
  })
})

describe('where the token is', () => {
  it('ours is called <name>-auth and is ours to fill', () => {
    assert.deepEqual(tokenSecretOf({ spec: specOf(asking), name: 'sessions' }), {
      name: 'sessions-auth',
      key: 'token',
      generated: true,
    })
  })
  it('a referenced one is never ours to fill', () => {
    const spec = specOf({ ...asking, auth: { mode: 'Token', token: { secretRef: { name: 'mine', key: 'pw' } } } })
    assert.deepEqual(tokenSecretOf({ spec, name: 'sessions' }), { name: 'mine', key: 'pw', generated: false })
  })
  it('it is needed only with spec.auth.mode Token', () => {
    assert.deepEqual([specOf(), specOf({ auth: {} }), specOf(asking)].map(tokenNeeded), [false, false, true])
  })
  it('AWS takes 16 to 128 characters, and few special ones', () => {
    const good = ['a'.repeat(16), 'Z9!&#$^<>-Z9!&#$^', 'a'.repeat(128)]
    const bad = [
      'a'.repeat(15),
      'a'.repeat(129),
      `${'a'.repeat(16)}@`,
      `${'a'.repeat(16)}/`,
      `${'a'.repeat(16)} `,
      `${'a'.repeat(16)}\n`,
    ]
    assert.ok(good.every((token) => tokenPattern.test(token)))
    assert.ok(!bad.some((token) => tokenPattern.test(token)))
  })
})
