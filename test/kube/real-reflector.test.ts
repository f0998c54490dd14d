import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { secretKind } from '../../src/crds/kind.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import { configMapKind, type Scene, thingKind } from './real-scene.ts'
import { failureIn, keyOf, openThings, type Things } from './real-things.ts'
import { until } from './until.ts'

describe('the reflector at a real API server', () => {
  let scene: Scene
  let newThing: Things['newThing']

  before(async () => {
    ;({ scene, newThing } = await openThings())
  })
  after(() => scene?.stop())

  it('follows what happens before, while and after the API server restarts', async () => {
    const watching = scene.connect({ kinds: [thingKind, configMapKind], reflector: { pace: { firstMs: 100 } } })
    const { kube } = watching
    await Promise.all([kube.whenSynced(thingKind), kube.whenSynced(configMapKind)])
    const put = (name: string) => scene.createThing(name)
    await put('before')
    await scene.kubectl('create', 'configmap', 'before', '--from-literal=a=b')
    await put('leaves')
    await until(() => kube.read(thingKind, keyOf('leaves')) !== undefined, 'the thing is seen')
    // A cluster that is somebody else's goes on running; then this is the plain case.
    if (scene.plane.canRestart) {
      await scene.plane.killApiServer()
      assert.equal(await failureIn(kube.live(thingKind, keyOf('before'))), 'transient')
      await scene.plane.startApiServer()
    }
    await until(
      () =>
        scene.kubectl('delete', 'thing', 'leaves').then(
          () => true,
          () => false,
        ),
      'the deletion',
      60_000,
    )
    await put('after')
    await scene.kubectl('create', 'configmap', 'after', '--from-literal=a=b')
    await until(
      async () => {
        for (const kind of [thingKind, configMapKind]) {
          const listed = await scene.kubectl(
            'get',
            kind.plural,
            '-A',
            '-o',
            'jsonpath={range .items[*]}{.metadata.uid}/{.metadata.resourceVersion}{"\\n"}{end}',
          )
          const stored = kube.list(kind).map(({ metadata }) => `${metadata.uid}/${metadata.resourceVersion}`)
          if (listed.split('\n').toSorted().join() !== stored.toSorted().join()) return false
        }
        return kube.read(thingKind, keyOf('after')) !== undefined && kube.read(thingKind, keyOf('leaves')) === undefined
      },
      'stores equal to the server',
      60_000,
    )
    kube.stop()
  })

  it('syncs each kind by itself: one that is not served stops no other, and is named with the reason', async () => {
    const ghostKind = { ...thingKind, kind: 'Ghost', plural: 'ghosts' }
    const { kube, notices } = scene.connect({ kinds: [thingKind, ghostKind] })
    assert.deepEqual(
      kube.unsynced().map(({ kind }) => kind.kind),
      ['Thing', 'Ghost', 'Secret'],
    )
    await Promise.all([kube.whenSynced(thingKind), kube.whenSynced(secretKind)])
    await until(() => kube.unsynced()[0]?.error !== undefined, 'the reason')
    assert.deepEqual([kube.synced(thingKind), kube.synced(ghostKind), kube.synced(secretKind)], [true, false, true])
    const [ghost, ...others] = kube.unsynced()
    assert.deepEqual(others, [])
    assert.equal(ghost?.kind, ghostKind)
    assert.match(ghost?.error ?? '', /does not serve this kind: is its CRD installed/)
    assert.ok(Date.now() - Date.parse(ghost?.since ?? '') < 60_000)
    await newThing()
    await until(() => notices.length > 0, 'a notice')
    kube.stop()
  })

  it('finds objects by what they refer to, and tells what they were before', async () => {
    const team = ({ metadata }: KubeObject) => metadata.labels?.['team']
    const changes: string[] = []
    const { kube } = scene.connect({
      indexes: { Thing: { team } },
      notice: (_kind, { name }, _urgency, before) => void changes.push(`${name} was ${before && team(before)}`),
    })
    await kube.whenSynced(thingKind)
    const { name } = (await newThing({ labels: { team: 'red' } })).metadata
    const members = (value: string) => kube.by(thingKind, 'team', value).map(({ metadata }) => metadata.name)
    await until(() => members('red').includes(name), 'the index')
    await scene.kubectl('label', 'thing', name, 'team=blue', '--overwrite')
    await until(() => members('blue').includes(name), 'the new value')
    assert.deepEqual(members('red'), [])
    assert.equal(kube.counts(thingKind, 'team').get('blue'), 1)
    assert.ok(changes.includes(`${name} was red`))
    await scene.kubectl('delete', 'thing', name)
    await until(() => changes.includes(`${name} was blue`), 'the end')
    kube.stop()
  })

  it('has its watches ended by the server within a minute, after a bookmark that keeps them going', async () => {
    const ends: string[] = []
    const { kube } = scene.connect({
      reflector: { watchMs: 6000 },
      observer: () => ({ ended: (why) => void ends.push(why), listed: () => void ends.push('listed') }),
    })
    await until(() => ends.filter((end) => end === 'closed').length >= 4, 'four ends', 60_000)
    assert.deepEqual(ends.toSorted().slice(-2), ['listed', 'listed'])
    assert.ok(
      ends.every((end) => end === 'closed' || end === 'listed'),
      ends.join(),
    )
    kube.stop()
  })

  it('keeps neither managedFields nor what kubectl last applied', async () => {
    const thing = await newThing({
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', a: 'b' },
    })
    assert.deepEqual(thing.metadata.annotations, { a: 'b' })
    assert.equal('managedFields' in thing.metadata, false)
    assert.equal(thing.kind, 'Thing')
  })
})
