import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { crdYaml, objectSchema } from '../../scripts/generate/crd.ts'
import { kinds } from '../../scripts/generate/kinds.ts'
import { brokenPromises } from '../../scripts/generate/promises.ts'
import type { Schema } from '../../scripts/generate/schema.ts'

const spec = (fields: Partial<Schema>): Schema => ({
  type: 'object',
  properties: { spec: { type: 'object', ...fields } },
})
const text = (description: string): Schema => ({ type: 'string', description })
const ruled = (...rules: { rule: string; message: string; fieldPath?: string }[]) =>
  spec({ required: ['a'], properties: { a: text('A.') }, 'x-kubernetes-validations': rules })

describe('what Larder promises of a schema', () => {
  it('an optional field tells its default, in the schema or in words', () => {
    const told = { a: { ...text('A.'), default: 'x' }, b: text('B. Default: none.') }
    assert.deepEqual(brokenPromises(spec({ properties: told })), [])
    assert.deepEqual(brokenPromises(spec({ properties: { ...told, c: text('C.') } })), [
      'spec.c is optional, and neither its schema nor its description tells the default',
    ])
  })

  it('a rule points at a field that exists', () => {
    assert.deepEqual(brokenPromises(ruled({ rule: 'x', message: 'set spec.a', fieldPath: '.a' })), [])
    assert.deepEqual(brokenPromises(ruled({ rule: 'x', message: 'set spec.a', fieldPath: '.b' })), [
      'spec.b is the fieldPath of a rule, and no field: set spec.a',
    ])
  })

  it('the message of a rule names a field', () => {
    assert.deepEqual(brokenPromises(ruled({ rule: 'x', message: 'that is wrong' })), [
      'spec: the message names no field: that is wrong',
    ])
  })

  it('no two rules share a message, or a user could not tell them apart', () => {
    const rule = { rule: 'x', message: 'set spec.a' }
    assert.equal(brokenPromises(ruled(rule, { ...rule, rule: 'y' })).length, 2)
  })

  for (const source of kinds) {
    it(`${source.kind.kind} keeps them, and says the same each time`, () => {
      assert.deepEqual(brokenPromises(objectSchema(source)), [])
      assert.equal(crdYaml(source), crdYaml(source))
    })
  }

  it('a kind that breaks one is not generated', () => {
    const [source] = kinds
    assert.ok(source)
    const rules = [{ rule: 'true', message: 'that is wrong' }]
    assert.throws(() => objectSchema({ ...source, rules }), /CacheCluster:\n {2}: the message names no field/)
  })
})
