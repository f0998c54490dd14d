import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type TokenFact, unread } from '../../src/plan/cache-cluster/facts.ts'
import { authSteps, tokenAnswer, tokenNeeded, tokenPattern, tokenSecretOf } from '../../src/plan/cache-cluster/token.ts'
import type { Acted } from '../../src/plan/core/outcome.ts'
import { factsOf, group, id, known, objectOf, specOf } from './facts.ts'

const asking = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const present = (version: string): TokenFact => ({ is: 'present', version })
const steps = (spec: object, token: TokenFact, authToken: object | undefined, onCache: boolean) => {
  const status =
    authToken === undefined ? known : { ...known, authToken: authToken as { version: string; settled: boolean } }
  const facts = factsOf({ object: objectOf({ spec: specOf(spec), status }), token })
  return authSteps(facts, group({ authToken: onCache, inTransit: 'Required' })).map(({ action }) => action.do)
}

describe('the steps of an auth token', () => {
  const rows = [
    ['none without a token asked for', {}, unread, undefined, false, []],
    ['none while the token is missing', asking, { is: 'absent' }, undefined, false, []],
    ['enabling on a cache that has none', asking, present('1'), undefined, false, ['RotateToken', 'SetToken']],
    [
      'the token is given, the old one still let in: published by now, so it is set',
      asking,
      present('1'),
      { version: '1', settled: false },
      true,
      ['SetToken'],
    ],
    [
      'given, and AWS does not tell so: set all the same, not rotated for ever',
      asking,
      present('1'),
      { version: '1', settled: false },
      false,
      ['SetToken'],
    ],
    ['settled: nothing', asking, present('1'), { version: '1', settled: true }, true, []],
    [
      'changed: rotated, then set',
      asking,
      present('2'),
      { version: '1', settled: true },
      true,
      ['RotateToken', 'SetToken'],
    ],
    [
      'changed before the last one was set: rotated again',
      asking,
      present('2'),
      { version: '1', settled: false },
      true,
      ['RotateToken', 'SetToken'],
    ],
    [
      'settled, and somebody took it off the cache: given again',
      asking,
      present('1'),
      { version: '1', settled: true },
      false,
      ['RotateToken', 'SetToken'],
    ],
    [
      'never recorded, as after a crash: rotated, whatever AWS holds',
      asking,
      present('1'),
      undefined,
      true,
      ['RotateToken', 'SetToken'],
    ],
  ] as const
  for (const [sentence, spec, token, given, onCache, wanted] of rows) {
    it(sentence, () => assert.deepEqual(steps(spec, token, given, onCache), wanted))
  }
  it('another token is another plan', () => {
    const facts = factsOf({ object: objectOf({ spec: specOf(asking), status: known }), token: present('7') })
    assert.deepEqual(authSteps(facts, group())[0]?.action, { do: 'RotateToken', id, tokenVersion: '7' })
  })
})

describe("AWS's answer to a token call", () => {
  const rotate = { do: 'RotateToken', id } as const
  const set = { do: 'SetToken', id } as const
  const refused = (code: string): Acted => ({
    is: 'failed',
    failure: { is: 'stalled', reason: 'InvalidCombination', message: 'no', code },
  })
  const rows = [
    ['done is done', rotate, { is: 'done' }, 'done'],
    ['a rotation to a token that is in use: it was made before', rotate, refused('InvalidParameterValue'), 'unchanged'],
    ['a SET with no rotation before it: it was made before', set, refused('InvalidParameterCombination'), 'unchanged'],
    ['a rotation without TLS is refused', rotate, refused('InvalidParameterCombination'), 'failed'],
    ['a SET of another token than the last is refused', set, refused('InvalidParameterValue'), 'failed'],
    ['busy is busy', rotate, refused('InvalidReplicationGroupState'), 'failed'],
    ['any other call is taken at its word', { do: 'DeleteGroup', id }, refused('InvalidParameterValue'), 'failed'],
  ] as const
  for (const [sentence, action, acted, is] of rows) {
    it(sentence, () => assert.equal(tokenAnswer(action, acted).is, is))
  }
})

describe('where the token is', () => {
  it('ours is called <name>-auth and is ours to fill', () => {
    assert.deepEqual(tokenSecretOf(specOf(asking), 'sessions'), {
      name: 'sessions-auth',
      key: 'token',
      generated: true,
    })
  })
  it('a referenced one is never ours to fill', () => {
    const spec = specOf({ ...asking, auth: { mode: 'Token', token: { secretRef: { name: 'mine', key: 'pw' } } } })
    assert.deepEqual(tokenSecretOf(spec, 'sessions'), { name: 'mine', key: 'pw', generated: false })
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
