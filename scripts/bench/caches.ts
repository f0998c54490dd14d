import { until } from '../local/until.ts'
import type { Kube, WatchEvent } from './kube.ts'

export const cachesPath = '/apis/larder.dev/v1alpha1/namespaces/default/cacheclusters'

/** A group of two nodes that asks for nothing special. */
export const cacheCluster = (name: string) => ({
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CacheCluster',
  metadata: { name, namespace: 'default' },
  spec: { engine: 'redis', engineVersion: '7.1', nodes: { type: 'cache.t4g.small', replicasPerShard: 1 } },
})

const isReady = ({ object }: WatchEvent): boolean =>
  object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

/** Creates caches number `from` to `to` and waits until all are Ready. Gives the milliseconds from the first create on. */
export const createUntilReady = async (
  kube: Kube,
  from: number,
  to: number,
  say: (line: string) => void,
): Promise<number> => {
  const objects = Array.from({ length: to - from }, (_, index) => cacheCluster(`bench-${from + index}`))
  const names = new Set(objects.map(({ metadata }) => metadata.name))
  const ready = new Set<string>()
  const unwatch = await kube.watch(cachesPath, (event) => {
    const { name } = event.object.metadata
    if (names.has(name) && isReady(event)) ready.add(name)
  })
  const begunMs = performance.now()
  const progress = setInterval(() => say(`  ${ready.size} of ${objects.length} Ready`), 15_000)
  try {
    await kube.create(cachesPath, objects)
    await until('every cache to be Ready', async () => ready.size === objects.length, 3_600_000)
    return performance.now() - begunMs
  } finally {
    clearInterval(progress)
    unwatch()
  }
}
