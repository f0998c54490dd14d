import type { ElastiCacheClientConfig } from '@aws-sdk/client-elasticache'

/** A reply as it comes over the wire; `error` throws instead, as a broken connection does. */
export type WireReply =
  | { readonly http: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly error: Error }

export interface FakeWire {
  readonly requestHandler: NonNullable<ElastiCacheClientConfig['requestHandler']>
  /** Form fields of every request that was sent. */
  readonly sent: URLSearchParams[]
  /** Replies to come; when they run out, the last one stays. */
  replies: readonly WireReply[]
  /** Answers instead of `replies` where it gives something; a promise that never ends is an AWS that never answers. */
  answer: ((action: string, fields: URLSearchParams) => WireReply | Promise<WireReply> | undefined) | undefined
  /** The actions that were sent, in order. */
  actions(): readonly string[]
}

const requestId = { 'x-amzn-requestid': '1' }

export const okReply = (operation: string, inner = ''): WireReply => ({
  http: 200,
  headers: requestId,
  body: `<${operation}Response><${operation}Result>${inner}</${operation}Result></${operation}Response>`,
})

export const refusal = (code: string, message: string, http = 400): WireReply => ({
  http,
  headers: requestId,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
})

/** What stands in for the network under the SDK: replies as scripted, nothing of AWS behind them. */
export const fakeWire = (...replies: readonly WireReply[]): FakeWire => {
  const nextReply = (): WireReply | undefined => {
    const [first, ...rest] = wire.replies
    if (rest.length > 0) wire.replies = rest
    return first
  }
  const wire: FakeWire = {
    replies,
    sent: [],
    answer: undefined,
    actions: () => wire.sent.map((fields) => fields.get('Action') ?? ''),
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request: { readonly body?: unknown }) => {
        const fields = new URLSearchParams(String(request.body))
        wire.sent.push(fields)
        const answered = wire.answer?.(fields.get('Action') ?? '', fields)
        const first = answered === undefined ? nextReply() : await answered
        if (!first || 'error' in first) throw first?.error ?? new Error('no reply')
        const headers = { 'content-type': 'text/xml', ...first.headers }
        return { response: { statusCode: first.http, headers, body: new TextEncoder().encode(first.body) } }
      },
      destroy: () => {},
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    } as NonNullable<ElastiCacheClientConfig['requestHandler']>,
  }
  return wire
}
