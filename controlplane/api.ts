import { request } from 'node:https'

/** How to reach an API server. */
export type Access = {
  /** https://host:port */
  readonly url: string
  /** The certificates to trust, in PEM. */
  readonly ca: string
  readonly token: string
}

export type ApiReply = { readonly status: number; readonly body: string }

/** One request on a connection of its own. Throws when there is no answer; every HTTP status is an answer. */
export const callApi = (
  { url, ca, token }: Access,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<ApiReply> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' }
    const call = request(new URL(path, url), { method, ca, headers, agent: false, timeout: 10_000 }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('error', reject)
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
    })
    call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within 10 s`)))
    call.on('error', reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })

/** A token of a service account, from the TokenRequest API. */
export const requestToken = async (
  access: Access,
  namespace: string,
  serviceAccount: string,
  ttlSeconds = 3600,
): Promise<string> => {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: ttlSeconds } }
  const reply = await callApi(access, path, { method: 'POST', body })
  if (reply.status !== 201) throw new Error(`no token for ${namespace}/${serviceAccount}: HTTP ${reply.status}`)
  return (JSON.parse(reply.body) as { status: { token: string } }).status.token
}
