import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { structural } from '../../scripts/generate/structural.ts'

const field = (schema: z.ZodType) => z.object({ field: schema.describe('A field. Default: none.') })
const fieldOf = (schema: z.ZodType) => structural(field(schema), 'spec').properties?.field

describe('a structural schema', () => {
  const refused: readonly (readonly [string, z.ZodType, RegExp])[] = [
    ['a field without a description', z.object({ field: z.string() }), /^spec\.field .*no description/],
    ['a blank description', z.object({ field: z.string().describe(' ') }), /^spec\.field .*no description/],
    [
      'a field without a description in a list',
      field(z.array(z.object({ inner: z.string() }))),
      /^spec\.field\[\]\.inner .*no description/,
    ],
    ['a union', field(z.union([z.string(), z.int()])), /^spec\.field .*anyOf/],
    [
      'a discriminated union',
      field(z.discriminatedUnion('is', [z.object({ is: z.literal('a') })])),
      /^spec\.field .*(oneOf|anyOf)/,
    ],
    ['null', field(z.string().nullable()), /^spec\.field .*nullable/],
    ['a float', field(z.number()), /^spec\.field .*floats/],
    ['anything at all', field(z.unknown()), /^spec\.field .*type undefined/],
    ['a tuple', field(z.tuple([z.string()])), /^spec\.field\[\] /],
    ['an exclusive bound', field(z.int().positive()), /^spec\.field .*exclusiveMinimum/],
    ['two patterns', field(z.string().regex(/a/).regex(/b/)), /^spec\.field .*allOf/],
    [
      'known and unknown fields side by side',
      field(z.object({ a: z.string().describe('A.') }).catchall(z.string())),
      /^spec\.field .*exclude each other/,
    ],
    ['a map of anything', field(z.record(z.string(), z.unknown())), /^spec\.field\.\* .*type undefined/],
    [
      'a list key that may be absent',
      field(
        z
          .array(z.object({ name: z.string().optional().describe('Name.') }))
          .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
      ),
      /^spec\.field .*list key name/,
    ],
  ]
  for (const [what, schema, why] of refused) {
    it(`can't hold ${what}, and the error tells where`, () => {
      assert.throws(
        () => structural(schema, 'spec'),
        (error: Error) => why.test(error.message) || assert.fail(error.message),
      )
    })
  }

  it('holds a strict object without additionalProperties', () => {
    const schema = structural(z.strictObject({ a: z.string().describe('A.') }), 'spec')
    assert.deepEqual(schema, {
      type: 'object',
      required: ['a'],
      properties: { a: { description: 'A.', type: 'string' } },
    })
  })

  it('holds a map by the schema of its values', () => {
    const schema = fieldOf(z.record(z.string(), z.string().max(9)).meta({ maxProperties: 2 }))
    assert.deepEqual(schema, {
      description: 'A field. Default: none.',
      type: 'object',
      maxProperties: 2,
      additionalProperties: { type: 'string', maxLength: 9 },
    })
  })

  it('holds a literal as an enum of one', () => {
    assert.deepEqual(fieldOf(z.literal('a'))?.enum, ['a'])
  })

  it('keeps the bounds of an integer, not those of JavaScript', () => {
    const { description: _, ...plain } = fieldOf(z.int()) ?? {}
    assert.deepEqual(plain, { type: 'integer', format: 'int64' })
    const { description: __, ...bounded } = fieldOf(z.int().min(1).max(60)) ?? {}
    assert.deepEqual(bounded, { type: 'integer', format: 'int32', minimum: 1, maximum: 60 })
    assert.equal(
      fieldOf(
        z
          .int()
          .min(0)
          .max(2 ** 31),
      )?.format,
      'int64',
    )
  })

  it('requires what has neither a default nor a question mark', () => {
    const schema = structural(
      z.object({
        sure: z.string().describe('A.'),
        maybe: z.string().optional().describe('B.'),
        filled: z.string().default('x').describe('C.'),
      }),
    )
    assert.deepEqual(schema.required, ['sure'])
    assert.equal(schema.properties?.filled?.default, 'x')
  })

  it('carries CEL rules and list types over', () => {
    const meta = { 'x-kubernetes-list-type': 'set', 'x-kubernetes-validations': [{ rule: 'true', message: 'm' }] }
    const { description: _, items: __, type: ___, ...carried } = fieldOf(z.array(z.string()).meta(meta)) ?? {}
    assert.deepEqual(carried, meta)
  })
})
