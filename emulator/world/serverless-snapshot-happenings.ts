import { record } from './event.ts'
import { planServerlessSnapshots } from './serverless-daily.ts'
import { beginServerlessRemoval } from './serverless-happenings.ts'
import { type ServerlessSnapshot, serverlessBackupKey } from './serverless-snapshot.ts'
import type { Tick } from './tick.ts'
import { schedule } from './transition.ts'

const tell = (tick: Tick, snapshot: ServerlessSnapshot, message: string): void =>
  record(tick.world, tick.atMs, 'serverless-cache-snapshot', snapshot.name, message)

/** The cache of a final snapshot goes when that is whole, and stays when it failed. */
const finish = (tick: Tick, snapshot: ServerlessSnapshot, failed: boolean): void => {
  const cache = tick.world.serverlessCaches.get(snapshot.cache.name)
  if (!snapshot.thenDelete || cache?.status !== 'deleting') return
  if (!failed) {
    beginServerlessRemoval(tick, cache)
    return
  }
  cache.status = 'available'
  delete cache.reads
  planServerlessSnapshots(tick.world, cache, tick.atMs)
}

/** A snapshot whose time has come, and whose file is whole, becomes available; without it, it failed. */
export const settleServerlessSnapshot = (tick: Tick, name: string): boolean => {
  const { world, nodes } = tick
  const snapshot = world.serverlessSnapshots.get(name)
  if (!snapshot || (snapshot.status !== 'creating' && snapshot.status !== 'copying')) return true
  const key = serverlessBackupKey(world, name)
  const failure = nodes.failureOf(key)
  if (failure === undefined && !nodes.isReady(key)) return false
  const [done, undone] =
    snapshot.status === 'copying' ? (['copied', 'copy'] as const) : (['created', 'create'] as const)
  snapshot.status = failure === undefined ? 'available' : 'failed'
  if (failure === undefined) snapshot.bytes = nodes.backupBytes(key)
  const whole = `snapshot ${name} of cache ${snapshot.cache.name}`
  tell(
    tick,
    snapshot,
    failure === undefined
      ? `Snapshot ${name} ${done} for cache ${snapshot.cache.name}`
      : `Failed to ${undone} ${whole}`,
  )
  if (snapshot.expiresAtMs !== undefined) {
    schedule(world, snapshot.expiresAtMs, { do: 'expireServerlessSnapshot', id: name })
  }
  finish(tick, snapshot, failure !== undefined)
  return true
}

const forget = (tick: Tick, snapshot: ServerlessSnapshot, how: string): void => {
  tick.world.serverlessSnapshots.delete(snapshot.name)
  tick.world.tags.delete(snapshot.arn)
  tell(tick, snapshot, `Snapshot ${snapshot.name} ${how}`)
}

/** A deleted snapshot is gone, and its file with it. */
export const removeServerlessSnapshot = (tick: Tick, name: string): boolean => {
  const snapshot = tick.world.serverlessSnapshots.get(name)
  if (snapshot?.status === 'deleting') forget(tick, snapshot, 'deleted')
  return true
}

/** An automatic snapshot has been kept long enough. */
export const expireServerlessSnapshot = (tick: Tick, name: string): boolean => {
  const snapshot = tick.world.serverlessSnapshots.get(name)
  if (snapshot?.type === 'automated') forget(tick, snapshot, 'expired')
  return true
}
