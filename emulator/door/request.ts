/** A request as both doors hand it in. Header names are in lower case. */
export interface Request {
  readonly method: string
  /** Without the query string. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body as text. */
  readonly body: string
  /** The body as it came: what a signature is made of, and what binary protocols speak. */
  readonly bytes: Uint8Array
}

/** What a door does with the request. */
export interface Answer {
  /** reset: close the connection without a reply. truncate: send half of the body, then close. silence: no answer until the client goes. */
  readonly is: 'reply' | 'reset' | 'truncate' | 'silence'
  /** Wait this long before. */
  readonly delayMs: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export const answerOf = (
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): Answer => ({
  is: 'reply',
  delayMs: 0,
  status,
  headers: { 'content-type': contentType, ...headers },
  body,
})

export const xmlAnswer = (status: number, body: string, requestId: string): Answer =>
  answerOf(status, 'text/xml', body, { 'x-amzn-requestid': requestId })

export const jsonAnswer = (status: number, value: unknown): Answer =>
  answerOf(status, 'application/json', `${JSON.stringify(value, null, 2)}\n`, {})
