import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { decode, encode } from '../../client/entry.ts'

describe('a stored entry', () => {
  it('is the plain JSON of the value where JSON alone can say it', () => {
    assert.equal(encode({ value: { name: 'tea', price: 3 }, absent: false }), '{"name":"tea","price":3}')
  })

  it('comes back as it went in, whatever it holds and until whenever it is fresh', () => {
    const value = fc.jsonValue().map((it) => JSON.parse(JSON.stringify(it)) as unknown)
    const disguised = value.map((it) => ({ larder: 1, value: it, absent: true }))
    fc.assert(
      fc.property(fc.oneof(value, disguised), fc.option(fc.nat(), { nil: undefined }), (value, freshUntilMs) => {
        const entry = { value, absent: false, ...(freshUntilMs === undefined ? {} : { freshUntilMs }) }
        assert.deepEqual(decode(encode(entry)), entry)
      }),
    )
  })

  for (const value of [null, undefined]) {
    it(`keeps "nothing there" apart from values, and ${value} as ${value}`, () => {
      assert.deepEqual(decode(encode({ value, absent: true })), { value, absent: true })
    })
  }

  it('is a miss when it is no JSON', () => assert.equal(decode('{"torn'), undefined))

  for (const [name, value] of [
    ['function', () => 1],
    ['BigInt', 1n],
  ] as const) {
    it(`cannot hold a ${name}`, () => assert.throws(() => encode({ value, absent: false }), TypeError))
  }
})
