import assert from 'node:assert/strict'
import { negativeTtlFor, ttlFor } from '@larder/client'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { policyWith } from './policies.ts'

const never = () => 0
const ms = fc.integer({ min: 0, max: 10 ** 11 })
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const key = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 6 })
const rules = fc.array(fc.record({ prefix: key, ttlMs: ms }), { maxLength: 6 })
const ttl = fc.record(
  { defaultMs: ms, maxMs: ms, negativeMs: ms, jitterPercent: fc.integer({ min: 0, max: 50 }), byPrefix: rules },
  { requiredKeys: ['jitterPercent', 'byPrefix'] },
)

describe('the TTL of a key', () => {
  const byPrefix = [
    { prefix: 'a:', ttlMs: 5_000 },
    { prefix: 'a:b:', ttlMs: 7_000 },
    { prefix: 'off:', ttlMs: 0 },
    { prefix: 'long:', ttlMs: 900_000 },
  ]
  const table: readonly (readonly [string, Parameters<typeof policyWith>[0]['ttl'], string, number | undefined])[] = [
    ['no TTL at all is none', {}, 'x', undefined],
    ['the default, where no rule matches', { defaultMs: 60_000, byPrefix }, 'x', 60_000],
    ['the rule of the prefix', { defaultMs: 60_000, byPrefix }, 'a:1', 5_000],
    ['the longest of several matching prefixes', { defaultMs: 60_000, byPrefix }, 'a:b:1', 7_000],
    ['the longest also when it comes first', { byPrefix: [...byPrefix].reverse() }, 'a:b:1', 7_000],
    ['none, where only rules for other keys exist', { byPrefix }, 'x', undefined],
    ['0, so never stored, where the rule says 0', { defaultMs: 60_000, byPrefix }, 'off:1', 0],
    ['the cap, where a rule is above it', { defaultMs: 60_000, maxMs: 600_000, byPrefix }, 'long:1', 600_000],
    ['the cap, where nothing else is stated', { maxMs: 600_000 }, 'x', 600_000],
  ]
  for (const [name, section, of, expected] of table) {
    it(`is ${name}`, () => assert.equal(ttlFor(policyWith({ ttl: section ?? {} }), of, never), expected))
  }

  it('is never above the cap, the rule or the default, whatever the chance', () => {
    fc.assert(
      fc.property(ttl, key, random, (section, of, chance) => {
        const stated = ttlFor(policyWith({ ttl: section }), of, never)
        const found = ttlFor(policyWith({ ttl: section }), of, () => chance)
        if (found === undefined) return stated === undefined && section.maxMs === undefined
        return found <= (section.maxMs ?? found) && found <= (stated ?? -1)
      }),
    )
  })

  it('is shortened by at most the jitter, and stays whole and above 0', () => {
    fc.assert(
      fc.property(ttl, key, random, (section, of, chance) => {
        const stated = ttlFor(policyWith({ ttl: section }), of, never)
        const found = ttlFor(policyWith({ ttl: section }), of, () => chance)
        if (!stated || found === undefined) return found === stated
        return Number.isInteger(found) && found >= 1 && found >= Math.floor(stated * (1 - section.jitterPercent / 100))
      }),
    )
  })

  it('spreads over the whole width of the jitter', () => {
    const policy = policyWith({ ttl: { defaultMs: 1_000, jitterPercent: 20 } })
    assert.deepEqual(
      [0, 0.5, 0.999_999].map((chance) => ttlFor(policy, 'x', () => chance)),
      [1_000, 900, 801],
    )
  })

  it('follows no rule whose prefix is shorter than another that matches', () => {
    fc.assert(
      fc.property(rules, key, (byPrefix, of) => {
        const found = ttlFor(policyWith({ ttl: { byPrefix } }), of, never)
        const matching = byPrefix.filter(({ prefix }) => of.startsWith(prefix))
        const longest = Math.max(...matching.map(({ prefix }) => prefix.length))
        return matching.length === 0
          ? found === undefined
          : matching.some(({ prefix, ttlMs }) => prefix.length === longest && ttlMs === found)
      }),
    )
  })
})

describe('the TTL of "nothing there"', () => {
  it('is 0, so never stored, unless the policy asks for it', () => {
    assert.equal(negativeTtlFor(policyWith({ ttl: { defaultMs: 1_000 } }), 'x', never), 0)
  })

  it('is what the policy says, also without any other TTL', () => {
    assert.equal(negativeTtlFor(policyWith({ ttl: { negativeMs: 30_000 } }), 'x', never), 30_000)
  })

  it('never outlives what a value of the key may', () => {
    fc.assert(
      fc.property(ttl, key, random, (section, of, chance) => {
        const policy = policyWith({ ttl: section })
        const stated = ttlFor(policy, of, never)
        const found = negativeTtlFor(policy, of, () => chance)
        return found <= (section.negativeMs ?? 0) && (stated === undefined || found <= stated)
      }),
    )
  })
})
