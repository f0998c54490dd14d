import type { World } from '../local/world.ts'

/** The parts of our objects that the demo looks at. */
export interface CacheObject {
  readonly metadata: { readonly name: string }
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[]
    readonly plan?: {
      readonly hash: string
      readonly actions: readonly {
        readonly do: string
        readonly field?: string
        readonly from?: string
        readonly to?: string
        readonly disruption: string
        readonly when: string
      }[]
    }
  }
}

export const readyOf = (object: CacheObject) => object.status?.conditions?.find(({ type }) => type === 'Ready')

export const caches = async (world: World): Promise<readonly CacheObject[]> => {
  const list = await world.kubectl('get', 'cachecluster', '-o', 'json')
  return (JSON.parse(list) as { items: readonly CacheObject[] }).items
}

/** A Secret's data, decoded. */
export const secretData = async (world: World, name: string): Promise<Readonly<Record<string, string>>> => {
  const { data = {} } = JSON.parse(await world.kubectl('get', 'secret', name, '-o', 'json')) as {
    data?: Record<string, string>
  }
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

/** Keys whose values are no secret; every other value is hidden. */
const harmless =
  /^(type|provider|host|port|username|database|tls|nodes|.*-host|.*-port|configuration-endpoint|cluster\.nodes|policy\.json|(MEM|RE).*_(HOST|PORT|DB|TLS|USERNAME|SERVERS|ENDPOINT)|MEMCACHE.*|CACHE_(READ|WRITE|TTL|NEGATIVE|STALE|STAMPEDE|KEY|EVICTION|POLICY).*)$/

export const shown = (data: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(data).map(([key, value]) => `${key}: ${harmless.test(key) ? clipped(value) : '(hidden)'}`)

const clipped = (text: string) => (text.length > 70 ? `${text.slice(0, 67)}...` : text)
