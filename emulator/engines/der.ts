/** Distinguished Encoding Rules (ITU-T X.690), as far as certificates need them. */
export type Der = Buffer

/** Any tag with any content. */
export function tagged(tag: number, ...content: readonly Uint8Array[]): Der {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

export const sequence = (...content: readonly Der[]) => tagged(0x30, ...content)
export const setOf = (...content: readonly Der[]) => tagged(0x31, ...content)
export const octets = (content: Uint8Array) => tagged(0x04, content)
export const bits = (content: Uint8Array, unused = 0) => tagged(0x03, Buffer.from([unused]), content)
export const text = (content: string) => tagged(0x0c, Buffer.from(content))
export const truth = tagged(0x01, Buffer.from([0xff]))

/** An unsigned integer, most significant byte first. */
export function unsigned(content: Uint8Array): Der {
  const leadsNegative = (content[0] ?? 0) >= 0x80
  return tagged(0x02, leadsNegative ? Buffer.concat([Buffer.from([0]), content]) : content)
}

/** A time before 2050, to the second (RFC 5280, 4.1.2.5.1). */
export function utcTime(time: Date): Der {
  const digits = time.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${digits}Z`))
}

/** An object identifier in dotted form. */
export function identifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}
