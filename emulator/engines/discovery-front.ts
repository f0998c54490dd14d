import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { clusterText, configReply, valueReply } from './discovery-text.ts'
import type { Front, Target } from './front.ts'
import { listenAt } from './listener.ts'
import { memcachedCommands, type Piece } from './memcached-commands.ts'
import type { Address } from './port.ts'
import type { TlsFiles } from './tls-files.ts'
import { endTogether } from './tunnel.ts'

/** How the nodes behind it are spoken to; the front itself speaks to clients likewise. */
export interface DiscoverySecurity {
  readonly ca: string
  readonly certificate: TlsFiles
}

/** The meta no-op of memcached 1.6: its answer marks that all commands before it are answered. */
const NO_OP = 'mn\r\n'
const NO_OP_ANSWER = 'MN\r\n'

/**
 * Opens a memcached configuration endpoint: it answers auto discovery itself, which a stock memcached does not know, and
 * hands everything else to the first ready node. Its version rises whenever the list of ready nodes changes.
 */
export async function openDiscoveryFront(at: Address, security: DiscoverySecurity | undefined): Promise<Front> {
  let ready: readonly Target[] = []
  let version = 0
  let list = ''
  const leads = new Map<Duplex, string>()

  const serve = (client: Duplex) => {
    const cut = memcachedCommands()
    let node: NodeConversation | undefined
    client.on('error', () => client.destroy())
    client.on('close', () => leads.delete(client))
    client.on('data', async (chunk: Buffer) => {
      client.pause()
      for (const piece of cut(chunk)) await handle(piece)
      client.resume()
    })
    const handle = async (piece: Piece) => {
      if (piece.is === 'forward') {
        node ??= begin()
        if (node) node.say(piece.bytes)
        else client.write('SERVER_ERROR no node is ready\r\n')
        return
      }
      await node?.settled()
      const text = clusterText(version, ready)
      client.write(piece.is === 'config' ? configReply(text) : valueReply(text))
    }
    const begin = () => {
      const [first] = ready
      if (!first) return undefined
      leads.set(client, first.key)
      const to = { host: first.host, port: first.port }
      const upstream = security ? connectTls({ ...to, ca: security.ca }) : connectTcp({ ...to, noDelay: true })
      endTogether(client, upstream)
      return converse(client, upstream)
    }
  }

  const decrypting =
    security && createTlsServer({ cert: security.certificate.certificate, key: security.certificate.key }, serve)
  const listener = await listenAt(at, (client) => {
    if (decrypting) decrypting.emit('connection', client)
    else serve(client)
  })
  return {
    lead(wanted, targets) {
      ready = targets.filter((target) => target.ready)
      const now = clusterText(0, ready)
      version = Math.max(wanted.version, now === list ? version : version + 1)
      list = now
      const allowed = new Set(targets.map((target) => target.key))
      for (const [client, key] of leads) if (!allowed.has(key)) client.destroy()
    },
    close: () => listener.close(),
  }
}

interface NodeConversation {
  say(bytes: Buffer): void
  /** Resolves when the node has answered all it was told. */
  settled(): Promise<void>
}

function converse(client: Duplex, upstream: Duplex): NodeConversation {
  let asked = false
  let held = Buffer.alloc(0)
  let answered: (() => void) | undefined
  upstream.on('data', (chunk: Buffer) => {
    if (!answered) return void client.write(chunk)
    held = Buffer.concat([held, chunk])
    const keep = NO_OP_ANSWER.length
    if (held.toString('latin1').endsWith(NO_OP_ANSWER)) {
      client.write(held.subarray(0, held.length - keep))
      held = Buffer.alloc(0)
      answered()
      answered = undefined
    } else if (held.length > keep) {
      client.write(held.subarray(0, held.length - keep))
      held = held.subarray(held.length - keep)
    }
  })
  return {
    say(bytes) {
      asked = true
      upstream.write(bytes)
    },
    settled() {
      if (!asked) return Promise.resolve()
      asked = false
      return new Promise((resolve) => {
        answered = resolve
        upstream.on('close', resolve)
        upstream.write(NO_OP)
      })
    },
  }
}
