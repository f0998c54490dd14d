import { createServer, type Socket } from 'node:net'
import type { Address } from './port.ts'

/** Something of ours that accepts connections at an address. */
export interface Listener {
  /** Connections that it accepted and that are still open. */
  readonly open: ReadonlySet<Socket>
  /** Accepts no more; connections that are open stay. */
  stopAccepting(): Promise<void>
  /** Accepts no more and cuts what is open. */
  close(): Promise<void>
}

/** Listens; rejects when the address cannot be bound. */
export function listenAt({ host, port }: Address, accept: (client: Socket) => void): Promise<Listener> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    open.add(client)
    client.on('close', () => open.delete(client))
    client.on('error', () => client.destroy())
    accept(client)
  })
  const closeServer = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  const listener: Listener = {
    open,
    async stopAccepting() {
      // server.close() answers only when the last connection is gone; listening has ended at once.
      void closeServer()
    },
    async close() {
      const closed = server.listening ? closeServer() : Promise.resolve()
      for (const client of open) client.destroy()
      await closed
    },
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => resolve(listener))
  })
}
