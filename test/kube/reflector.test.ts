import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { type Reflector, type ReflectorOptions, reflectorOf, type WatchEnd } from '../../src/kube/cache/reflector.ts'
import { objectOf } from '../../src/kube/cache/slim.ts'
import { type Store, storeOf } from '../../src/kube/cache/store.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import type { Transport } from '../../src/kube/transport/transport.ts'
import { realClock } from '../../src/time/clock.ts'
import { fakeClock } from '../loop/fake-clock.ts'
import { type FakeApi, type OpenWatch, refuse, startFakeApi, statusBody } from './fake-api.ts'
import { memoryLog } from './memory-log.ts'
import { until } from './until.ts'

describe('the reflector', () => {
  let api: FakeApi
  let transport: Transport
  let store: Store<KubeObject>
  let reflector: Reflector
  let ends: (WatchEnd | 'listFailed')[]
  let noticed: string[]
  let seen: string
  const log = memoryLog()

  const reflect = (options: Partial<ReflectorOptions<KubeObject>> = {}) => {
    const notice = ({ name }: { name: string }) => void noticed.push(name)
    store = storeOf<KubeObject>({ matters: () => true, notice, log })
    reflector = reflectorOf<KubeObject>({
      transport,
      subject: { path: api.path, slim: objectOf },
      sink: {
        ...store,
        seen: (version) => {
          seen = version
          store.seen(version)
        },
      },
      clock: realClock,
      random: Math.random,
      log,
      observer: { ended: (why) => ends.push(why) },
      pace: { firstMs: 2, capMs: 20 },
      ...options,
    })
    reflector.start()
  }
  const isEqual = (): boolean => {
    if (store.size !== api.things.size) return false
    return [...api.things.values()].every(({ metadata: { namespace, name, uid, resourceVersion } }) => {
      const seen = store.get({ namespace, name })?.metadata
      return seen?.uid === uid && seen.resourceVersion === resourceVersion
    })
  }
  const catchUp = () =>
    until(
      () => store.synced() && isEqual(),
      () => `a store equal to the server's; the watches ended: ${ends.join(', ')}`,
    )
  const openWatch = async (): Promise<OpenWatch> => {
    await until(() => api.watches.length === 1, 'one open watch')
    const [watch] = api.watches
    assert.ok(watch)
    return watch
  }
  /** Changes of every sort, so that a store that missed any of them differs. */
  let round = 0
  const change = () => {
    round++
    api.put('always', `${round}`)
    api.put(`new-${round}`, 'x')
    api.remove(`new-${round - 1}`)
    api.remove('reborn')
    api.put('reborn', `${round}`)
  }
  const lists = () => api.requests.filter((request) => request === 'list').length

  beforeEach(async () => {
    ends = []
    noticed = []
    api = await startFakeApi()
    transport = api.transport()
    change()
  })
  afterEach(async () => {
    reflector.stop()
    await transport.close()
    await api.close()
  })

  it('holds what the server holds, and follows each change', async () => {
    reflect()
    await catchUp()
    await openWatch()
    for (let i = 0; i < 20; i++) change()
    await catchUp()
    assert.equal(lists(), 1)
    assert.deepEqual(ends, [])
  })

  it('asks for bookmarks, from the version of the list, for fifty to sixty seconds', async () => {
    const urls: URL[] = []
    api.next.watch.push((_request, response, url) => {
      urls.push(url)
      response.writeHead(200).end()
    })
    reflect()
    await until(() => urls.length === 1, 'a watch')
    const query = urls[0]?.searchParams
    assert.equal(query?.get('allowWatchBookmarks'), 'true')
    assert.equal(query?.get('resourceVersion'), `${api.version}`)
    const seconds = Number(query?.get('timeoutSeconds'))
    assert.ok(seconds >= 50 && seconds <= 60)
  })

  it('lists page by page', async () => {
    for (let i = 0; i < 1200; i++) api.put(`many-${i}`, 'x')
    reflect()
    await catchUp()
    assert.equal(lists(), 3)
    assert.equal(store.size, api.things.size)
  })

  it('tells of each page before the store has the whole', async () => {
    for (let i = 0; i < 1200; i++) api.put(`many-${i}`, 'x')
    const pages: number[] = []
    reflect({
      onListPage: (items) => {
        assert.equal(store.synced(), false)
        pages.push(items.length)
      },
    })
    await catchUp()
    assert.deepEqual(pages, [500, 500, api.things.size - 1000])
  })

  it('lists from the start when a page grew too old', async () => {
    for (let i = 0; i < 1200; i++) api.put(`many-${i}`, 'x')
    const usual = api.next.list
    usual.push((request, response, url) => {
      // The first page as usual; the second is gone.
      usual.push(refuse(410, 'Expired'))
      const more = [...api.things.values()].slice(0, 500)
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ metadata: { resourceVersion: `${api.version}`, continue: 'old:500' }, items: more }),
      )
      void request
      void url
    })
    reflect()
    await catchUp()
    assert.deepEqual(ends, ['listFailed'])
    assert.equal(lists(), 5)
  })

  it('keeps trying when lists fail', async () => {
    api.next.list.push(
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
    assert.equal(ends.length, 7)
    assert.ok(ends.every((end) => end === 'listFailed'))
  })

  it('goes on where it was after a clean close', async () => {
    reflect()
    for (let i = 0; i < 3; i++) {
      const watch = await openWatch()
      watch.close()
      change()
      await catchUp()
    }
    assert.deepEqual(ends, ['closed', 'closed', 'closed'])
    assert.equal(lists(), 1)
  })

  it('goes on where it was after a reset', async () => {
    reflect()
    for (let i = 0; i < 3; i++) {
      const watch = await openWatch()
      change()
      watch.reset()
      change()
      await until(() => ends.length === i + 1, 'the end of the watch')
      await catchUp()
    }
    assert.deepEqual(ends, ['failed', 'failed', 'failed'])
    assert.equal(lists(), 1)
  })

  it('goes on where it was after a watch was cut in the middle of a line', async () => {
    reflect()
    const watch = await openWatch()
    watch.filter = (line) => line.slice(0, line.length / 2)
    api.put('cut', 'x')
    watch.close()
    await catchUp()
    assert.equal(lists(), 1)
  })

  it('lists again when the server answers a watch with 410', async () => {
    api.next.watch.push(refuse(410, 'Expired'))
    reflect()
    await until(() => ends.length === 1, 'the refusal')
    change()
    await catchUp()
    assert.deepEqual(ends, ['expired'])
    assert.equal(lists(), 2)
  })

  it('lists again when a watch brings 410 as an event', async () => {
    reflect()
    const watch = await openWatch()
    watch.filter = () => undefined
    change()
    api.compact()
    watch.write(`${JSON.stringify({ type: 'ERROR', object: statusBody(410, 'Expired') })}\n`)
    await catchUp()
    assert.deepEqual(ends, ['expired'])
    assert.equal(lists(), 2)
  })

  it('lists again when a watch brings another error as an event', async () => {
    reflect()
    const watch = await openWatch()
    watch.filter = () => undefined
    change()
    watch.write(`${JSON.stringify({ type: 'ERROR', object: statusBody(500, 'InternalError') })}\n`)
    await catchUp()
    assert.deepEqual(ends, ['surprise'])
    assert.equal(lists(), 2)
  })

  it('opens another watch when one did not end in its time, whatever it brought meanwhile, without a list', async () => {
    reflect({ watchMs: 1000, overdueMs: 100 })
    const watch = await openWatch()
    watch.filter = () => undefined
    change()
    await catchUp()
    assert.deepEqual(ends, ['overdue'])
    assert.equal(lists(), 1)
  })

  it('is blind for no longer than 65 seconds where a half-open connection has a living peer', async () => {
    for (const luck of [0, 0.999]) {
      const clock = fakeClock()
      ends = []
      reflect({ clock, random: () => luck })
      const watch = await openWatch()
      watch.filter = () => undefined
      change()
      await clock.advance(54_999)
      assert.deepEqual(ends, [])
      await clock.advance(10_001)
      await catchUp()
      assert.deepEqual(ends, ['overdue'])
      reflector.stop()
      await until(() => api.watches.length === 0, 'no watch')
    }
  })

  it('takes bookmarks for life, and goes on from the last of them', async () => {
    const clock = fakeClock()
    reflect({ clock })
    for (let minute = 0; minute < 8; minute++) {
      const watch = await openWatch()
      api.bookmark()
      await until(() => seen === `${api.version}`, 'the bookmark')
      await clock.advance(50_000)
      watch.close()
      await until(() => ends.length === minute + 1, 'the end of the watch')
    }
    assert.deepEqual(new Set(ends), new Set(['closed']))
    const last = api.version
    const watch = await openWatch()
    api.compact()
    watch.filter = () => undefined
    change()
    await clock.advance(65_000)
    await until(() => api.watches.some(({ from }) => from === last), 'a watch from the last bookmark')
    await catchUp()
    assert.equal(ends.at(-1), 'overdue')
    assert.equal(lists(), 1)
  })

  it('says why it has no list yet, and that a kind is not served, until it has one', async () => {
    api.next.list.push(
      refuse(403, 'Forbidden'),
      (_request, response) => void response.writeHead(404).end('404 page not found\n'),
    )
    const said: (string | undefined)[] = []
    reflect({ observer: { ended: () => void setImmediate(() => said.push(reflector.listError)) } })
    await catchUp()
    assert.match(said[0] ?? '', /the server says Forbidden/)
    assert.match(said[1] ?? '', /is its CRD installed\?/)
    assert.equal(reflector.listError, undefined)
  })

  for (const [what, line] of [
    ['a corrupt line', '{"type":"ADDED","object":{"metada\n'],
    ['an object without a version', '{"type":"ADDED","object":{"metadata":{"name":"x","uid":"u"}}}\n'],
    ['an event of unknown type', '{"type":"RENAMED","object":{"metadata":{}}}\n'],
    ['a bookmark without a version', '{"type":"BOOKMARK","object":{"metadata":{}}}\n'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d, 0x0a])],
  ] as const)
    it(`lists again after ${what}`, async () => {
      reflect()
      const watch = await openWatch()
      // What the corrupt line stood for is lost on this watch.
      watch.filter = () => undefined
      change()
      watch.write(line)
      await catchUp()
      assert.deepEqual(ends, ['surprise'])
      assert.equal(lists(), 2)
    })

  it('reads U+2028 as part of a text', async () => {
    reflect()
    await openWatch()
    api.put('odd', 'a\u2028b\u2029c')
    await catchUp()
    assert.deepEqual(store.get({ namespace: 'default', name: 'odd' })?.spec, { value: 'a\u2028b\u2029c' })
    assert.deepEqual(ends, [])
  })

  it('takes an event that comes twice once', async () => {
    reflect()
    const watch = await openWatch()
    await catchUp()
    noticed.length = 0
    watch.filter = (line) => line + line
    api.put('twice', 'x')
    api.remove('twice')
    api.put('twice', 'y')
    await catchUp()
    assert.deepEqual(noticed, ['twice', 'twice', 'twice'])
    assert.equal(lists(), 1)
  })

  it('lists again when events come out of order, so that no ghost stays', async () => {
    reflect()
    const watch = await openWatch()
    let kept = ''
    watch.filter = (line) => {
      kept = line
      return undefined
    }
    const ghost = api.put('ghost', 'x')
    watch.filter = (line) => line + kept
    api.remove('ghost')
    assert.ok(kept.includes(ghost.metadata.uid))
    await until(() => ends.length === 1, 'the surprise')
    await catchUp()
    assert.deepEqual(ends, ['surprise'])
    assert.equal(store.get({ namespace: 'default', name: 'ghost' }), undefined)
  })

  it('notices an object that was deleted and made again while nobody watched', async () => {
    reflect()
    await catchUp()
    const before = store.get({ namespace: 'default', name: 'reborn' })?.metadata.uid
    const watch = await openWatch()
    watch.filter = () => undefined
    noticed.length = 0
    change()
    api.compact()
    watch.close()
    await catchUp()
    assert.ok(noticed.includes('reborn'))
    assert.notEqual(store.get({ namespace: 'default', name: 'reborn' })?.metadata.uid, before)
  })

  it('does not hammer a server that closes each watch at once', async () => {
    const closing = Array.from({ length: 1000 }, () => (_request: unknown, response: { end(): void }) => response.end())
    api.next.watch.push(...closing)
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
    api.rewind(api.version - 3)
    api.next.watch.push(refuse(410, 'Expired'))
    watch.close()
    await until(() => ends.filter((end) => end === 'listFailed').length >= 3, 'three refused lists')
    assert.ok(log.lines.some((line) => line.includes('older than what was seen before')))
    assert.equal(api.watches.length, 0)
    aheadMs = 300_000
    await until(() => api.watches.length === 1, 'a watch again')
    change()
    await catchUp()
  })

  it('stops feeding the store when stopped, and one run feeds it after a start', async () => {
    reflect()
    await openWatch()
    await catchUp()
    reflector.stop()
    await until(() => api.watches.length === 0, 'no watch')
    const size = store.size
    api.put('unseen', 'x')
    reflector.start()
    reflector.stop()
    reflector.start()
    reflector.start()
    await catchUp()
    await openWatch()
    assert.equal(store.size, size + 1)
    change()
    await catchUp()
    assert.equal(api.watches.length, 1)
  })

  it('goes on when whoever is noticed throws', async () => {
    store = storeOf<KubeObject>({
      matters: () => true,
      notice: () => {
        throw new Error('the handler broke')
      },
      log,
    })
    const sink = store
    reflect({ sink })
    store = sink
    await openWatch()
    change()
    await catchUp()
    assert.deepEqual(ends, [])
    assert.ok(log.lines.some((line) => line.includes('the handler broke')))
  })
})
