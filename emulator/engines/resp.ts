import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net'

/** A reply of redis or valkey (RESP2). Errors inside arrays appear as values. */
export type Reply = string | number | null | RedisError | readonly Reply[]

/** An error reply of the server, with its text. */
export class RedisError extends Error {}

/** A connection that sends commands and gives their replies, in order. */
export interface RedisConnection {
  /** Rejects with RedisError when the server refuses, with another error when the connection is lost or too slow. */
  call(...command: readonly string[]): Promise<Reply>
  /** The same, for texts in which each character stands for one byte: keys need not be text. */
  callBytes(...command: readonly string[]): Promise<Reply>
  readonly closed: boolean
  close(): void
}

type Letters = 'utf8' | 'latin1'

interface Waiting {
  readonly letters: Letters
  resolve(reply: Reply): void
  reject(error: Error): void
}

const PATIENCE_MS = 5_000

/** Speaks to a server through a socket that is connecting or connected. It is closed when a reply takes over 5 s. */
export function speakRedis(socket: Socket): RedisConnection {
  const waiting: Waiting[] = []
  let buffered: Buffer = Buffer.alloc(0)
  let closed = false
  const fail = (error: Error) => {
    closed = true
    socket.destroy()
    for (const one of waiting.splice(0)) one.reject(error)
  }
  socket.setTimeout(PATIENCE_MS)
  socket.on('timeout', () => {
    if (waiting.length > 0) fail(new Error('the server does not answer'))
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  socket.on('data', (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
    for (;;) {
      const parsed = parse(buffered, 0, waiting[0]?.letters ?? 'utf8')
      if (!parsed) return
      buffered = buffered.subarray(parsed.end)
      const next = waiting.shift()
      if (parsed.reply instanceof RedisError) next?.reject(parsed.reply)
      else next?.resolve(parsed.reply)
    }
  })
  const send = (letters: Letters, command: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the connection was closed'))
      waiting.push({ letters, resolve, reject })
      const words = command.map((word) => `$${Buffer.byteLength(word, letters)}\r\n${word}\r\n`)
      socket.write(`*${command.length}\r\n${words.join('')}`, letters)
    })
  return {
    call: (...command) => send('utf8', command),
    callBytes: (...command) => send('latin1', command),
    get closed() {
      return closed
    },
    close: () => fail(new Error('the connection was closed')),
  }
}

/** Connects over TCP or a unix socket. */
export function connectRedis(to: NetConnectOpts): RedisConnection {
  return speakRedis(connectTcp(to))
}

function parse(buffer: Buffer, start: number, letters: Letters): { reply: Reply; end: number } | undefined {
  const lineEnd = buffer.indexOf('\r\n', start)
  if (lineEnd < 0) return undefined
  const line = buffer.toString('utf8', start + 1, lineEnd)
  const after = lineEnd + 2
  const type = String.fromCharCode(buffer[start] ?? 0)
  if (type === '+') return { reply: line, end: after }
  if (type === '-') return { reply: new RedisError(line), end: after }
  if (type === ':') return { reply: Number(line), end: after }
  const length = Number(line)
  if (length < 0) return { reply: null, end: after }
  if (type === '$') {
    const end = after + length + 2
    return end > buffer.length ? undefined : { reply: buffer.toString(letters, after, end - 2), end }
  }
  if (type !== '*') throw new Error(`unknown reply type ${type}`)
  const items: Reply[] = []
  let end = after
  while (items.length < length) {
    const item = parse(buffer, end, letters)
    if (!item) return undefined
    items.push(item.reply)
    end = item.end
  }
  return { reply: items, end }
}
