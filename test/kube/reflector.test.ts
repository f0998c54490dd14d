import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { storeOf } from '../../src/kube/cache/store.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import { realClock } from '../../src/time/clock.ts'
import { refuse } from './fake-api.ts'
import { reflectorScene } from './reflector-scene.ts'
import { until } from './until.ts'

describe('the reflector', () => {
  const { scene, log, reflect, catchUp, openWatch, change, lists } = reflectorScene()

  it('holds what the server holds, and follows each change', async () => {
    reflect()
    await catchUp()
    await openWatch()
    for (let i = 0; i < 20; i++) change()
    await catchUp()
    assert.equal(lists(), 1)
    assert.deepEqual(scene.ends, [])
  })

  it('asks for bookmarks, from the version of the list, for fifty to sixty seconds', async () => {
    const urls: URL[] = []
    scene.api.next.watch.push((_request, response, url) => {
      urls.push(url)
      response.writeHead(200).end()
    })
    reflect()
    await until(() => urls.length === 1, 'a watch')
    const query = urls[0]?.searchParams
    assert.equal(query?.get('allowWatchBookmarks'), 'true')
    assert.equal(query?.get('resourceVersion'), `${scene.api.version}`)
    const seconds = Number(query?.get('timeoutSeconds'))
    assert.ok(seconds >= 50 && seconds <= 60)
  })

  it('lists page by page', async () => {
    for (let i = 0; i < 1200; i++) scene.api.put(`many-${i}`, 'x')
    reflect()
    await catchUp()
    assert.equal(lists(), 3)
    assert.equal(scene.store.size, scene.api.things.size)
  })

  it('tells of each page before the store has the whole', async () => {
    for (let i = 0; i < 1200; i++) scene.api.put(`many-${i}`, 'x')
    const pages: number[] = []
    reflect({
      onListPage: (items) => {
        assert.equal(scene.store.synced(), false)
        pages.push(items.length)
      },
    })
    await catchUp()
    assert.deepEqual(pages, [500, 500, scene.api.things.size - 1000])
  })

  it('lists from the start when a page grew too old', async () => {
    for (let i = 0; i < 1200; i++) scene.api.put(`many-${i}`, 'x')
    const usual = scene.api.next.list
    usual.push((request, response, url) => {
      // The first page as usual; the second is gone.
      usual.push(refuse(410, 'Expired'))
      const more = [...scene.api.things.values()].slice(0, 500)
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ metadata: { resourceVersion: `${scene.api.version}`, continue: 'old:500' }, items: more }),
      )
      void request
      void url
    })
    reflect()
    await catchUp()
    assert.deepEqual(scene.ends, ['listFailed'])
    assert.equal(lists(), 5)
  })

  it('keeps trying when lists fail', async () => {
    scene.api.next.list.push(
      refuse(500, 'InternalError'),
      refuse(403, 'Forbidden'),
      refuse(429, 'TooManyRequests', { 'retry-after': '1' }),
      (request) => void request.socket.resetAndDestroy(),
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"items":[', () => request.socket.destroy())
      },
      (_request, response) => void response.end('{"metadata":{},"items":[]}'),
      (_request, response) => void response.end('not JSON'),
    )
    reflect()
    await catchUp()
    assert.equal(scene.ends.length, 7)
    assert.ok(scene.ends.every((end) => end === 'listFailed'))
  })

  it('goes on where it was after a clean close', async () => {
    reflect()
    for (let i = 0; i < 3; i++) {
      const watch = await openWatch()
      watch.close()
      change()
      await catchUp()
    }
    assert.deepEqual(scene.ends, ['closed', 'closed', 'closed'])
    assert.equal(lists(), 1)
  })

  it('goes on where it was after a reset', async () => {
    reflect()
    for (let i = 0; i < 3; i++) {
      const watch = await openWatch()
      change()
      watch.reset()
      change()
      await until(() => scene.ends.length === i + 1, 'the end of the watch')
      await catchUp()
    }
    assert.deepEqual(scene.ends, ['failed', 'failed', 'failed'])
    assert.equal(lists(), 1)
  })

  it('goes on where it was after a watch was cut in the middle of a line', async () => {
    reflect()
    const watch = await openWatch()
    watch.filter = (line) => line.slice(0, line.length / 2)
    scene.api.put('cut', 'x')
    watch.close()
    await catchUp()
    assert.equal(lists(), 1)
  })

  it('does not hammer a server that closes each watch at once', async () => {
    const closing = Array.from({ length: 1000 }, () => (_request: unknown, response: { end(): void }) => response.end())
    scene.api.next.watch.push(...closing)
    const waits: number[] = []
    const clock = {
      ...realClock,
      after: (ms: number, run: () => void) => {
        if (ms < 60_000) waits.push(ms)
        return realClock.after(Math.min(ms, 60_000) / 100, run)
      },
    }
    reflect({ clock, random: () => 0, pace: { firstMs: 800, capMs: 30_000 } })
    await until(() => waits.length >= 7, 'seven waits')
    assert.deepEqual(waits.slice(0, 7), [800, 1600, 3200, 6400, 12_800, 25_600, 30_000])
  })

  it('does not believe a list that is older than what it saw, until it stays so', async () => {
    let aheadMs = 0
    reflect({ clock: { ...realClock, nowMs: () => realClock.nowMs() + aheadMs }, rewindMs: 300_000 })
    await catchUp()
    const watch = await openWatch()
    scene.api.rewind(scene.api.version - 3)
    scene.api.next.watch.push(refuse(410, 'Expired'))
    watch.close()
    await until(() => scene.ends.filter((end) => end === 'listFailed').length >= 3, 'three refused lists')
    assert.ok(log.lines.some((line) => line.includes('older than what was seen before')))
    assert.equal(scene.api.watches.length, 0)
    aheadMs = 300_000
    await until(() => scene.api.watches.length === 1, 'a watch again')
    change()
    await catchUp()
  })

  it('stops feeding the store when stopped, and one run feeds it after a start', async () => {
    reflect()
    await openWatch()
    await catchUp()
    scene.reflector.stop()
    await until(() => scene.api.watches.length === 0, 'no watch')
    const size = scene.store.size
    scene.api.put('unseen', 'x')
    scene.reflector.start()
    scene.reflector.stop()
    scene.reflector.start()
    scene.reflector.start()
    await catchUp()
    await openWatch()
    assert.equal(scene.store.size, size + 1)
    change()
    await catchUp()
    assert.equal(scene.api.watches.length, 1)
  })

  it('goes on when whoever is noticed throws', async () => {
    scene.store = storeOf<KubeObject>({
      matters: () => true,
      notice: () => {
        throw new Error('the handler broke')
      },
      log,
    })
    const sink = scene.store
    reflect({ sink })
    scene.store = sink
    await openWatch()
    change()
    await catchUp()
    assert.deepEqual(scene.ends, [])
    assert.ok(log.lines.some((line) => line.includes('the handler broke')))
  })
})
