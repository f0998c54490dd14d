import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { noPolicy, PolicyError, parsePolicy } from '@larder/client'
import { describe, it } from 'mocha'

const folder = join(import.meta.dirname, '../golden/policy')
const smallest = { version: 1, strategy: { read: 'LazyLoading', write: 'WriteAround' } }

describe('the policy document', () => {
  const goldens = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []

  it('has golden files to be read', () => assert.notEqual(goldens.length, 0))

  for (const name of goldens) {
    it(`is read whole from the operator's ${name}`, () => {
      const text = readFileSync(join(folder, name), 'utf8')
      assert.deepEqual(parsePolicy(text), JSON.parse(text))
    })
  }

  it('takes what holds without a policy where a section is absent', () => {
    assert.deepEqual(parsePolicy('{"version":1}'), noPolicy)
  })

  it('may carry members that this version does not know', () => {
    const text = JSON.stringify({ ...smallest, later: { on: true }, ttl: { jitterPercent: 5, softMs: 1 } })
    assert.equal(parsePolicy(text).ttl.jitterPercent, 5)
    assert.equal('later' in parsePolicy(text), false)
  })

  const faulty: readonly (readonly [string, unknown, RegExp])[] = [
    ['a list', [], /it must be an object/],
    ['another version', { version: 2 }, /version must be 1/],
    ['no version', {}, /version is missing/],
    [
      'a strategy of its own making',
      { version: 1, strategy: { write: 'WriteSometimes' } },
      /strategy\.write must be WriteAround or/,
    ],
    ['a duration with a fraction', { version: 1, ttl: { defaultMs: 1.5 } }, /ttl\.defaultMs must be a whole number/],
    ['a duration as text', { version: 1, ttl: { maxMs: '10m' } }, /ttl\.maxMs must be a whole number/],
    ['a duration below 0', { version: 1, ttl: { negativeMs: -1 } }, /ttl\.negativeMs must be/],
    [
      'jitter above 50',
      { version: 1, ttl: { jitterPercent: 51 } },
      /ttl\.jitterPercent must be a whole number from 0 to 50/,
    ],
    [
      'a rule without a TTL',
      { version: 1, ttl: { byPrefix: [{ prefix: 'a:' }] } },
      /ttl\.byPrefix\[0\]\.ttlMs is missing/,
    ],
    ['rules that are no list', { version: 1, ttl: { byPrefix: {} } }, /ttl\.byPrefix must be a list/],
    [
      'an empty batch',
      { version: 1, writeBehind: { flushIntervalMs: 1, maxBatch: 0 } },
      /writeBehind\.maxBatch must be/,
    ],
    ['a prefix that is no text', { version: 1, keys: { prefix: 7 } }, /keys\.prefix must be a string/],
    [
      'a key version that is no text',
      { version: 1, invalidation: { keyVersion: 3 } },
      /invalidation\.keyVersion must be a string/,
    ],
    ['a session without its flag', { version: 1, session: { ttlMs: 1, prefix: '' } }, /session\.rolling is missing/],
    ['a section that is null', { version: 1, staleness: null }, /staleness must be an object/],
  ]
  for (const [what, document, message] of faulty) {
    it(`is refused with ${what}, and the message names the place`, () => {
      assert.throws(
        () => parsePolicy(JSON.stringify(document)),
        (error) => error instanceof PolicyError && message.test(error.message),
      )
    })
  }

  it('is refused when it is no JSON', () => assert.throws(() => parsePolicy('{'), /it is not JSON/))

  it('lists every fault at once', () => {
    assert.throws(
      () => parsePolicy('{"version":1,"ttl":{"defaultMs":"x","maxMs":"y"}}'),
      /ttl\.defaultMs .*; ttl\.maxMs /,
    )
  })
})
