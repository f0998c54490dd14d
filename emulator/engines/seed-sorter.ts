import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Child, startChild } from './child.ts'
import { rangesOf, slotsOf } from './cluster-view.ts'
import type { NodeWanted } from './port.ts'
import { adminSocket } from './redis-config.ts'
import { connectRedis, type RedisConnection } from './resp.ts'
import type { Workshop } from './server.ts'

/** What {@link sortSeeds} makes. */
export interface SortInput {
  readonly node: NodeWanted
  /** RDB files, all of whose keys are looked at. */
  readonly files: readonly string[]
  /** The node's folder name; the sorter works in one of its own beside it. */
  readonly folderName: string
  /** Path of the RDB file with the keys of the node's slots. */
  readonly result: string
}

const LOOK_AGAIN_MS = 20

/**
 * Drops, of one batch of keys, those whose slot lies in none of the ranges (first and last slot in turn, from the second
 * argument on). The slot is CRC16 (XMODEM) of the key, or of its hash tag. Gives the cursor of the next batch.
 */
const DROP_FOREIGN = `
local owned = {}
for i = 2, #ARGV, 2 do
  for slot = tonumber(ARGV[i]), tonumber(ARGV[i + 1]) do owned[slot] = true end
end
local steps = {}
for byte = 0, 255 do
  local crc = bit.lshift(byte, 8)
  for _ = 1, 8 do
    crc = bit.lshift(crc, 1)
    if bit.band(crc, 0x10000) ~= 0 then crc = bit.bxor(crc, 0x1021) end
    crc = bit.band(crc, 0xffff)
  end
  steps[byte] = crc
end
local function slotOf(key)
  local open = string.find(key, '{', 1, true)
  local close = open and string.find(key, '}', open + 1, true)
  if close and close > open + 1 then key = string.sub(key, open + 1, close - 1) end
  local crc = 0
  for i = 1, #key do
    local byte = bit.band(bit.bxor(bit.rshift(crc, 8), string.byte(key, i)), 0xff)
    crc = bit.band(bit.bxor(bit.lshift(crc, 8), steps[byte]), 0xffff)
  end
  return crc % 16384
end
local batch = redis.call('SCAN', ARGV[1], 'COUNT', 500)
for _, key in ipairs(batch[2]) do
  if not owned[slotOf(key)] then redis.call('UNLINK', key) end
end
return batch[1]
`

const settings = (folder: string): string =>
  [
    'port 0',
    `unixsocket "${adminSocket(folder)}"`,
    'unixsocketperm 700',
    `dir "${folder}"`,
    `logfile "${join(folder, 'server.log')}"`,
    'save ""',
    'appendonly no',
    // DEBUG RELOAD reads further files into what is there already.
    'enable-debug-command local',
    '',
  ].join('\n')

const connected = async (folder: string, child: Child): Promise<RedisConnection> => {
  for (;;) {
    if (child.ended !== undefined) throw new Error(`the snapshot could not be read: ${child.ended}`)
    const redis = connectRedis({ path: adminSocket(folder) })
    if ((await redis.call('PING').catch(() => '')) === 'PONG') return redis
    redis.close()
    await pause(LOOK_AGAIN_MS)
  }
}

const dropForeign = async (redis: RedisConnection, slots: string): Promise<void> => {
  const ranges = rangesOf(slotsOf(slots)).flat().map(String)
  let cursor = '0'
  do cursor = String(await redis.call('EVAL', DROP_FOREIGN, '0', cursor, ...ranges))
  while (cursor !== '0')
  const databases = String(await redis.call('INFO', 'keyspace')).match(/^db[1-9]/m)
  if (databases) throw new Error('the snapshot has keys in several databases, which cluster mode does not support')
}

/**
 * Writes the RDB file that a primary of a cluster begins with: of all keys in some RDB files those of its slots. A server
 * that would find keys of other slots would take these for its own. The work is done by a server for a moment, which knows
 * every kind of value and keeps every key's TTL.
 */
export async function sortSeeds({ node, files, folderName, result }: SortInput, shop: Workshop): Promise<void> {
  const folder = join(shop.runFolder, `${folderName}-seed`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const dump = join(folder, 'dump.rdb')
  const [first, ...others] = files
  if (first !== undefined) copyFileSync(first, dump)
  const configFile = join(folder, 'server.conf')
  writeFileSync(configFile, settings(folder), { mode: 0o600 })
  const child = startChild({
    program: node.engine === 'valkey' ? shop.binaries.valkeyServer : shop.binaries.redisServer,
    args: [configFile],
    env: shop.binaries.env,
    folder,
    onEnd: () => {},
  })
  try {
    const redis = await connected(folder, child)
    const slots = node.cluster?.slots ?? ''
    await dropForeign(redis, slots)
    for (const file of others) {
      copyFileSync(file, dump)
      await redis.call('DEBUG', 'RELOAD', 'NOSAVE', 'NOFLUSH', 'MERGE')
      await dropForeign(redis, slots)
    }
    await redis.call('SAVE')
    redis.close()
    copyFileSync(dump, result)
  } finally {
    await child.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
