import versions from '../data/engine-versions.json' with { type: 'json' }

export const ENGINE_NAMES = ['redis', 'valkey', 'memcached'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

export interface EngineVersion {
  readonly engine: EngineName
  /** As it is asked for: '7.1' from Redis 6 and for Valkey, '5.0.6' and '1.6.22' elsewhere. */
  readonly version: string
  /** With the patch, as a cluster shows it. */
  readonly full: string
  readonly family: string
  readonly isDefault: boolean
}

export const ENGINE_VERSIONS: readonly EngineVersion[] = versions.map((entry) => ({
  engine: entry.engine as EngineName,
  version: entry.version,
  full: entry.patch ?? entry.version,
  family: entry.family,
  isDefault: entry.default ?? false,
}))

export const isEngineName = (text: string): text is EngineName =>
  text === 'redis' || text === 'valkey' || text === 'memcached'

/** Orders versions by their numbers: 5.0.6 before 5.0.10. */
export const compareVersions = (left: string, right: string): number => {
  const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)]
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

export const atLeast = (version: string, floor: string): boolean => compareVersions(version, floor) >= 0

export const defaultVersionOf = (engine: EngineName): EngineVersion => {
  const found = ENGINE_VERSIONS.find((entry) => entry.engine === engine && entry.isDefault)
  if (!found) throw new Error(`data/engine-versions.json names no default for ${engine}`)
  return found
}

/** The entry of a cluster's full version. */
export const entryOf = (engine: EngineName, full: string): EngineVersion => {
  const found = ENGINE_VERSIONS.find((entry) => entry.engine === engine && entry.full === full)
  if (!found) throw new Error(`data/engine-versions.json has no ${engine} ${full}`)
  return found
}
