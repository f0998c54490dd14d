import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { hashOf } from '../../src/plan/core/hash.ts'

/** FNV-1a by its own words (draft-eastlake-fnv), for the text of a JSON string. */
const slowly = (text: string): string => {
  let hash = 0xcbf29ce484222325n
  for (const letter of JSON.stringify(text).split('')) {
    hash = ((hash ^ BigInt(letter.charCodeAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}

describe('hash', () => {
  it('is FNV-1a in 64 bits', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(hashOf(text), slowly(text))))
  })
  it('does not depend on the order of keys, nor on members that are undefined', () => {
    assert.equal(hashOf({ a: 1, b: { d: 1, c: [1, 2] } }), hashOf({ b: { c: [1, 2], d: 1, e: undefined }, a: 1 }))
  })
  it('tells what differs apart: order of lists, numbers from text, nothing from null', () => {
    const values = [[1, 2], [2, 1], '1', 1, null, {}, [], '', { a: null }, { a: {} }, [[]], true]
    assert.equal(new Set(values.map(hashOf)).size, values.length)
  })
})
