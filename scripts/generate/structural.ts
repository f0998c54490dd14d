import { z } from 'zod'
import type { Schema } from './schema.ts'

/**
 * zod's JSON schema to the structural schema that the API server demands of a CRD
 * (kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions, "Specifying a structural
 * schema"). What can't be said in one is refused with its path, never dropped silently.
 */
type Json = Readonly<Record<string, unknown>>

const types = ['object', 'array', 'string', 'integer', 'boolean'] as const

/** Carried over as they are, in this order. `additionalProperties`, `const`, bounds of integers and the like have code. */
const kept = [
  'enum',
  'default',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
] as const
const coded = ['type', 'format', 'description', 'const', 'minimum', 'maximum', 'items', 'properties', '$schema']
const known = new Set<string>([...kept, ...coded, 'additionalProperties'])

const refuse = (path: string, why: string): never => {
  throw new Error(`${path === '' ? 'the schema' : path} is not structural: ${why}`)
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const typeOf = (json: Json, path: string): Schema['type'] =>
  types.find((type) => type === json.type) ??
  refuse(path, json.type === 'number' ? 'floats are refused, use an integer with a unit' : `type ${String(json.type)}`)

/** zod bounds every integer by what JavaScript can hold: that is no wish of the schema's author. */
const integer = (json: Json): Pick<Schema, 'format' | 'minimum' | 'maximum'> => {
  const minimum = json.minimum === Number.MIN_SAFE_INTEGER ? undefined : (json.minimum as number | undefined)
  const maximum = json.maximum === Number.MAX_SAFE_INTEGER ? undefined : (json.maximum as number | undefined)
  const small = minimum !== undefined && minimum >= -(2 ** 31) && maximum !== undefined && maximum < 2 ** 31
  return {
    format: small ? 'int32' : 'int64',
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  }
}

const object = (json: Json, path: string): Pick<Schema, 'properties' | 'additionalProperties'> => {
  const { properties, additionalProperties } = json
  if (isJson(properties)) {
    // Unknown fields are pruned by the server and refused by kubectl, so zod's "and nothing else" needs no words.
    if (additionalProperties !== undefined && additionalProperties !== false) {
      return refuse(path, 'properties and additionalProperties exclude each other')
    }
    return {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [
          name,
          described(property, path === '' ? name : `${path}.${name}`),
        ]),
      ),
    }
  }
  if (isJson(additionalProperties)) return { additionalProperties: walk(additionalProperties, `${path}.*`) }
  return refuse(path, 'an object needs properties or additionalProperties')
}

const described = (json: unknown, path: string): Schema => {
  const schema = walk(json, path)
  if (schema.description === undefined || schema.description.trim() === '') refuse(path, 'it has no description')
  return schema
}

const list = (json: Json, path: string): Pick<Schema, 'items'> => {
  const items = walk(json.items, `${path}[]`)
  const keys = (json['x-kubernetes-list-map-keys'] ?? []) as readonly string[]
  for (const key of keys) {
    const sure = items.required?.includes(key) || items.properties?.[key]?.default !== undefined
    if (!sure) refuse(path, `the list key ${key} must be required in its items or have a default`)
  }
  return { items }
}

const walk = (json: unknown, path: string): Schema => {
  if (!isJson(json)) return refuse(path, 'no schema')
  const odd = Object.keys(json).find((keyword) => !known.has(keyword))
  if (odd !== undefined) return refuse(path, `keyword ${odd}`)
  const type = typeOf(json, path)
  return {
    ...(json.description === undefined ? {} : { description: json.description as string }),
    type,
    ...(type === 'integer' ? integer(json) : {}),
    ...(type === 'string' && json.format !== undefined ? { format: json.format as string } : {}),
    ...(json.const === undefined ? {} : { enum: [json.const] }),
    ...Object.fromEntries(kept.flatMap((word) => (json[word] === undefined ? [] : [[word, json[word]]]))),
    ...(type === 'array' ? list(json, path) : {}),
    ...(type === 'object' ? object(json, path) : {}),
  }
}

/** The structural schema of a zod schema, as users write it (defaults not yet filled in). */
export const structural = (schema: z.ZodType, path = ''): Schema =>
  walk(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }), path)
