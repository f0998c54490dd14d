import { places, type Schema } from '../../scripts/generate/schema.ts'

/** One bound of a schema, broken in a manifest that is otherwise good. */
export interface Breach {
  readonly what: string
  /** The field as the server names it. */
  readonly field: string
  readonly spec: unknown
  /** What the server's words must hold. */
  readonly words: RegExp
  /** The server's alone: zod knows neither sets nor how large a map may be. */
  readonly serverOnly: boolean
}

type Step = string | number

const noted = (steps: readonly Step[]): string =>
  steps.reduce<string>((path, step) => (typeof step === 'number' ? `${path}[${step}]` : `${path}.${step}`), 'spec')

/** The steps to a place in a manifest: the first item of a list, the first key of a map. Undefined where it has none. */
const stepsTo = (path: string, spec: unknown): readonly Step[] | undefined => {
  const steps: Step[] = []
  let value: unknown = spec
  for (const part of path
    .split('.')
    .slice(1)
    .flatMap((name) => name.split(/(?=\[\])/))) {
    if (typeof value !== 'object' || value === null) return undefined
    const step = part === '[]' ? 0 : part === '*' ? Object.keys(value)[0] : part
    if (step === undefined || !(step in value)) return undefined
    steps.push(step)
    value = (value as Record<Step, unknown>)[step]
  }
  return steps
}

const at = (spec: unknown, steps: readonly Step[]): unknown =>
  steps.reduce<unknown>((value, step) => (value as Record<Step, unknown>)[step], spec)

/** A copy in which the value is another one, or gone. */
const changed = (spec: unknown, steps: readonly Step[], value: unknown): unknown => {
  const copy = structuredClone(spec)
  const last = steps.at(-1)
  if (last === undefined) throw new Error('no field is named')
  const holder = at(copy, steps.slice(0, -1)) as Record<Step, unknown>
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return copy
}

const wrongType = { object: 'x', array: 'x', string: 7, integer: 'x', boolean: 'x' } as const

/** Values that break a schema, one for each of its keywords. */
const breaches = (schema: Schema, good: unknown): readonly (readonly [string, unknown, RegExp])[] => {
  const list: [string, unknown, RegExp][] = [['type', wrongType[schema.type], /must be of type|Invalid value/]]
  const add = (what: string, value: unknown, words: RegExp) => list.push([what, value, words])
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, maxProperties } = schema
  if (schema.enum) add('enum', 'Nonsense', /Unsupported value/)
  if (minimum !== undefined) add('minimum', minimum - 1, /greater than or equal to/)
  if (maximum !== undefined) add('maximum', maximum + 1, /less than or equal to/)
  if (minLength) add('minLength', '', /at least/)
  if (maxLength !== undefined) add('maxLength', 'x'.repeat(maxLength + 1), /Too long/)
  if (schema.pattern) add('pattern', '!', /should match/)
  if (minItems) add('minItems', [], /at least/)
  if (maxItems !== undefined) add('maxItems', Array(maxItems + 1).fill(first(good)), /Too many|at most/)
  if (maxProperties !== undefined) {
    const keys = Array.from({ length: maxProperties + 1 }, (_, index) => [`k${index}`, 'x'])
    add('maxProperties', Object.fromEntries(keys), /Too many|at most/)
  }
  return list
}

const first = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)

const unique = (schema: Schema): boolean =>
  schema['x-kubernetes-list-type'] === 'set' || schema['x-kubernetes-list-type'] === 'map'

/**
 * A breach of every bound in a schema of a spec, each in the first of the full manifests that has the field. Throws for a
 * field that no full manifest has: then a field was added, and the manifests must grow with it.
 */
export const everyBreach = (schema: Schema, fullSpecs: readonly unknown[]): readonly Breach[] =>
  places(schema, 'spec').flatMap(({ path, schema: inner, required }) => {
    if (path === 'spec') return []
    const spec = fullSpecs.find((full) => stepsTo(path, full) !== undefined)
    const steps = stepsTo(path, spec)
    if (steps === undefined) throw new Error(`no full manifest has ${path}`)
    const good = at(spec, steps)
    const field = noted(steps)
    const breach = (what: string, value: unknown, words: RegExp): Breach => ({
      what: `${path}: ${what}`,
      field,
      spec: changed(spec, steps, value),
      words,
      serverOnly: what === 'maxProperties',
    })
    return [
      ...breaches(inner, good).map(([what, value, words]) => breach(what, value, words)),
      ...(required ? [breach('required', undefined, /Required value/)] : []),
      ...(unique(inner)
        ? [
            {
              ...breach('unique', [first(good), first(good)], /Duplicate value/),
              field: `${field}[1]`,
              serverOnly: true,
            },
          ]
        : []),
    ]
  })
