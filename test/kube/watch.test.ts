import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { fakeClock } from '../loop/fake-clock.ts'
import { refuse, statusBody } from './fake-api.ts'
import { reflectorScene } from './reflector-scene.ts'
import { until } from './until.ts'

describe('a watch that ends or goes wrong', () => {
  const { scene, reflect, catchUp, openWatch, change, lists } = reflectorScene()

  it('lists again when the server answers a watch with 410', async () => {
    scene.api.next.watch.push(refuse(410, 'Expired'))
    reflect()
    await until(() => scene.ends.length === 1, 'the refusal')
    change()
    await catchUp()
    assert.deepEqual(scene.ends, ['expired'])
    assert.equal(lists(), 2)
  })

  it('lists again when a watch brings 410 as an event', async () => {
    reflect()
    const watch = await openWatch()
    watch.filter = () => undefined
    change()
    scene.api.compact()
    watch.write(`${JSON.stringify({ type: 'ERROR', object: statusBody(410, 'Expired') })}\n`)
    await catchUp()
    assert.deepEqual(scene.ends, ['expired'])
    assert.equal(lists(), 2)
  })

  it('lists again when a watch brings another error as an event', async () => {
    reflect()
    const watch = await openWatch()
    watch.filter = () => undefined
    change()
    watch.write(`${JSON.stringify({ type: 'ERROR', object: statusBody(500, 'InternalError') })}\n`)
    await catchUp()
    assert.deepEqual(scene.ends, ['surprise'])
    assert.equal(lists(), 2)
  })

  it('opens another watch when one did not end in its time, whatever it brought meanwhile, without a list', async () => {
    reflect({ watchMs: 1000, overdueMs: 100 })
    const watch = await openWatch()
    watch.filter = () => undefined
    change()
    await catchUp()
    assert.deepEqual(scene.ends, ['overdue'])
    assert.equal(lists(), 1)
  })

  it('is blind for no longer than 65 seconds where a half-open connection has a living peer', async () => {
    for (const luck of [0, 0.999]) {
      const clock = fakeClock()
      scene.ends = []
      reflect({ clock, random: () => luck })
      const watch = await openWatch()
      watch.filter = () => undefined
      change()
      await clock.advance(54_999)
      assert.deepEqual(scene.ends, [])
      await clock.advance(10_001)
      await catchUp()
      assert.deepEqual(scene.ends, ['overdue'])
      scene.reflector.stop()
      await until(() => scene.api.watches.length === 0, 'no watch')
    }
  })

  it('takes bookmarks for life, and goes on from the last of them', async () => {
    const clock = fakeClock()
    reflect({ clock })
    for (let minute = 0; minute < 8; minute++) {
      const watch = await openWatch()
      scene.api.bookmark()
      await until(() => scene.seen === `${scene.api.version}`, 'the bookmark')
      await clock.advance(50_000)
      watch.close()
      await until(() => scene.ends.length === minute + 1, 'the end of the watch')
    }
    assert.deepEqual(new Set(scene.ends), new Set(['closed']))
    const last = scene.api.version
    const watch = await openWatch()
    scene.api.compact()
    watch.filter = () => undefined
    change()
    await clock.advance(65_000)
    await until(() => scene.api.watches.some(({ from }) => from === last), 'a watch from the last bookmark')
    await catchUp()
    assert.equal(scene.ends.at(-1), 'overdue')
    assert.equal(lists(), 1)
  })

  it('says why it has no list yet, and that a kind is not served, until it has one', async () => {
    scene.api.next.list.push(
      refuse(403, 'Forbidden'),
      (_request, response) => void response.writeHead(404).end('404 page not found\n'),
    )
    const said: (string | undefined)[] = []
    reflect({ observer: { ended: () => void setImmediate(() => said.push(scene.reflector.listError)) } })
    await catchUp()
    assert.match(said[0] ?? '', /the server says Forbidden/)
    assert.match(said[1] ?? '', /is its CRD installed\?/)
    assert.equal(scene.reflector.listError, undefined)
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
      assert.deepEqual(scene.ends, ['surprise'])
      assert.equal(lists(), 2)
    })

  it('reads U+2028 as part of a text', async () => {
    reflect()
    await openWatch()
    scene.api.put('odd', 'a\u2028b\u2029c')
    await catchUp()
    assert.deepEqual(scene.store.get({ namespace: 'default', name: 'odd' })?.spec, { value: 'a\u2028b\u2029c' })
    assert.deepEqual(scene.ends, [])
  })

  it('takes an event that comes twice once', async () => {
    reflect()
    const watch = await openWatch()
    await catchUp()
    scene.noticed.length = 0
    watch.filter = (line) => line + line
    scene.api.put('twice', 'x')
    scene.api.remove('twice')
    scene.api.put('twice', 'y')
    await catchUp()
    assert.deepEqual(scene.noticed, ['twice', 'twice', 'twice'])
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
    const ghost = scene.api.put('ghost', 'x')
    watch.filter = (line) => line + kept
    scene.api.remove('ghost')
    assert.ok(kept.includes(ghost.metadata.uid))
    await until(() => scene.ends.length === 1, 'the surprise')
    await catchUp()
    assert.deepEqual(scene.ends, ['surprise'])
    assert.equal(scene.store.get({ namespace: 'default', name: 'ghost' }), undefined)
  })

  it('notices an object that was deleted and made again while nobody watched', async () => {
    reflect()
    await catchUp()
    const before = scene.store.get({ namespace: 'default', name: 'reborn' })?.metadata.uid
    const watch = await openWatch()
    watch.filter = () => undefined
    scene.noticed.length = 0
    change()
    scene.api.compact()
    watch.close()
    await catchUp()
    assert.ok(scene.noticed.includes('reborn'))
    assert.notEqual(scene.store.get({ namespace: 'default', name: 'reborn' })?.metadata.uid, before)
  })
})
