import * as sdk from '@aws-sdk/client-elasticache'
import type { SchemaRef } from '@smithy/types'

export interface SdkOperation {
  readonly name: string
  readonly input: SchemaRef
  readonly output: SchemaRef
}

/** The SDK's schema objects are tuples: [kind, namespace, name, traits, input, output]; operations are kind 9. */
const OPERATION_KIND = 9

const resolved = (schema: unknown): SchemaRef =>
  (typeof schema === 'function' ? (schema as () => SchemaRef)() : schema) as SchemaRef

/** What the SDK itself says about the operations, apart from the emulator's own model of them. */
export const SDK_OPERATIONS: readonly SdkOperation[] = Object.values(sdk as unknown as Record<string, unknown>)
  .filter((value): value is unknown[] => Array.isArray(value) && value[0] === OPERATION_KIND)
  .map((schema) => ({ name: String(schema[2]), input: resolved(schema[4]), output: resolved(schema[5]) }))
