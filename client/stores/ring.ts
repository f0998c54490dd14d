import { createHash } from 'node:crypto'

/** Digests for each server; each gives eight points, so that the shares of servers differ by little. */
const digestsPerServer = 40

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * A consistent hash ring: gives each key one of the servers, evenly, and moves only the keys of a server that comes or goes.
 * The order of the servers doesn't matter.
 *
 * @param servers names, `host:port`, each once
 */
export const ringOf = (servers: readonly [string, ...string[]]): ((key: string) => string) => {
  const points = servers
    .flatMap((server) =>
      Array.from({ length: digestsPerServer }, (_, index) => digestOf(`${server}-${index}`)).flatMap((digest) =>
        Array.from({ length: 8 }, (_, word) => ({ at: digest.readUInt32BE(word * 4), server })),
      ),
    )
    .sort((one, other) => one.at - other.at || (one.server < other.server ? -1 : 1))

  return (key) => {
    const at = digestOf(key).readUInt32BE(0)
    let low = 0
    let high = points.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((points[middle]?.at ?? 0) < at) low = middle + 1
      else high = middle
    }
    return (points[low] ?? points[0])?.server ?? servers[0]
  }
}
