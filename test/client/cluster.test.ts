import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCache } from '@larder/client'
import { Redis } from 'ioredis'
import { after, before, describe, it } from 'mocha'
import { clusterServer, type Server, until } from './servers.ts'

describe('a cache over Redis in cluster mode', () => {
  let folder = ''
  let servers: readonly [Server, Server]
  let observers: readonly [Redis, Redis]

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-client-cluster-'))
    servers = [await clusterServer(folder), await clusterServer(folder)]
    await Promise.all(servers.map((server) => server.start()))
    const [one, other] = servers.map(({ port }) => new Redis(port, '127.0.0.1')) as [Redis, Redis]
    observers = [one, other]
    await one.cluster('ADDSLOTSRANGE', 0, 8191)
    await other.cluster('ADDSLOTSRANGE', 8192, 16383)
    const busPort = /@(\d+)/.exec(String(await other.cluster('NODES')))?.[1]
    await one.call('CLUSTER', 'MEET', '127.0.0.1', `${servers[1].port}`, `${busPort}`)
    for (const observer of observers) {
      await until(async () => String(await observer.cluster('INFO')).includes('cluster_state:ok'))
    }
  })
  after(async () => {
    for (const observer of observers) observer.disconnect()
    await Promise.all(servers.map((server) => server.kill()))
    await rm(folder, { recursive: true })
  })

  it('is entered by one node of the binding, and uses the slots of all', async () => {
    const files = {
      type: 'redis',
      uri: `redis://127.0.0.1:${servers[0].port}/0`,
      'cluster.nodes': `127.0.0.1:${servers[0].port}`,
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    await using cache = await openCache({ binding: folder, timeoutMs: 2_000, connectTimeoutMs: 5_000 })
    const keys = Array.from({ length: 32 }, (_, index) => `key:${index}`)
    for (const key of keys) await cache.cached(key, async () => key)
    for (const key of keys) {
      assert.equal(await cache.cached(key, () => Promise.reject(new Error('the source must not be asked'))), key)
    }
    const sizes = await Promise.all(observers.map((observer) => observer.dbsize()))
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      keys.length,
    )
    assert.ok(
      sizes.every((size) => size > 0),
      `${sizes}`,
    )
    await cache.invalidate('key:1')
    assert.equal(await cache.get('key:1'), undefined)
    assert.equal(cache.stats.errors, 0)
  })
})
