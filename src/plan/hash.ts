/**
 * Names a value by its contents, so that equal values have equal names: 16 hex digits of FNV-1a (64 bit) over a JSON
 * text whose keys are sorted. It tells change from no change; it is no proof against an attacker and holds no secret.
 */
export const hashOf = (value: unknown): string => {
  const text = sortedJson(value)
  let hash = 0xcbf29ce484222325n
  for (let index = 0; index < text.length; index++) {
    hash ^= BigInt(text.charCodeAt(index))
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}

const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  ) ?? 'undefined'
