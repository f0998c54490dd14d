import { readFile } from 'node:fs/promises'
import { type Access, callApi } from './api.ts'
import type { Part } from './part.ts'
import { waitFor } from './wait.ts'

/** Waits until a part answers, and throws its own words when it ends instead. */
export const untilUp = async <T>(part: Part, answer: () => Promise<T | undefined>): Promise<T> =>
  waitFor(
    async () => {
      const failure = part.failure()
      if (failure !== undefined) throw new Error(failure)
      return answer().catch(() => undefined) // not listening yet
    },
    { what: `${part.name} (process ${part.pid})` },
  )

/** Whether the etcd of that name serves on the port; another one that took the port has another name. */
export const isEtcdUp = async (port: number, name: string): Promise<true | undefined> => {
  const reply = await fetch(`http://127.0.0.1:${port}/v3/cluster/member/list`, {
    method: 'POST',
    body: '{}',
    signal: AbortSignal.timeout(5_000),
  })
  const { members } = (await reply.json()) as { members?: readonly { readonly name?: string }[] }
  return members?.[0]?.name === name || undefined
}

/** The access of a ready API server, once it has written its certificate and says that it is ready. */
export const readyAccess = async (url: string, certificateFile: string, token: string): Promise<Access | undefined> => {
  const ca = lastCertificate(await readFile(certificateFile, 'utf8'))
  const access = { url, ca, token }
  return (await answersOk(access, '/readyz')) ? access : undefined
}

/** Whether a GET of that path answers 200. */
export const answersOk = async (access: Access, path: string): Promise<true | undefined> =>
  (await callApi(access, path)).status === 200 || undefined

/** The API server writes its own certificate first and its authority's last. */
const lastCertificate = (pem: string): string => pem.slice(pem.lastIndexOf('-----BEGIN CERTIFICATE-----'))

/** The version that the API server states, such as "v1.36.3". */
export const serverVersion = async (access: Access): Promise<string> => {
  const { status, body } = await callApi(access, '/version')
  if (status !== 200) throw new Error(`${access.url}/version: HTTP ${status}`)
  return (JSON.parse(body) as { gitVersion: string }).gitVersion
}
