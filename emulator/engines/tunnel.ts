import type { Duplex } from 'node:stream'

/** Carries bytes both ways until either side ends; then neither is left. */
export function tunnel(client: Duplex, upstream: Duplex): void {
  client.pipe(upstream)
  upstream.pipe(client)
  endTogether(client, upstream)
}

/** When one of two connections is lost, the other goes too. */
export function endTogether(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
}
