import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { manualClock } from '../../emulator/world/clock.ts'

/** A clock that other processes move: POST {"seconds": 10}. */
export const startStillClock = async () => {
  const clock = manualClock(Date.now())
  const server = createServer(async (incoming, response) => {
    const { seconds } = (await json(incoming)) as { readonly seconds: number }
    clock.advance(seconds * 1000)
    response.end(JSON.stringify(clock.now()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    clock,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
