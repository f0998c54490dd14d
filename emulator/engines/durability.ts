import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeWanted } from './port.ts'
import type { RedisConnection } from './resp.ts'

/** The server's own folder of append-only files, below its data folder. */
const LOG_FOLDER = 'appendonlydir'

/** Whether a node's data outlives its process: when it wrote it down, and is to be durable again. */
export const keepsData = (dataFolder: string, next: NodeWanted | undefined): boolean =>
  next?.durability !== undefined && existsSync(join(dataFolder, LOG_FOLDER))

const fsyncOf = (wanted: NodeWanted) => (wanted.durability === 'sync' ? 'always' : 'everysec')

/**
 * How a server starts: from its append-only file only where there is one. A server that starts with the file switched on
 * and has none begins empty, whatever RDB file is there; it is switched on later instead, which writes all data down.
 */
export const durabilityAtStart = (wanted: NodeWanted, dataFolder: string): readonly (readonly [string, string])[] => {
  const on = wanted.durability !== undefined && existsSync(join(dataFolder, LOG_FOLDER))
  return [
    ['appendonly', on ? 'yes' : 'no'],
    ['appendfsync', fsyncOf(wanted)],
  ]
}

/** Forgets what a server wrote down. */
export const dropLog = (dataFolder: string): void =>
  rmSync(join(dataFolder, LOG_FOLDER), { recursive: true, force: true })

const setting = async (redis: RedisConnection, name: string): Promise<string | undefined> =>
  ((await redis.call('CONFIG', 'GET', name)) as readonly string[])[1]

/**
 * Switches a running server to the wanted durability.
 * @returns whether it has it: the first append-only file takes a moment to be written
 */
export const applyDurability = async (
  redis: RedisConnection,
  wanted: NodeWanted,
  dataFolder: string,
): Promise<boolean> => {
  const on = (await setting(redis, 'appendonly')) === 'yes'
  if (wanted.durability === undefined) {
    if (!on) return true
    await redis.call('CONFIG', 'SET', 'appendonly', 'no')
    dropLog(dataFolder)
    return true
  }
  if ((await setting(redis, 'appendfsync')) !== fsyncOf(wanted)) {
    await redis.call('CONFIG', 'SET', 'appendfsync', fsyncOf(wanted))
  }
  if (!on) await redis.call('CONFIG', 'SET', 'appendonly', 'yes')
  const info = String(await redis.call('INFO', 'persistence'))
  return ['aof_enabled:1', 'aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0'].every((line) => info.includes(line))
}
