/** A request as both doors hand it in. Header names are in lower case. */
export interface Request {
  readonly method: string
  /** Without the query string. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** What a door does with the request. */
export interface Answer {
  /** reset: close the connection without a reply. truncate: send half of the body, then close. */
  readonly is: 'reply' | 'reset' | 'truncate'
  /** Wait this long before. */
  readonly delayMs: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const answer = (
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Answer => ({
  is: 'reply',
  delayMs: 0,
  status,
  headers: { 'content-type': contentType, ...headers },
  body,
})

export const xmlAnswer = (status: number, body: string, requestId: string): Answer =>
  answer(status, 'text/xml', body, { 'x-amzn-requestid': requestId })

export const jsonAnswer = (status: number, value: unknown): Answer =>
  answer(status, 'application/json', `${JSON.stringify(value, null, 2)}\n`, {})
