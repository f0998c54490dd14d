import { mkdirSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { startChild } from './child.ts'
import { memcachedArguments } from './memcached-arguments.ts'
import type { Address, NodeWanted } from './port.ts'
import type { CacheServer, Surroundings, Workshop } from './server.ts'

const PATIENCE_MS = 2_000

/** Starts a memcached. All its settings are arguments, so a change of parameters waits for its next start. */
export function startMemcached(
  wanted: NodeWanted,
  folderName: string,
  around: Surroundings,
  shop: Workshop,
): CacheServer {
  const folder = join(shop.runFolder, folderName)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const secured = wanted.tls !== 'disabled'
  const files = secured ? around.certificate.files : undefined
  const child = startChild({
    program: shop.binaries.memcached,
    args: memcachedArguments(wanted, around.place, shop.memoryScale, files),
    env: shop.binaries.env,
    folder,
    onEnd: shop.wake,
  })
  return {
    started: wanted,
    place: around.place,
    child,
    settle: () => answers(around.place, secured ? shop.tls.ca : undefined),
    stop: () => child.stop(),
  }
}

/** Asks for the version, over TLS when there is an authority to trust. */
function answers(at: Address, ca: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = ca === undefined ? connectTcp(at) : connectTls({ ...at, ca })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(PATIENCE_MS, () => done(false))
    socket.on('error', () => done(false))
    socket.on('close', () => done(false))
    socket.on('data', (chunk) => done(chunk.toString().startsWith('VERSION')))
    socket.write('version\r\n')
  })
}
