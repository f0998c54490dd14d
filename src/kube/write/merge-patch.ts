import { isDeepStrictEqual } from 'node:util'
import { isRecord } from '../cache/slim.ts'

/** A value as JSON can say it in an object that was applied: members that are null or undefined are not there. */
export const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item ?? null))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null || member === undefined ? [] : [[name, withoutNulls(member)]],
    ),
  )
}

/**
 * The JSON merge patch (RFC 7386) that makes `after` of `before`; undefined when they are equal. Fields that went away are
 * null in it; lists are replaced whole. Neither side may hold nulls.
 */
export const mergePatchOf = (before: unknown, after: unknown): unknown => {
  if (isDeepStrictEqual(before, after)) return undefined
  if (!isRecord(before) || !isRecord(after)) return after
  const patch: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!(name in after)) patch[name] = null
    else if (!isDeepStrictEqual(before[name], after[name])) patch[name] = mergePatchOf(before[name], after[name])
  }
  return patch
}
