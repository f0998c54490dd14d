import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeInput } from '../../emulator/wire/decode.ts'
import { encodeRefusal, encodeResult } from '../../emulator/wire/encode.ts'
import { Refusal, refusal } from '../../emulator/wire/refusal.ts'
import { OPERATIONS } from '../../emulator/wire/schema.ts'

/** What the next call is answered with. */
interface Ordered {
  readonly result?: object
  readonly refusal?: { readonly code: string; readonly message: string }
}

const bodyOf = async (incoming: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** JSON has no times: {"$date": ...} stands for one. */
const revived = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '$date' in value ? new Date(String(value.$date)) : value,
  )
const withoutDates = (value: unknown): unknown => {
  if (value instanceof Date) return { $date: value.toISOString() }
  if (Array.isArray(value)) return value.map(withoutDates)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutDates(one)]))
}

/**
 * The emulator's wire without a world: it decodes each call and answers what was ordered at `/_answer`; `/_asked` gives
 * back the last call as it was understood.
 */
export const startCodec = async () => {
  let ordered: Ordered = {}
  let asked: unknown
  const answer = (body: string): { readonly status: number; readonly text: string } => {
    const parameters = new URLSearchParams(body)
    const action = parameters.get('Action') ?? ''
    const operation = OPERATIONS.get(action)
    try {
      if (!operation) throw refusal('InvalidAction', action)
      asked = { action, input: withoutDates(decodeInput(operation.input, parameters)) }
      if (ordered.refusal) throw refusal(ordered.refusal.code, ordered.refusal.message)
      return { status: 200, text: encodeResult(operation, ordered.result ?? {}, 'r') }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { status: error.httpStatus, text: encodeRefusal(error, 'r') }
    }
  }
  const server = createServer(async (incoming, response) => {
    const body = await bodyOf(incoming)
    if (incoming.url === '/_answer') ordered = revived(body) as Ordered
    if (incoming.url?.startsWith('/_')) {
      response.end(JSON.stringify(asked ?? null))
      return
    }
    const { status, text } = answer(body)
    response.writeHead(status, { 'content-type': 'text/xml' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
