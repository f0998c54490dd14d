import sections from '../data/parameters.json' with { type: 'json' }
import { compareVersions, ENGINE_VERSIONS, type EngineName } from './engine-version.ts'

export interface ParameterDefinition {
  readonly name: string
  readonly default: string
  /** AWS's grammar: 'yes,no', '0-', '1-65000', '0,20-', '-' for any integer, '' for any text. */
  readonly allowed: string
  readonly type: string
  readonly modifiable: boolean
  readonly change: 'immediate' | 'requires-reboot'
  /** The value depends on the node type and stands in a list of its own. */
  readonly perNodeType?: boolean
  /** The engine version that brought it. */
  readonly since: string
}

/** One documentation section: what a version added, changed or removed. */
interface Section {
  readonly since: string
  readonly adds: readonly Omit<ParameterDefinition, 'since'>[]
  readonly removes: readonly string[]
}

const SECTIONS = sections as unknown as Readonly<Record<EngineName, readonly Section[]>>

export const FAMILIES: readonly string[] = [
  ...new Set([...ENGINE_VERSIONS.map((entry) => entry.family), 'redis2.6', 'redis2.8']),
].toSorted()

export const engineOfFamily = (family: string): EngineName =>
  family.startsWith('memcached') ? 'memcached' : family.startsWith('valkey') ? 'valkey' : 'redis'

/** The highest version whose parameters a family has: 'redis6.x' ends before 7. */
const sectionsOfFamily = (family: string): readonly Section[] => {
  const engine = engineOfFamily(family)
  const series = family.slice(engine.length).replace('.x', '').split('.').map(Number)
  const upTo = (section: Section) => {
    const version = section.since.split('.').slice(0, series.length).join('.')
    return compareVersions(version, series.join('.')) <= 0
  }
  // Valkey 7.2 has the parameters of Redis 7 (AWS documentation), so Redis's sections are its base.
  return engine === 'valkey' ? [...SECTIONS.redis, ...SECTIONS.valkey.filter(upTo)] : SECTIONS[engine].filter(upTo)
}

const derive = (family: string): ReadonlyMap<string, ParameterDefinition> => {
  const effective = new Map<string, ParameterDefinition>()
  for (const section of sectionsOfFamily(family)) {
    for (const name of section.removes) effective.delete(name)
    for (const entry of section.adds) {
      effective.set(entry.name, { ...entry, since: effective.get(entry.name)?.since ?? section.since })
    }
  }
  return new Map([...effective].toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

const derived = new Map<string, ReadonlyMap<string, ParameterDefinition>>()

/** A family's parameters, sorted by name: the documentation's sections applied in order. */
export const parametersOfFamily = (family: string): ReadonlyMap<string, ParameterDefinition> => {
  const known = derived.get(family) ?? derive(family)
  derived.set(family, known)
  return known
}

const matches = (allowed: string, value: string): boolean => {
  if (allowed === value) return true
  const [, low, high] = /^(\d*)-(\d*)$/.exec(allowed) ?? []
  if (low === undefined || !/^-?\d+$/.test(value)) return false
  const number = Number(value)
  return (low === '' || number >= Number(low)) && (!high || number <= Number(high))
}

/** Whether AWS's grammar of allowed values admits a value. */
export const admits = (definition: ParameterDefinition, value: string): boolean => {
  if (definition.type === 'integer' && !/^-?\d+$/.test(value)) return false
  if (definition.type === 'float' && !/^\d+(\.\d+)?$/.test(value)) return false
  return definition.allowed === '' || definition.allowed.split(',').some((allowed) => matches(allowed, value))
}
