/** A piece of what a memcached client says: one that we answer, or bytes that a node answers. */
export type Piece = { readonly is: 'config' | 'cluster-key' } | { readonly is: 'forward'; readonly bytes: Buffer }

const STORES = /^(?:set|add|replace|append|prepend|cas) \S+ \S+ \S+ (\d+)/
const META_STORE = /^ms \S+ (\d+)/
const BINARY_REQUEST = 0x80

/**
 * Cuts a client's byte stream into pieces. A store's data block is never read as a command, whatever it says.
 * A client that speaks the binary protocol is passed on whole.
 */
export function memcachedCommands(): (chunk: Buffer) => Piece[] {
  let buffered = Buffer.alloc(0)
  let dataLeft = 0
  let binary = false
  return (chunk) => {
    buffered = Buffer.concat([buffered, chunk])
    const pieces: Piece[] = []
    const forward = (length: number) => {
      pieces.push({ is: 'forward', bytes: buffered.subarray(0, length) })
      buffered = buffered.subarray(length)
    }
    while (buffered.length > 0) {
      binary ||= dataLeft === 0 && buffered[0] === BINARY_REQUEST
      if (binary) {
        forward(buffered.length)
        continue
      }
      if (dataLeft > 0) {
        const length = Math.min(dataLeft, buffered.length)
        dataLeft -= length
        forward(length)
        continue
      }
      const end = buffered.indexOf('\n')
      if (end < 0) break
      const line = buffered.toString('latin1', 0, end).trimEnd()
      const own = ownCommand(line)
      if (own) {
        pieces.push({ is: own })
        buffered = buffered.subarray(end + 1)
        continue
      }
      const length = STORES.exec(line)?.[1] ?? META_STORE.exec(line)?.[1]
      if (length !== undefined) dataLeft = Number(length) + '\r\n'.length
      forward(end + 1)
    }
    return pieces
  }
}

function ownCommand(line: string): 'config' | 'cluster-key' | undefined {
  if (/^config get cluster$/.test(line)) return 'config'
  if (/^gets? AmazonElastiCache:cluster$/.test(line)) return 'cluster-key'
  return undefined
}
