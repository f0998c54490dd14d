import { profileOf } from '../../emulator/world/profile.ts'
import { until } from '../local/until.ts'
import type { World } from '../local/world.ts'
import { cacheCluster, cachesPath } from './caches.ts'
import { type Figure, median, seconds } from './figures.ts'
import type { Kube } from './kube.ts'
import { firstCallMs } from './ledger.ts'

/**
 * From the moment that a cache is available in AWS to the moment that a watcher sees its Secret: creates one after the
 * other, so that none profits from the looks of another.
 */
export const secretDelay = async (world: World, kube: Kube, creates: number): Promise<readonly Figure[]> => {
  const { createMs } = profileOf('fast')
  const seenMs = new Map<string, number>()
  const unwatch = await kube.watch('/api/v1/namespaces/default/secrets', ({ type, object }) => {
    if (type === 'ADDED') seenMs.set(object.metadata.name, Date.now())
  })
  const delays: number[] = []
  for (let index = 0; index < creates; index += 1) {
    const name = `delay-${index}`
    await kube.create(cachesPath, [cacheCluster(name)])
    const secretMs = await until(`the Secret ${name}`, async () => seenMs.get(name))
    const createdMs = await firstCallMs(world, 'CreateReplicationGroup', `larder-default-${name}`)
    delays.push(secretMs - createdMs - createMs)
  }
  unwatch()
  const range = `${seconds(Math.min(...delays))} to ${seconds(Math.max(...delays))}`
  return [
    {
      what: `AWS available to Secret, median of ${creates}`,
      target: '',
      measured: `${seconds(median(delays))} (${range})`,
    },
  ]
}
