/** The server sent something that is not what it promised. */
export class Surprise extends Error {}

const newline = 0x0a
/** etcd refuses objects over 1.5 MB; anything near this is not an event. */
const longestLine = 32 * 1024 * 1024

/**
 * Splits a stream of bytes into lines, at the byte 0x0A and nothing else: U+2028 stays inside its line, and a character
 * cut in two by the network comes out whole. A last line without its end was cut off and is dropped. Throws Surprise on
 * bytes that are not UTF-8 and on endless lines.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let parts: Uint8Array[] = []
  let size = 0
  const decode = (): string => {
    try {
      return decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts))
    } catch {
      throw new Surprise('a line is not UTF-8')
    } finally {
      parts = []
      size = 0
    }
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      parts.push(chunk.subarray(from, end))
      from = end + 1
      yield decode()
    }
    if (from === chunk.length) continue
    parts.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > longestLine) throw new Surprise('a line has no end')
  }
}
