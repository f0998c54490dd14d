/**
 * Reads members of a JSON document by name and shape. A member that doesn't fit is noted with its place, and reading goes
 * on, so that one error lists every fault.
 */
export interface Reader {
  has(name: string): boolean
  /** A whole number from `min` (0 unless told) to `max`; undefined when absent. */
  whole(name: string, min?: number, max?: number): number | undefined
  /** The same, and its absence is a fault. */
  needed(name: string, min?: number): number
  /** A string; without a default its absence is a fault. */
  text(name: string, otherwise?: string): string
  flag(name: string): boolean
  /** One of a closed list; without a default its absence is a fault. */
  one<T extends string | number>(name: string, choices: readonly [T, ...T[]], otherwise?: T): T
  /** A member object; an absent one reads as empty. */
  section(name: string): Reader
  /** A member object read by `read`; undefined when absent. */
  optional<T>(name: string, read: (member: Reader) => T): T | undefined
  list<T>(name: string, read: (item: Reader) => T): readonly T[]
  /** What `read` yields, without the members that are undefined. */
  pick<T extends object>(read: (self: Reader) => T): Present<T>
}

type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T]
export type Present<T> = { [K in Exclude<keyof T, Optional<T>>]: T[K] } & {
  [K in Optional<T>]?: Exclude<T[K], undefined>
}

/** The value, or, when anything was wrong, no value and every fault. */
export const readDocument = <T>(
  text: string,
  read: (document: Reader) => T,
): { readonly value?: T; readonly faults: readonly string[] } => {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { faults: ['it is not JSON'] }
  }
  const faults: string[] = []
  const value = read(readerOf(document, '', faults))
  return faults.length > 0 ? { faults } : { value, faults }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readerOf = (value: unknown, place: string, faults: string[]): Reader => {
  if (!isObject(value)) faults.push(`${place || 'it'} must be an object`)
  const members = isObject(value) ? value : {}
  const at = (name: string): string => (place ? `${place}.${name}` : name)
  const has = (name: string): boolean => Object.hasOwn(members, name) && members[name] !== undefined
  const member = (name: string): unknown => (has(name) ? members[name] : undefined)
  const fault = (name: string, must: string): void => {
    faults.push(`${at(name)} ${has(name) ? `must be ${must}` : `is missing (${must})`}`)
  }

  const reader: Reader = {
    has,
    whole: (name, min = 0, max = Number.MAX_SAFE_INTEGER) => (has(name) ? numberAt(name, min, max) : undefined),
    needed: (name, min = 0) => numberAt(name, min, Number.MAX_SAFE_INTEGER),
    text: (name, otherwise) => {
      const found = member(name)
      if (typeof found === 'string') return found
      if (has(name) || otherwise === undefined) fault(name, 'a string')
      return otherwise ?? ''
    },
    flag: (name) => {
      const found = member(name)
      if (typeof found !== 'boolean') fault(name, 'true or false')
      return found === true
    },
    one: (name, choices, otherwise) => {
      const found = choices.find((choice) => choice === member(name))
      if (found !== undefined) return found
      if (has(name) || otherwise === undefined) fault(name, choices.join(' or '))
      return otherwise ?? choices[0]
    },
    section: (name) => readerOf(has(name) ? member(name) : {}, at(name), faults),
    optional: (name, read) => (has(name) ? read(readerOf(member(name), at(name), faults)) : undefined),
    list: (name, read) => {
      const found = member(name)
      if (Array.isArray(found)) return found.map((item, index) => read(readerOf(item, `${at(name)}[${index}]`, faults)))
      if (has(name)) fault(name, 'a list')
      return []
    },
    pick: (read) => Object.fromEntries(Object.entries(read(reader)).filter(([, it]) => it !== undefined)) as never,
  }

  const numberAt = (name: string, min: number, max: number): number => {
    const found = member(name)
    if (typeof found === 'number' && Number.isSafeInteger(found) && found >= min && found <= max) return found
    fault(name, max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`)
    return min
  }

  return reader
}
