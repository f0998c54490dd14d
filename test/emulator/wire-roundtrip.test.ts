import assert from 'node:assert/strict'
import { QueryShapeSerializer, XmlShapeDeserializer } from '@aws-sdk/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef, StaticStructureSchema } from '@smithy/types'
import { describe, it } from 'mocha'
import errors from '../../emulator/data/errors.json' with { type: 'json' }
import { decodeInput } from '../../emulator/wire/decode.ts'
import { encodeResult } from '../../emulator/wire/encode.ts'
import { httpStatusOf } from '../../emulator/wire/refusal.ts'
import { OPERATIONS } from '../../emulator/wire/schema.ts'

const SETTINGS = {
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: false,
  xmlNamespace: 'http://elasticache.amazonaws.com/doc/2015-02-02/',
  serviceNamespace: 'com.amazonaws.elasticache',
  serializeEmptyLists: true,
} as unknown as ConstructorParameters<typeof QueryShapeSerializer>[0]

/** A value for every member, each different from the others. */
const sample = (schema: NormalizedSchema, counter: { n: number }): unknown => {
  counter.n += 1
  if (schema.isStructSchema()) {
    return Object.fromEntries([...schema.structIterator()].map(([name, member]) => [name, sample(member, counter)]))
  }
  if (schema.isListSchema()) return [sample(schema.getValueSchema(), counter), sample(schema.getValueSchema(), counter)]
  if (schema.isBooleanSchema()) return counter.n % 2 === 0
  if (schema.isTimestampSchema()) return new Date(1_700_000_000_000 + counter.n * 1000)
  return schema.isNumericSchema() ? counter.n : `text <&>" ${counter.n}`
}

const queryOf = (schema: SchemaRef, value: unknown): string => {
  const serializer = new QueryShapeSerializer(SETTINGS)
  serializer.write(schema as StaticStructureSchema, value)
  return String(serializer.flush())
}

const sampleOf = (schema: SchemaRef) => sample(NormalizedSchema.of(schema), { n: 0 }) as Record<string, unknown>

describe('the wire', () => {
  it('knows the 75 operations of the API', () => assert.equal(OPERATIONS.size, 75))

  for (const operation of OPERATIONS.values()) {
    it(`reads ${operation.name} as the SDK writes it`, () => {
      const input = sampleOf(operation.input)
      assert.deepEqual(decodeInput(operation.input, new URLSearchParams(queryOf(operation.input, input))), input)
    })

    it(`reads ${operation.name} with member in the place of every list's own name`, () => {
      const input = sampleOf(operation.input)
      const query = queryOf(operation.input, input).replaceAll(/\.\w+\.(\d+)/g, '.member.$1')
      assert.deepEqual(decodeInput(operation.input, new URLSearchParams(query)), input)
    })

    it(`writes ${operation.name} as the SDK reads it`, async () => {
      if (!Array.isArray(operation.output)) {
        assert.equal(
          encodeResult(operation, {}, 'r'),
          `<${operation.name}Response xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation.name}Response>`,
        )
        return
      }
      const result = sampleOf(operation.output)
      const xml = encodeResult(operation, result, 'r')
      const reader = new XmlShapeDeserializer(SETTINGS as never)
      const schema = operation.output as unknown as StaticStructureSchema
      assert.deepEqual(await reader.read(schema, Buffer.from(xml), `${operation.name}Result`), result)
    })
  }

  for (const { code, http } of Object.values(errors)) {
    it(`answers ${code} with HTTP ${http}`, () => assert.equal(httpStatusOf(code), http))
  }
})
