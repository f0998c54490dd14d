import assert from 'node:assert/strict'
import { QueryShapeSerializer, XmlShapeDeserializer } from '@aws-sdk/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef, StaticStructureSchema } from '@smithy/types'
import { describe, it } from 'mocha'
import newer from '../../emulator/data/wire-model-newer.json' with { type: 'json' }
import { decodeInput } from '../../emulator/wire/decode.ts'
import { encodeResult } from '../../emulator/wire/encode.ts'
import { MODEL, SDK_MODEL } from '../../emulator/wire/model.ts'
import { OPERATIONS, type OperationSchema } from '../../emulator/wire/schema.ts'
import { SDK_OPERATIONS } from './sdk-operations.ts'

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
  return schema.isNumericSchema() ? counter.n : `text <&>"'\r\n ${counter.n}`
}

const queryOf = (schema: SchemaRef, value: unknown): string => {
  const serializer = new QueryShapeSerializer(SETTINGS)
  serializer.write(schema as StaticStructureSchema, value)
  return String(serializer.flush())
}

const sampleOf = (schema: SchemaRef) => sample(NormalizedSchema.of(schema), { n: 0 }) as Record<string, unknown>

const modelled = (name: string): OperationSchema => {
  const operation = OPERATIONS.get(name)
  assert.ok(operation, `the wire model has no ${name}`)
  return operation
}

describe('the wire', () => {
  it('knows the 75 operations of the API, and no other', () =>
    assert.deepEqual([...OPERATIONS.keys()].toSorted(), SDK_OPERATIONS.map(({ name }) => name).toSorted()))

  for (const { name, input: inputSchema, output: outputSchema } of SDK_OPERATIONS) {
    it(`reads ${name} as the SDK writes it`, () => {
      const input = sampleOf(inputSchema)
      const query = new URLSearchParams(queryOf(inputSchema, input))
      assert.deepEqual(decodeInput(modelled(name).input, query), input)
    })

    it(`reads ${name} with member in the place of every list's own name`, () => {
      const input = sampleOf(inputSchema)
      const query = queryOf(inputSchema, input).replaceAll(/\.\w+\.(\d+)/g, '.member.$1')
      assert.deepEqual(decodeInput(modelled(name).input, new URLSearchParams(query)), input)
    })

    it(`writes ${name} as the SDK reads it`, async () => {
      if (!Array.isArray(outputSchema)) {
        assert.equal(
          encodeResult(modelled(name), {}, 'r'),
          `<${name}Response xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${name}Response>`,
        )
        return
      }
      const result = sampleOf(outputSchema)
      const xml = encodeResult(modelled(name), result, 'r')
      const reader = new XmlShapeDeserializer(SETTINGS as never)
      const schema = outputSchema as unknown as StaticStructureSchema
      assert.deepEqual(await reader.read(schema, Buffer.from(xml), `${name}Result`), result)
    })
  }

  it('knows members that are newer than the SDK, and only such', () => {
    for (const [structure, members] of Object.entries(newer.members)) {
      for (const member of Object.keys(members)) {
        assert.ok(MODEL.structures[structure]?.members[member], `${structure}.${member} is missing`)
        assert.equal(SDK_MODEL.structures[structure]?.members[member], undefined, `the SDK has ${structure}.${member}`)
      }
    }
  })

  it('reads and writes members that are newer than the SDK', () => {
    const asked = 'ServerlessCacheName=a&Engine=valkey&ConnectionType=public'
    const read = decodeInput(modelled('CreateServerlessCache').input, new URLSearchParams(asked))
    assert.equal(read['ConnectionType'], 'public')
    const result = { ServerlessCache: { ServerlessCacheName: 'a', ConnectionType: 'public' } }
    const xml = encodeResult(modelled('CreateServerlessCache'), result, 'r')
    assert.match(xml, /<ConnectionType>public<\/ConnectionType>/)
    const tagged =
      'GlobalReplicationGroupIdSuffix=a&PrimaryReplicationGroupId=b&Tags.Tag.1.Key=team&Tags.Tag.1.Value=red'
    const group = decodeInput(modelled('CreateGlobalReplicationGroup').input, new URLSearchParams(tagged))
    assert.deepEqual(group['Tags'], [{ Key: 'team', Value: 'red' }])
  })
})
