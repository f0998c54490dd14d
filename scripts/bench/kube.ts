import { Agent, request } from 'undici'
import { readKubeconfig } from '../../controlplane/kubeconfig.ts'

/** Requests that are under way at once. */
const parallel = 16

export interface WatchEvent {
  readonly type: string
  readonly object: {
    readonly metadata: { readonly name: string; readonly resourceVersion: string }
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
  }
}

/** The API server over kept connections: thousands of objects are made and followed without a kubectl for each. */
export interface Kube {
  create(path: string, objects: readonly object[]): Promise<void>
  delete(paths: readonly string[]): Promise<void>
  /** Follows a list from now on. Gives the function that ends it. */
  watch(path: string, onEvent: (event: WatchEvent) => void): Promise<() => void>
  close(): Promise<void>
}

const linesOf = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

export const connect = async (kubeconfig: string): Promise<Kube> => {
  const { url, ca, token } = await readKubeconfig(kubeconfig)
  const dispatcher = new Agent({ connect: { ca }, bodyTimeout: 0 })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ask = async (path: string, more: { method?: 'POST' | 'DELETE'; body?: string; signal?: AbortSignal } = {}) => {
    const reply = await request(`${url}${path}`, { dispatcher, headers, ...more })
    if (reply.statusCode >= 300) throw new Error(`${path}: ${reply.statusCode} ${await reply.body.text()}`)
    return reply.body
  }
  /** All of them, several at once. */
  const each = async <T>(items: readonly T[], send: (item: T) => ReturnType<typeof ask>) => {
    const rest = items.values()
    const one = async () => {
      for (const item of rest) await (await send(item)).dump()
    }
    await Promise.all(Array.from({ length: parallel }, one))
  }
  return {
    create: (path, objects) => each(objects, (object) => ask(path, { method: 'POST', body: JSON.stringify(object) })),
    delete: (paths) => each(paths, (path) => ask(path, { method: 'DELETE' })),
    watch: async (path, onEvent) => {
      const list = (await (await ask(`${path}?limit=1`)).json()) as { metadata: { resourceVersion: string } }
      const ending = new AbortController()
      const open = (version: string) =>
        ask(`${path}?watch=1&resourceVersion=${version}&timeoutSeconds=7200`, { signal: ending.signal })
      const follow = async (first: Awaited<ReturnType<typeof open>>) => {
        let version = list.metadata.resourceVersion
        // The server ends a watch when it likes, and soon after the CRD was made: the next goes on where this one ended.
        for (let body = first; ; body = await open(version)) {
          for await (const line of linesOf(body)) {
            const event = JSON.parse(line) as WatchEvent
            if (event.type === 'ERROR') throw new Error(`the watch of ${path} broke off: ${line}`)
            version = event.object.metadata.resourceVersion
            onEvent(event)
          }
        }
      }
      follow(await open(list.metadata.resourceVersion)).catch((error: unknown) => {
        if (!ending.signal.aborted && !dispatcher.destroyed) throw error
      })
      return () => ending.abort()
    },
    close: async () => {
      if (!dispatcher.destroyed) await dispatcher.destroy()
    },
  }
}
