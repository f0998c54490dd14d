import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAccess } from './access.ts'
import { startChild } from './child.ts'
import { openDoor } from './door.ts'
import { applyDurability } from './durability.ts'
import { beginEmpty, dropData, dumpRead, saveForNext } from './kept-data.ts'
import type { Listener } from './listener.ts'
import type { NodeWanted } from './port.ts'
import { adminSocket, adminUser, hasDoor, redisConfig, transportSettings } from './redis-config.ts'
import { liveSettings, type Settings, scaledMaxmemory, withClusterMemory } from './redis-parameters.ts'
import { connectRedis, type RedisConnection, RedisError } from './resp.ts'
import type { RedisServer, Surroundings, Workshop } from './server.ts'

/** Starts a redis or valkey server. It is spoken to through a unix socket, whatever its ports and tokens are. */
export function startRedis(wanted: NodeWanted, folderName: string, around: Surroundings, shop: Workshop): RedisServer {
  const { place } = around
  const folder = join(shop.runFolder, folderName)
  const dataFolder = join(shop.dataFolder, folderName)
  for (const each of [folder, dataFolder]) mkdirSync(each, { recursive: true, mode: 0o700 })
  beginEmpty(wanted, dataFolder)
  let transport = transportSettings(wanted, place, around.certificate.files)
  const { primary } = around
  const config = redisConfig({ wanted, place, folder, dataFolder, own: shop.own, transport, primary })
  const configFile = join(folder, 'server.conf')
  writeFileSync(configFile, config, { mode: 0o600 })
  const child = startChild({
    program: wanted.engine === 'valkey' ? shop.binaries.valkeyServer : shop.binaries.redisServer,
    args: [configFile],
    env: shop.binaries.env,
    folder,
    onEnd: () => {
      connection?.close()
      shop.wake()
    },
  })

  let connection: RedisConnection | undefined
  let loaded = false
  let known: ReadonlySet<string> | undefined
  const told = new Map<string, string>()
  let door: { readonly rules: string; readonly listener: Listener } | undefined
  const oldDoors: Listener[] = []
  const access = createAccess(wanted, shop.log)

  const connect = async (): Promise<RedisConnection> => {
    const fresh = connectRedis({ path: adminSocket(folder) })
    await fresh.call('AUTH', adminUser, shop.own.adminPassword)
    return fresh
  }

  const admin = async (): Promise<RedisConnection> => {
    if (connection && !connection.closed) return connection
    const fresh = await connect()
    connection = fresh
    return fresh
  }

  const applyParameters = async (settings: Settings) => {
    const redis = await admin()
    known ??= new Set(((await redis.call('CONFIG', 'GET', '*')) as string[]).filter((_, index) => index % 2 === 0))
    for (const [name, value] of Object.entries(settings)) {
      if (told.get(name) === value) continue
      if (!known.has(name)) shop.log(`${wanted.key}: this server has no ${name}; left out`)
      else
        await redis.call('CONFIG', 'SET', name, value).catch((error: unknown) => {
          if (!(error instanceof RedisError)) throw error
          shop.log(`${wanted.key}: ${name} stays as it is: ${error.message}`)
        })
      told.set(name, value)
    }
  }

  const applyTransport = async (next: Settings) => {
    const changed = Object.entries(next).filter(([name, value]) => transport[name] !== value)
    if (changed.length === 0) return
    const redis = await admin()
    const set = async (settings: readonly (readonly [string, string])[]) => {
      if (settings.length > 0) await redis.call('CONFIG', 'SET', ...settings.flat())
    }
    await set(changed.filter(([name]) => name.endsWith('-file')))
    const ports = changed.filter(([name]) => name === 'port' || name === 'tls-port')
    // A port that moves from plain to TLS is free only after it was given up.
    await set(ports.map(([name]) => [name, '0'] as const))
    await set(
      changed.filter(
        ([name, value]) => !name.endsWith('-file') && !(value === '0' && ports.some(([port]) => port === name)),
      ),
    )
    transport = { ...transport, ...next }
  }

  const closeDoor = async () => {
    if (!door) return
    await door.listener.stopAccepting()
    oldDoors.push(door.listener)
    door = undefined
  }

  const applyDoor = async (next: NodeWanted, { certificate }: Surroundings) => {
    const tokenForStrangers = next.openToo ? next.authTokens.at(-1) : undefined
    const rules = { tls: next.tls, tokenForStrangers, certificate }
    const signature = JSON.stringify(rules)
    if (door?.rules === signature) return
    await closeDoor()
    door = { rules: signature, listener: await openDoor(place, rules) }
  }

  return {
    started: wanted,
    place,
    child,
    admin,
    connect,
    async settle(next, now) {
      const redis = await admin().catch(() => undefined)
      if (!redis || (await redis.call('PING').catch(() => '')) !== 'PONG') return false
      if (!loaded) dumpRead(dataFolder)
      loaded = true
      const maxmemory = scaledMaxmemory(next.maxmemoryBytes, next.parameters, shop.memoryScale)
      await applyParameters(liveSettings(next.parameters, next.cluster ? withClusterMemory(maxmemory) : maxmemory))
      await access.apply(redis, next)
      const durable = await applyDurability(redis, next, dataFolder)
      if (!hasDoor(next)) await closeDoor()
      await applyTransport(transportSettings(next, place, now.certificate.files))
      if (hasDoor(next)) await applyDoor(next, now)
      return durable
    },
    async stop(keepData) {
      // One that never answered has written nothing: what it was to begin with stays as it is.
      if (keepData && loaded && child.ended === undefined) {
        await admin()
          .then((redis) => saveForNext(redis, dataFolder))
          .catch((error: Error) => shop.log(`${wanted.key}: its data could not be kept: ${error.message}`))
      }
      for (const listener of [...oldDoors, ...(door ? [door.listener] : [])]) await listener.close()
      connection?.close()
      await child.stop()
      if (!keepData) dropData(dataFolder)
    },
  }
}
