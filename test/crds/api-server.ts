import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { ControlPlane } from '../../controlplane/start.ts'
import type { Kind } from '../../src/crds/kind.ts'

/** A Kubernetes object as a test sees it. */
export interface Thing {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string }
  readonly spec: unknown
  readonly status?: unknown
}

/** One reason for which the server refused an object: which field, and in what words. */
export interface Cause {
  readonly field: string
  readonly message: string
}

export type Answer =
  | { readonly is: 'taken'; readonly object: Thing }
  | { readonly is: 'refused'; readonly causes: readonly Cause[] }

/** The doors of the API server that these tests use. `try*` asks for a dry run: every check, nothing stored. */
export interface ApiServer {
  tryCreate(kind: Kind, object: Thing): Promise<Answer>
  create(kind: Kind, object: Thing): Promise<Answer>
  tryUpdate(kind: Kind, object: Thing): Promise<Answer>
  updateStatus(kind: Kind, object: Thing): Promise<Answer>
  close(): void
}

// "Invalid value: <message>" from rules on objects, "Invalid value: "0s": <message>" from rules on strings.
const plain = (message: string): string => message.replace(/^Invalid value: ("(?:[^"\\]|\\.)*": )?/s, '')

const answerOf = (status: number, body: string): Answer => {
  const json = JSON.parse(body)
  if (status < 300) return { is: 'taken', object: json }
  if (status !== 422) throw new Error(`the API server answered ${status}: ${body}`)
  const causes: readonly Cause[] = json.details.causes
  return { is: 'refused', causes: causes.map(({ field, message }) => ({ field, message: plain(message) })) }
}

export const openApiServer = async (plane: ControlPlane): Promise<ApiServer> => {
  const agent = new Agent({ ca: await readFile(plane.caFile), keepAlive: true })
  const send = async (method: 'POST' | 'PUT', path: string, object: Thing): Promise<Answer> => {
    const headers = { authorization: `Bearer ${plane.adminToken}`, 'content-type': 'application/json' }
    const call = request(`${plane.url}${path}`, { method, agent, headers })
    const reply = new Promise<Answer>((resolve, reject) => {
      call.on('error', reject)
      call.on('response', (response) => {
        text(response)
          .then((body) => resolve(answerOf(response.statusCode ?? 0, body)))
          .catch(reject)
      })
    })
    call.end(JSON.stringify(object))
    return reply
  }
  const all = (kind: Kind, { metadata }: Thing) =>
    `/apis/${kind.group}/${kind.version}/namespaces/${metadata.namespace}/${kind.plural}`
  const one = (kind: Kind, object: Thing) => `${all(kind, object)}/${object.metadata.name}`
  return {
    tryCreate: (kind, object) => send('POST', `${all(kind, object)}?dryRun=All`, object),
    create: (kind, object) => send('POST', all(kind, object), object),
    tryUpdate: (kind, object) => send('PUT', `${one(kind, object)}?dryRun=All`, object),
    updateStatus: (kind, object) => send('PUT', `${one(kind, object)}/status`, object),
    close: () => agent.destroy(),
  }
}
