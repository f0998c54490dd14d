import type { Rule } from '../../src/crds/rule.ts'

/** A structural schema as apiextensions.k8s.io/v1 takes it, as far as Larder uses it. */
export interface Schema {
  readonly description?: string
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: Schema
  readonly additionalProperties?: Schema
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-validations'?: readonly Rule[]
}

/** One place in a schema: `path` as users write it, `[]` for the items of a list, `.*` for the values of a map. */
export interface Place {
  readonly path: string
  readonly schema: Schema
  readonly required: boolean
}

const inner = (place: Place): readonly Place[] => {
  const { path, schema } = place
  const places: Place[] = []
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const required = schema.required?.includes(name) === true
    places.push({ path: path === '' ? name : `${path}.${name}`, schema: property, required })
  }
  if (schema.items) places.push({ path: `${path}[]`, schema: schema.items, required: false })
  if (schema.additionalProperties) {
    places.push({ path: `${path}.*`, schema: schema.additionalProperties, required: false })
  }
  return places
}

/** The schema and every schema in it, outermost first, in the order of their definition. */
export const places = (schema: Schema, path = ''): readonly Place[] => {
  const all = (place: Place): readonly Place[] => [place, ...inner(place).flatMap(all)]
  return all({ path, schema, required: true })
}

/** Every CEL rule in a schema, with the path of the schema that carries it. */
export const rulesIn = (schema: Schema): readonly (Rule & { readonly at: string })[] =>
  places(schema).flatMap(({ path, schema: { 'x-kubernetes-validations': rules = [] } }) =>
    rules.map((rule) => ({ ...rule, at: path })),
  )
