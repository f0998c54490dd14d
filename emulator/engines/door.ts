import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import type { Place } from './addresses.ts'
import type { Certificate } from './certificates.ts'
import { type Listener, listenAt } from './listener.ts'
import type { NodeWanted } from './port.ts'
import { endTogether, tunnel } from './tunnel.ts'

const TLS_HANDSHAKE = 0x16
const AUTHENTICATES = /^(\*\d+\r\n\$4\r\nAUTH\r\n|AUTH\s|(\*\d+\r\n\$5\r\n)?HELLO\s.*\bAUTH\s)/is

/** How a door treats its guests. */
export interface DoorRules {
  readonly tls: NodeWanted['tls']
  /** Given on behalf of clients whose first command does not authenticate. */
  readonly tokenForStrangers: string | undefined
  readonly certificate: Certificate
}

/**
 * Stands at a node's address while the node takes two kinds of client at once: with TLS and without (told apart by the
 * first byte), with a token and without (told apart by the first command). The server listens behind it.
 */
export function openDoor(place: Place, rules: DoorRules): Promise<Listener> {
  const inside = (port: number) => connect({ host: place.host, port, noDelay: true })
  const letIn = (client: Duplex, first: Buffer) => {
    const upstream = inside(place.plainPort)
    endTogether(client, upstream)
    if (rules.tokenForStrangers !== undefined && !AUTHENTICATES.test(first.toString('latin1')))
      return introduce(client, upstream, first, rules.tokenForStrangers)
    upstream.write(first)
    tunnel(client, upstream)
  }
  const decrypted = createTlsServer({ cert: rules.certificate.certificate, key: rules.certificate.key }, (client) => {
    client.on('error', () => client.destroy())
    client.once('data', (first: Buffer) => {
      client.pause()
      letIn(client, first)
    })
  })
  return listenAt(place, (client: Socket) => {
    client.once('data', (first: Buffer) => {
      client.pause()
      if (first[0] !== TLS_HANDSHAKE) return rules.tls === 'required' ? client.destroy() : letIn(client, first)
      if (rules.tls === 'disabled') return client.destroy()
      client.unshift(first)
      // A client's token can only be looked for in what it says after decryption.
      if (rules.tokenForStrangers !== undefined) decrypted.emit('connection', client)
      else tunnel(client, inside(place.tlsPort))
    })
  })
}

/** Authenticates for the client and keeps the server's answer to that to itself. */
function introduce(client: Duplex, upstream: Socket, first: Buffer, token: string): void {
  upstream.write(`*2\r\n$4\r\nAUTH\r\n$${Buffer.byteLength(token)}\r\n${token}\r\n`)
  upstream.once('data', (answer: Buffer) => {
    upstream.pause()
    const rest = answer.subarray(answer.indexOf('\r\n') + 2)
    if (rest.length > 0) client.write(rest)
    upstream.write(first)
    tunnel(client, upstream)
  })
}
