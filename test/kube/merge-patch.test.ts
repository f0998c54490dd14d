import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { mergePatchOf, withoutNulls } from '../../src/kube/write/merge-patch.ts'

/** RFC 7386, section 2, as the API server does it. */
const merge = (target: unknown, patch: unknown): unknown => {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch))
    if (value === null) delete result[name]
    else result[name] = merge(result[name], value)
  return result
}
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constantFrom(1, 2, 'a', true, null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value')),
})).object

describe('a merge patch', () => {
  it('makes the one of the other, fields that went away included', () =>
    fc.assert(
      fc.property(json, json, (one, other) => {
        const [before, after] = [withoutNulls(one), withoutNulls(other)]
        const patch = mergePatchOf(before, after)
        assert.deepEqual(patch === undefined ? before : merge(before, patch), after)
      }),
    ))

  it('is nothing between equals, whatever the order of their fields', () => {
    assert.equal(mergePatchOf({ a: 1, b: { c: [1, { d: 2 }] } }, { b: { c: [1, { d: 2 }] }, a: 1 }), undefined)
  })

  it('says only what differs', () => {
    const before = { phase: 'Ready', endpoint: { host: 'a', port: 1 }, nodes: [{ id: 1 }], gone: { x: 1 } }
    const after = { phase: 'Ready', endpoint: { host: 'b', port: 1 }, nodes: [{ id: 1 }, { id: 2 }] }
    assert.deepEqual(mergePatchOf(before, after), {
      endpoint: { host: 'b' },
      nodes: [{ id: 1 }, { id: 2 }],
      gone: null,
    })
  })

  it('takes members that are null or undefined as not there', () => {
    assert.deepEqual(withoutNulls({ a: null, b: undefined, c: [{ d: null, e: 1 }] }), { c: [{ e: 1 }] })
  })
})
