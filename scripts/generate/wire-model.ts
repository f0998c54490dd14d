import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as sdk from '@aws-sdk/client-elasticache'
import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef } from '@smithy/types'
import type { ErrorModel, ListModel, OperationModel, Scalar, StructureModel } from '../../emulator/wire/model.ts'
import { notice, type Target } from './target.ts'

/** The SDK's schema objects are tuples: [kind, namespace, name, traits, ...]. */
const OPERATION = 9
const ERROR = -3
const BASE_ERROR = 'ElastiCacheServiceException'
const schemasOf = (kind: number): readonly unknown[][] =>
  Object.values(sdk as unknown as Record<string, unknown>).filter(
    (value): value is unknown[] => Array.isArray(value) && value[0] === kind,
  )

const resolved = (schema: unknown): SchemaRef =>
  (typeof schema === 'function' ? (schema as () => SchemaRef)() : schema) as SchemaRef

const sorted = <Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> =>
  Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))

const scalarOf = (schema: NormalizedSchema): Scalar => {
  if (schema.isBooleanSchema()) return 'boolean'
  if (schema.isTimestampSchema()) return 'timestamp'
  if (schema.isNumericSchema()) return 'number'
  if (schema.isStringSchema()) return 'string'
  throw new Error(`a type that the wire model has no word for: ${schema.getName(true)}`)
}

/** The SDK lists a structure's required members first and says how many they are. */
const requiredOf = (schema: NormalizedSchema): readonly string[] => {
  const [, , , , names, , count] = schema.getSchema() as unknown as unknown[]
  return Array.isArray(names) && typeof count === 'number' ? names.slice(0, count).map(String) : []
}

interface Shapes {
  readonly structures: Map<string, StructureModel>
  readonly lists: Map<string, ListModel>
}

/** A type's name in the model; what it is made of is added to the shapes. */
const typeOf = (schema: NormalizedSchema, shapes: Shapes): string => {
  if (schema.isListSchema()) {
    const name = schema.getName() ?? ''
    const element = schema.getValueSchema()
    const list = { element: element.getMergedTraits().xmlName ?? 'member', type: typeOf(element, shapes) }
    const known = shapes.lists.get(name)
    if (known && known.element !== list.element) throw new Error(`the list ${name} has two names for its elements`)
    shapes.lists.set(name, list)
    return name
  }
  if (!schema.isStructSchema()) return scalarOf(schema)
  const name = schema.getName() ?? ''
  if (shapes.structures.has(name)) return name
  shapes.structures.set(name, { members: {} })
  const required = requiredOf(schema)
  const members = [...schema.structIterator()].map(([member, type]) => {
    const { xmlName } = type.getMergedTraits()
    if (xmlName !== undefined && xmlName !== member) throw new Error(`${name}.${member} is ${xmlName} on the wire`)
    return [member, typeOf(type, shapes)] as const
  })
  shapes.structures.set(name, {
    members: Object.fromEntries(members),
    ...(required.length === 0 ? {} : { required }),
  })
  return name
}

/** Only the SDK's declarations say which errors an operation may answer with. */
const errorsOf = (operation: string): readonly string[] => {
  const folder = dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-elasticache/package.json'))
  const text = readFileSync(join(folder, `dist-types/commands/${operation}Command.d.ts`), 'utf8')
  const names = [...text.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name = '']) => name)
  return names.filter((name) => name !== BASE_ERROR)
}

const operationOf = (schema: readonly unknown[], shapes: Shapes): readonly [string, OperationModel] => {
  const name = String(schema[2])
  const output = NormalizedSchema.of(resolved(schema[5]))
  const model = {
    input: typeOf(NormalizedSchema.of(resolved(schema[4])), shapes),
    output: output.isUnitSchema() ? null : typeOf(output, shapes),
    errors: errorsOf(name),
  }
  return [name, model]
}

/** Code and status of each error; the class that all of them extend is none itself. */
const errorOf = (schema: readonly unknown[]): readonly [string, ErrorModel] => {
  const name = String(schema[2])
  const { awsQueryError } = NormalizedSchema.of(schema as unknown as SchemaRef).getMergedTraits() as {
    readonly awsQueryError?: readonly [string, number]
  }
  if (!awsQueryError) throw new Error(`${name} has no code for the Query protocol`)
  return [name, { code: awsQueryError[0], http: awsQueryError[1] }]
}

/** One line for each operation, structure, list and error, so that a diff shows what changed. */
const section = (name: string, entries: Readonly<Record<string, unknown>>): string => {
  const lines = Object.entries(entries).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`
}

/** The emulator's wire model, from the SDK's runtime schemas: a new SDK shows up as a diff. */
export const wireModel = (): readonly Target[] => {
  const shapes: Shapes = { structures: new Map(), lists: new Map() }
  const operations = sorted(schemasOf(OPERATION).map((schema) => operationOf(schema, shapes)))
  const errors = sorted(
    schemasOf(ERROR)
      .filter((schema) => schema[2] !== BASE_ERROR)
      .map(errorOf),
  )
  const sections = [
    `  "//": ${JSON.stringify(`${notice} (from the schemas of @aws-sdk/client-elasticache)`)}`,
    section('operations', operations),
    section('structures', sorted(shapes.structures)),
    section('lists', sorted(shapes.lists)),
    section('errors', errors),
  ]
  return [{ path: 'emulator/data/wire-model.json', content: `{${sections.join(',\n').trimStart()}\n}\n` }]
}
