/**
 * Names a value by its contents, so that equal values have equal names: 16 hex digits of FNV-1a (64 bit) over a JSON
 * text whose keys are sorted. It tells change from no change; it is no proof against an attacker and holds no secret.
 */
export const hashOf = (value: unknown): string => {
  const text = sortedJson(value)
  // Two halves of 32 bits, as BigInt is many times slower. The prime is 2^40 + 0x1b3; `low` is multiplied in parts of 16 bits.
  let high = 0xcbf29ce4 | 0
  let low = 0x84222325 | 0
  for (let index = 0; index < text.length; index++) {
    low ^= text.charCodeAt(index)
    const lower = (low & 0xffff) * 0x1b3
    const upper = (low >>> 16) * 0x1b3 + (lower >>> 16)
    high = (Math.imul(high, 0x1b3) + (upper >>> 16) + (low << 8)) | 0
    low = (upper << 16) | (lower & 0xffff)
  }
  return hex(high >>> 0) + hex(low >>> 0)
}

const hex = (half: number): string => half.toString(16).padStart(8, '0')

const sortedJson = (value: unknown): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  const record = value as Readonly<Record<string, unknown>>
  const members = Object.keys(record)
    .sort()
    .flatMap((key) => (record[key] === undefined ? [] : `${JSON.stringify(key)}:${sortedJson(record[key])}`))
  return `{${members.join(',')}}`
}
