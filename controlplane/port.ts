import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems hand out to outgoing connections (32768 and up on Linux, 49152 on macOS), so that no
// client can take the port while its server restarts.
const lowest = 20_000
const highest = 30_000

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

/** A port on 127.0.0.1 that nobody listens on now. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
}

/** Starts a server on the fixed port, or on a free one: again with another when somebody was faster. */
export const onPort = async <T>(fixed: number | undefined, start: (port: number) => Promise<T>): Promise<T> => {
  if (fixed !== undefined) return start(fixed)
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort())
    } catch (error) {
      if (attempt === 5 || !String(error).includes('address already in use')) throw error
    }
  }
}
