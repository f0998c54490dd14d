import type { Engine } from './observed.ts'

/**
 * The parameter group family of a version: redis 6 is `redis6.x`, redis 7 `redis7`, valkey and later
 * redis by major version, older redis and memcached by major.minor.
 */
export const familyOf = (engine: Engine, engineVersion: string): string => {
  const [major = '', minor = '0'] = engineVersion.split('.')
  if (engine === 'redis' && major === '6') return 'redis6.x'
  if (engine === 'memcached' || (engine === 'redis' && Number(major) < 6)) return `${engine}${major}.${minor}`
  return `${engine}${major}`
}

const numbers = (version: string): readonly number[] => version.split('.').map(Number)

/** Whether `have` is what `want` asks for: equal as far as `want` goes ('7.1' is met by '7.1.0'). */
export const meets = (want: string, have: string): boolean => {
  const haves = numbers(have)
  return numbers(want).every((part, index) => haves[index] === part)
}

/** Whether `have` is newer than `want`, compared as far as both go: AWS patches by itself, and never back. */
export const isNewer = (have: string, want: string): boolean => {
  const wants = numbers(want)
  for (const [index, part] of numbers(have).entries()) {
    const other = wants[index]
    if (other === undefined) return false
    if (part !== other) return part > other
  }
  return false
}

/** A newer version than asked is no difference: AWS patches by itself, and never goes back. */
export const versionSame = (want: string, have: string): boolean => meets(want, have) || isNewer(have, want)

/** For sorting, the oldest first; numeric, part by part, and what is missing counts as 0: 7.10.0 is newer than 7.9.1. */
export const byVersion = (a: string, b: string): number => {
  const [ones, others] = [numbers(a), numbers(b)]
  for (let part = 0; part < Math.max(ones.length, others.length); part++) {
    const difference = (ones[part] ?? 0) - (others[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
