import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'mocha'
import { objectMatters } from '../../src/kube/cache/predicates.ts'
import { type Store, storeOf } from '../../src/kube/cache/store.ts'
import type { KubeObject, ObjectMeta } from '../../src/kube/port.ts'
import { memoryLog } from './memory-log.ts'

const key = { namespace: 'ns', name: 'a' }
const object = (resourceVersion: string, more: Partial<ObjectMeta> = {}, status?: unknown): KubeObject => ({
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CacheCluster',
  metadata: { name: 'a', namespace: 'ns', uid: 'u1', resourceVersion, generation: 1, ...more },
  ...(status !== undefined && { status }),
})

describe('the store', () => {
  let store: Store<KubeObject>
  let notices: string[]
  const told = () => notices.splice(0)

  beforeEach(() => {
    notices = []
    store = storeOf({
      matters: objectMatters,
      notice: ({ namespace, name }, _item, urgency) => void notices.push(`${namespace}/${name} ${urgency}`),
      log: memoryLog(),
    })
  })

  it('notices what stood there at the start as resync, and all later changes as the work of users', () => {
    store.replace([object('1'), object('2', { name: 'b' })], '5', false)
    assert.deepEqual(told(), ['ns/a resync', 'ns/b resync'])
    store.upsert(object('6', { name: 'c' }))
    assert.deepEqual(told(), ['ns/c user'])
    store.replace([object('1'), object('7', { name: 'b', generation: 2 })], '8', false)
    assert.deepEqual(told(), ['ns/b user', 'ns/c user'])
  })

  describe('with indexes', () => {
    const refersTo = (name: string) => ({ annotations: { policy: name } })
    let told: [string, string | undefined][]
    const names = (value: string) => store.by('policy', value).map(({ metadata }) => metadata.name)

    beforeEach(() => {
      told = []
      store = storeOf({
        matters: objectMatters,
        notice: (_key, { metadata }, _urgency, before) =>
          void told.push([metadata.name, before?.metadata.annotations?.['policy']]),
        indexes: {
          policy: ({ metadata }) => {
            if (metadata.name === 'broken') throw new Error('it has no policy')
            return metadata.annotations?.['policy']
          },
          words: ({ metadata }) => metadata.annotations?.['policy']?.split(' '),
        },
        log: memoryLog(),
      })
    })

    it('finds by value what was listed, changed and removed', () => {
      store.replace([object('1', refersTo('x')), object('2', { name: 'b', ...refersTo('x') })], '5', false)
      assert.deepEqual(names('x'), ['a', 'b'])
      store.upsert(object('6', refersTo('y')))
      assert.deepEqual([names('x'), names('y')], [['b'], ['a']])
      assert.deepEqual(
        [...store.counts('policy')],
        [
          ['x', 1],
          ['y', 1],
        ],
      )
      store.remove(object('7', { name: 'b' }))
      store.upsert(object('8', { name: 'c' }))
      assert.deepEqual([names('x'), names('y')], [[], ['a']])
      store.replace([object('9', { name: 'd', ...refersTo('x') })], '9', false)
      assert.deepEqual([names('x'), names('y')], [['d'], []])
      assert.throws(() => store.by('unknown', 'x'), /no index unknown/)
    })

    it('finds an item under each of several values, and under none that it has no more', () => {
      const found = (value: string) => store.by('words', value).map(({ metadata }) => metadata.name)
      store.replace([object('1', refersTo('x y')), object('2', { name: 'b', ...refersTo('y') })], '5', false)
      assert.deepEqual([found('x'), found('y')], [['a'], ['a', 'b']])
      store.upsert(object('6', refersTo('y z')))
      assert.deepEqual([found('x'), found('y'), found('z')], [[], ['b', 'a'], ['a']])
      store.remove(object('7'))
      assert.deepEqual([found('y'), found('z')], [['b'], []])
    })

    it('leaves out what has no value, or breaks the one who asks for it', () => {
      store.replace([object('1'), object('2', { name: 'broken', ...refersTo('x') })], '5', false)
      assert.equal(store.size, 2)
      assert.equal(store.counts('policy').size, 0)
    })

    it('stays as fast with many objects as with few', () => {
      const many = Array.from({ length: 20_000 }, (_, i) => object(`${i + 1}`, { name: `n${i}`, ...refersTo('all') }))
      store.replace(many, '20000', false)
      const startMs = performance.now()
      for (let i = 0; i < 2000; i++) store.upsert(object(`${30_000 + i}`, { name: `n${i}`, ...refersTo(`one-${i}`) }))
      assert.ok(performance.now() - startMs < 2000)
      assert.equal(names('all').length, 18_000)
    })

    it('tells with each change what the object was before, and with a deletion what it was last', () => {
      store.replace([object('1', refersTo('x'))], '1', false)
      store.upsert(object('2', refersTo('y')))
      store.remove(object('3', refersTo('z')))
      store.upsert(object('4', refersTo('z')))
      store.replace([object('5', { uid: 'u2', ...refersTo('v') })], '5', false)
      store.replace([], '6', false)
      assert.deepEqual(told, [
        ['a', undefined],
        ['a', 'x'],
        ['a', 'y'],
        ['a', undefined],
        ['a', 'z'],
        ['a', 'v'],
      ])
    })
  })

  it('takes a write of the status in silence', () => {
    store.replace([object('1')], '1', false)
    told()
    store.upsert(object('2', {}, { phase: 'Ready' }))
    assert.deepEqual(told(), [])
    assert.deepEqual(store.get(key)?.status, { phase: 'Ready' })
  })

  for (const [what, change] of [
    ['the generation', { generation: 2 }],
    ['a label', { labels: { a: 'b' } }],
    ['an annotation', { annotations: { a: 'b' } }],
    ['a finalizer', { finalizers: ['other/one'] }],
    ['a deletion that was asked for', { deletionTimestamp: '2026-01-01T00:00:00Z' }],
    ['another object of the same name', { uid: 'u2' }],
  ] satisfies [string, Partial<ObjectMeta>][])
    it(`notices ${what}`, () => {
      store.replace([object('1')], '1', false)
      told()
      store.upsert(object('2', change))
      assert.deepEqual(told(), ['ns/a user'])
    })

  it('notices every change of a kind whose generations nobody counts', () => {
    const { generation: _none, ...metadata } = object('1').metadata
    store.replace([{ ...object('1'), metadata }], '1', false)
    told()
    store.upsert({ ...object('2'), metadata: { ...metadata, resourceVersion: '2' } })
    assert.deepEqual(told(), ['ns/a user'])
  })

  it('does not go back to an older version, nor lets the end of a former object take away its successor', () => {
    store.replace([object('5')], '5', false)
    told()
    store.upsert(object('4', { generation: 9 }))
    assert.equal(store.get(key)?.metadata.resourceVersion, '5')
    store.upsert(object('7', { uid: 'u2' }))
    store.remove(object('6', { uid: 'u1' }))
    assert.equal(store.get(key)?.metadata.uid, 'u2')
    assert.deepEqual(told(), ['ns/a user'])
  })

  it('is stale from our own write on until it has seen it, by event, bookmark or list', () => {
    store.replace([object('1')], '1', false)
    store.expect(key, '3')
    assert.equal(store.fresh(key), false)
    store.upsert(object('2'))
    store.seen('2')
    assert.equal(store.fresh(key), false)
    store.upsert(object('3'))
    store.seen('3')
    assert.equal(store.fresh(key), true)
    store.expect(key, '5')
    store.seen('6')
    assert.equal(store.fresh(key), true)
    store.expect(key, '9')
    store.replace([object('9')], '12', false)
    assert.equal(store.fresh(key), true)
  })

  it('is not stale for a write that it has seen already, or that changed nothing', () => {
    store.replace([object('4')], '8', false)
    store.expect(key, '4')
    assert.equal(store.fresh(key), true)
  })

  it('notices a key when what somebody waited for has come, even if it is no news otherwise', () => {
    store.replace([object('1')], '1', false)
    told()
    store.expect(key, '2')
    store.upsert(object('2', {}, { phase: 'Ready' }))
    store.seen('2')
    assert.deepEqual(told(), [])
    store.expect(key, '3')
    assert.equal(store.fresh(key), false)
    store.upsert(object('3', {}, { phase: 'Gone' }))
    store.seen('3')
    assert.deepEqual(told(), ['ns/a resync'])
  })

  it('stays stale through a list that is older than our write, and forgets when history was rewound', () => {
    store.replace([object('5')], '5', false)
    store.expect(key, '9')
    store.replace([object('5')], '7', false)
    assert.equal(store.fresh(key), false)
    store.replace([object('3')], '3', true)
    assert.equal(store.fresh(key), true)
  })

  it('expects nothing more of an object that is gone', () => {
    store.replace([object('5')], '5', false)
    store.expect(key, '9')
    store.remove(object('8'))
    assert.equal(store.fresh(key), true)
    assert.equal(store.get(key), undefined)
  })

  it('is synced once a list has come in', async () => {
    assert.equal(store.synced(), false)
    store.replace([], '1', false)
    await store.whenSynced()
    assert.equal(store.synced(), true)
  })
})
