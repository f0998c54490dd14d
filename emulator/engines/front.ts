import { connect, type Socket } from 'node:net'
import type { Listener } from './listener.ts'
import { listenAt } from './listener.ts'
import type { Address, FrontWanted } from './port.ts'
import { tunnel } from './tunnel.ts'

/** A node that a front may lead to. */
export interface Target extends Address {
  readonly key: string
  readonly ready: boolean
  /** What clients call it, when that is not its address. */
  readonly name?: string
}

/** A stable address before changing nodes. */
export interface Front {
  /** Where it leads from now on. Connections to nodes that are no longer among them are cut. */
  lead(wanted: FrontWanted, targets: readonly Target[]): void
  close(): Promise<void>
}

/**
 * Opens a front that carries bytes: `primary` to its first target, `reader` round robin over the ready ones,
 * `configuration` to any ready one. It knows nothing of the protocol, so TLS passes through.
 */
export async function openFront(at: Address): Promise<Front> {
  const leads = new Map<Socket, string>()
  let candidates: readonly Target[] = []
  let allowed: ReadonlySet<string> = new Set()
  let turn = 0
  const listener: Listener = await listenAt(at, (client) => {
    const target = candidates[turn++ % candidates.length]
    if (!target) {
      client.destroy()
      return
    }
    leads.set(client, target.key)
    client.on('close', () => leads.delete(client))
    const upstream = connect({ host: target.host, port: target.port, noDelay: true, allowHalfOpen: true })
    tunnel(client, upstream)
  })
  return {
    lead(wanted, targets) {
      const usable = wanted.kind === 'primary' ? targets.slice(0, 1) : targets
      allowed = new Set(usable.map((target) => target.key))
      candidates = usable.filter((target) => target.ready)
      for (const [client, key] of leads) if (!allowed.has(key)) client.destroy()
    },
    close: () => listener.close(),
  }
}
