import * as sdk from '@aws-sdk/client-elasticache'
import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef } from '@smithy/types'

/** One operation of the API as the SDK's own runtime schemas describe it. */
export interface OperationSchema {
  readonly name: string
  readonly input: SchemaRef
  readonly output: SchemaRef
}

/** The SDK's schema objects are tuples: [kind, namespace, name, traits, ...]; operations are kind 9. */
const OPERATION_KIND = 9

const resolved = (schema: unknown): SchemaRef =>
  (typeof schema === 'function' ? (schema as () => SchemaRef)() : schema) as SchemaRef

/** All operations of API version 2015-02-02, by name. */
export const OPERATIONS: ReadonlyMap<string, OperationSchema> = new Map(
  Object.values(sdk as unknown as Record<string, unknown>)
    .filter((value): value is unknown[] => Array.isArray(value) && value[0] === OPERATION_KIND)
    .map((schema) => {
      const name = String(schema[2])
      return [name, { name, input: resolved(schema[4]), output: resolved(schema[5]) }]
    }),
)

/** Names of the members without which a structure is refused; the SDK lists them first and says how many they are. */
export const requiredMembersOf = (schema: SchemaRef): readonly string[] => {
  const tuple = NormalizedSchema.of(schema).getSchema()
  if (!Array.isArray(tuple)) return []
  const [, , , , names, , requiredCount] = tuple as unknown[]
  return Array.isArray(names) && typeof requiredCount === 'number' ? names.slice(0, requiredCount).map(String) : []
}
