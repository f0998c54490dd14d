import { type Refusal, refusal } from '../wire/refusal.ts'

/** What a member of a request may be. */
export type Shape =
  | { readonly is: 'text' | 'number' | 'boolean' | 'time' }
  | { readonly is: 'list'; readonly of: Shape }
  | {
      readonly is: 'structure'
      readonly members: Readonly<Record<string, Shape>>
      readonly required: readonly string[]
    }

export const text: Shape = { is: 'text' }
export const number: Shape = { is: 'number' }
export const truth: Shape = { is: 'boolean' }
export const time: Shape = { is: 'time' }
export const listOf = (of: Shape): Shape => ({ is: 'list', of })
export const structure = (members: Readonly<Record<string, Shape>>, ...required: readonly string[]): Shape => ({
  is: 'structure',
  members,
  required,
})

/** A service's own refusals of a request that cannot be read. */
export interface Complaints {
  missing(path: string): Refusal
}

const wrong = (path: string, wanted: string): Refusal =>
  refusal('SerializationException', `The parameter ${path || 'input'} is not ${wanted}.`)

const isTree = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(raw instanceof Date)

/** The query protocol numbers a list's elements below `member`; an empty list is an empty value. */
const elementsOf = (raw: unknown, path: string): readonly unknown[] => {
  if (Array.isArray(raw)) return raw
  if (raw === '') return []
  const numbered = isTree(raw) ? raw['member'] : undefined
  if (!isTree(numbered) || Object.keys(numbered).some((key) => !/^[1-9]\d*$/.test(key))) throw wrong(path, 'a list')
  return Object.keys(numbered)
    .toSorted((one, other) => Number(one) - Number(other))
    .map((key) => numbered[key])
}

const structureOf = (
  shape: Extract<Shape, { is: 'structure' }>,
  raw: unknown,
  path: string,
  complaints: Complaints,
): Record<string, unknown> => {
  if (!isTree(raw)) throw wrong(path, 'a structure')
  const below = (name: string) => (path ? `${path}.${name}` : name)
  for (const name of Object.keys(raw)) {
    if (!Object.hasOwn(shape.members, name)) {
      throw refusal('InvalidQueryParameter', `The parameter ${below(name)} is unknown.`)
    }
  }
  const members = Object.entries(shape.members).flatMap(([name, member]) => {
    const value = raw[name]
    return value === undefined || value === null ? [] : [[name, read(member, value, below(name), complaints)] as const]
  })
  const value = Object.fromEntries(members)
  const missing = shape.required.find((name) => value[name] === undefined)
  if (missing !== undefined) throw complaints.missing(below(missing))
  return value
}

const timeOf = (raw: unknown): Date => {
  // JSON and CBOR count seconds; CBOR wraps them in tag 1.
  const seconds = isTree(raw) ? raw['value'] : raw
  return new Date(typeof seconds === 'number' ? seconds * 1000 : raw instanceof Date ? raw : String(raw))
}

/** Reads a request's member as JSON, CBOR or the query protocol has it: there, numbers and booleans come as text. */
const read = (shape: Shape, raw: unknown, path: string, complaints: Complaints): unknown => {
  switch (shape.is) {
    case 'structure':
      return structureOf(shape, raw, path, complaints)
    case 'list':
      return elementsOf(raw, path).map((element, index) =>
        read(shape.of, element, `${path}.member.${index + 1}`, complaints),
      )
    case 'number': {
      const value = typeof raw === 'string' && /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : raw
      if (typeof value !== 'number' && typeof value !== 'bigint') throw wrong(path, 'a number')
      return Number(value)
    }
    case 'boolean':
      if (raw === true || raw === 'true') return true
      if (raw === false || raw === 'false') return false
      throw wrong(path, 'a boolean')
    case 'time': {
      const value = timeOf(raw)
      if (Number.isNaN(value.getTime())) throw wrong(path, 'a timestamp')
      return value
    }
    case 'text':
      if (typeof raw !== 'string') throw wrong(path, 'text')
      return raw
  }
}

/**
 * Reads a request's input strictly.
 * @throws SerializationException, InvalidQueryParameter, or the service's own refusal of what is missing
 */
export const readInput = (shape: Shape, raw: unknown, complaints: Complaints): Record<string, unknown> =>
  read(shape, raw, '', complaints) as Record<string, unknown>
