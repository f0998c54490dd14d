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

const nameOf = (index: number) => `bench-${index}`

/** Creates caches number `from` to `to` and waits until all are Ready. Gives the milliseconds from the first create on. */
export const createUntilReady = async (
  kube: Kube,
  from: number,
  to: number,
  say: (line: string) => void,
): Promise<number> => {
  const objects = Array.from({ length: to - from }, (_, index) => cacheCluster(nameOf(from + index)))
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

/** Deletes caches number 0 to `count` and waits until all are gone. */
export const deleteUntilGone = async (kube: Kube, count: number, say: (line: string) => void): Promise<void> => {
  const names = Array.from({ length: count }, (_, index) => nameOf(index))
  const left = new Set(names)
  const unwatch = await kube.watch(cachesPath, ({ type, object }) => {
    if (type === 'DELETED') left.delete(object.metadata.name)
  })
  const progress = setInterval(() => say(`  ${count - left.size} of ${count} gone`), 15_000)
  try {
    await kube.delete(names.map((name) => `${cachesPath}/${name}`))
    await until('every cache to be gone', async () => left.size === 0, 3_600_000)
  } finally {
    clearInterval(progress)
    unwatch()
  }
}
