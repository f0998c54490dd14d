import type { AddressBook } from './addresses.ts'
import { openDiscoveryFront } from './discovery-front.ts'
import { type Front, openFront, type Target } from './front.ts'
import type { EnginesWanted, FrontWanted, NodeWanted } from './port.ts'
import type { Setbacks } from './setbacks.ts'
import type { TlsStore } from './tls-files.ts'

/** All fronts of one emulator. */
export interface Fronts {
  /** Opens, leads and closes them as wanted. Gives the keys of those that lead to a ready node. */
  step(wanted: EnginesWanted, readyNodes: ReadonlySet<string>): Promise<ReadonlySet<string>>
  stop(): Promise<void>
}

/** Keeps the fronts. Steps must not overlap. */
export function createFronts(book: AddressBook, tls: TlsStore, setbacks: Setbacks): Fronts {
  const open = new Map<string, { readonly shape: string; readonly front: Front }>()

  const openOne = (wanted: FrontWanted, secured: boolean) => {
    const place = book.place(wanted.key, wanted.port)
    if (wanted.kind !== 'memcached-configuration') return openFront(place)
    const security = secured
      ? {
          ca: tls.ca,
          certificate: tls.certificateFor([place.host, ...(wanted.name === undefined ? [] : [wanted.name])]),
        }
      : undefined
    return openDiscoveryFront(place, security)
  }

  const close = async (key: string) => {
    const front = open.get(key)?.front
    open.delete(key)
    await front?.close()
  }

  return {
    async step({ fronts, nodes }, readyNodes) {
      const byKey = new Map(nodes.map((node) => [node.key, node]))
      const ready = new Set<string>()
      const wantedKeys = new Set(fronts.map((front) => front.key))
      for (const key of [...open.keys()]) if (!wantedKeys.has(key)) await close(key)
      for (const wanted of fronts) {
        const members = wanted.targets
          .map((key) => byKey.get(key))
          .filter((node): node is NodeWanted => node !== undefined)
        // Other fronts only carry bytes: clients stay connected when their nodes begin to speak TLS.
        const secured = wanted.kind === 'memcached-configuration' && members.some((node) => node.tls !== 'disabled')
        const shape = `${wanted.kind} ${wanted.port} ${secured}`
        if (open.get(wanted.key)?.shape !== shape) await close(wanted.key)
        if (!open.has(wanted.key) && setbacks.waitMs(wanted.key) === 0)
          await openOne(wanted, secured).then(
            (front) => open.set(wanted.key, { shape, front }),
            (error: Error) => setbacks.note(wanted.key, error.message),
          )
        const targets = members.map(({ key, port, name }): Target => {
          const { host, port: at } = book.place(key, port)
          return { key, host, port: at, ready: readyNodes.has(key), ...(name === undefined ? {} : { name }) }
        })
        const front = open.get(wanted.key)?.front
        front?.lead(wanted, targets)
        const needed = wanted.kind === 'primary' ? targets.slice(0, 1) : targets
        if (front && needed.some((target) => target.ready)) {
          ready.add(wanted.key)
          setbacks.clear(wanted.key)
        }
      }
      return ready
    },
    async stop() {
      await Promise.all([...open.keys()].map(close))
    },
  }
}
