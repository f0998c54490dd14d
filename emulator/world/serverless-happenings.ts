import { record } from './event.ts'
import type { ServerlessCache } from './serverless-cache.ts'
import { serverlessUnderway, userGroupUnderway } from './serverless-cache.ts'
import { planServerlessSnapshots } from './serverless-daily.ts'
import { forgetServerlessCount } from './serverless-snapshot.ts'
import { serverlessKeys } from './serverless-wanted.ts'
import { failureAmong, type Tick } from './tick.ts'
import { schedule } from './transition.ts'

const tell = (tick: Tick, cache: ServerlessCache, message: string): void =>
  record(tick.world, tick.atMs, 'serverless-cache', cache.name, message)

const created = (tick: Tick, cache: ServerlessCache, failure: string | undefined): void => {
  const restored = cache.seeds !== undefined
  delete cache.seeds
  if (failure !== undefined) {
    cache.status = 'create-failed'
    tell(tick, cache, `Failed to create cache ${cache.name}: ${failure}`)
    return
  }
  cache.status = 'available'
  tell(tick, cache, `Cache ${cache.name} is created ${restored ? 'from a snapshot ' : ''}and ready for use`)
  planServerlessSnapshots(tick.world, cache, tick.atMs)
}

const changed = (tick: Tick, cache: ServerlessCache, failure: string | undefined): void => {
  if (failure === undefined) {
    const userGroupId = userGroupUnderway(cache)
    cache.settings = serverlessUnderway(cache)
    delete cache.userGroupId
    if (userGroupId !== undefined) cache.userGroupId = userGroupId
  }
  delete cache.applying
  cache.status = 'available'
  tell(
    tick,
    cache,
    failure === undefined ? `Cache ${cache.name} updated` : `Failed to update cache ${cache.name}: ${failure}`,
  )
  planServerlessSnapshots(tick.world, cache, tick.atMs)
}

/** A cache that is being made or changed becomes available, or says why not. */
export const settleServerless = (tick: Tick, name: string): boolean => {
  const cache = tick.world.serverlessCaches.get(name)
  if (!cache || (cache.status !== 'creating' && cache.status !== 'modifying')) return true
  const keys = serverlessKeys(tick.world, cache)
  const failure = failureAmong(tick.nodes, keys)
  if (failure === undefined && !keys.every((key) => tick.nodes.isReady(key))) return false
  if (cache.status === 'creating') created(tick, cache, failure)
  else changed(tick, cache, failure)
  return true
}

/** A deleted cache is gone, and its automatic snapshots with it. */
export const removeServerless = (tick: Tick, name: string): boolean => {
  const { world } = tick
  const cache = world.serverlessCaches.get(name)
  if (!cache) return true
  world.serverlessCaches.delete(name)
  world.tags.delete(cache.arn)
  forgetServerlessCount(world, name)
  for (const snapshot of [...world.serverlessSnapshots.values()]) {
    if (snapshot.type !== 'automated' || snapshot.cache.name !== name) continue
    world.serverlessSnapshots.delete(snapshot.name)
    world.tags.delete(snapshot.arn)
  }
  tell(tick, cache, `Cache ${name} deleted`)
  return true
}

/** A cache begins to go, at once or when its final snapshot is whole. */
export const beginServerlessRemoval = (
  { world, profile, atMs }: Pick<Tick, 'world' | 'profile' | 'atMs'>,
  cache: ServerlessCache,
): void => {
  cache.status = 'deleting'
  schedule(world, atMs + profile.deleteMs, { do: 'removeServerless', id: cache.name })
}
