import assert from 'node:assert/strict'
import diagnostics from 'node:diagnostics_channel'
import type { TLSSocket } from 'node:tls'
import { after, before, beforeEach, describe, it } from 'mocha'
import { type Elector, electorOf } from '../../src/kube/lease/elector.ts'
import { leaseLockOf } from '../../src/kube/lease/lease-lock.ts'
import { KubeError, type KubeFailure, type KubeObject, type SecretWanted } from '../../src/kube/port.ts'
import { kubeConfigFrom } from '../../src/kube/transport/config.ts'
import { transportOf } from '../../src/kube/transport/transport.ts'
import { eventsOf } from '../../src/kube/write/events.ts'
import { realClock } from '../../src/time/clock.ts'
import { memoryLog } from './memory-log.ts'
import { type Clients, configMapKind, openScene, type Scene, thingKind } from './real-scene.ts'
import { until } from './until.ts'

const failureOf = async (promise: Promise<unknown>): Promise<KubeFailure['is']> => {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof KubeError, String(error))
    return error.failure.is
  }
  return assert.fail('it did not fail')
}
const keyOf = (name: string) => ({ namespace: 'default', name })

describe('the clients in a real API server', function () {
  this.timeout(120_000)
  let scene: Scene
  let clients: Clients
  let made = 0

  /** A Thing that the store has seen. */
  const newThing = async (more: object = {}): Promise<KubeObject> => {
    const name = `thing-${made++}`
    await scene.createThing(name, { metadata: { name, ...more } })
    await until(() => clients.kube.read(thingKind, keyOf(name)) !== undefined, 'the new thing is seen')
    const thing = clients.kube.read(thingKind, keyOf(name))
    assert.ok(thing)
    return thing
  }
  const read = ({ metadata: { name } }: KubeObject): KubeObject => {
    const object = clients.kube.read(thingKind, keyOf(name))
    assert.ok(object)
    return object
  }
  const isFresh = ({ metadata: { name } }: KubeObject) =>
    until(() => clients.kube.fresh(thingKind, keyOf(name)), 'our own write is seen')

  before(async function () {
    this.timeout(900_000)
    scene = await openScene()
    clients = scene.connect()
    await clients.kube.whenSynced()
  })
  after(() => scene?.stop())
  beforeEach(() => {
    clients.notices.length = 0
  })

  describe('the transport', () => {
    it('speaks HTTP/1.1 over its few connections, though the server offers HTTP/2', async () => {
      const protocols: unknown[] = []
      const opened = (message: unknown) => protocols.push((message as { socket: TLSSocket }).socket.alpnProtocol)
      diagnostics.subscribe('undici:client:connected', opened)
      const transport = transportOf({ load: kubeConfigFrom(scene.plane.kubeconfig), connections: 4 })
      const path = '/api/v1/namespaces/default/configmaps'
      await Promise.all(Array.from({ length: 200 }, () => transport.request({ method: 'GET', path })))
      await transport.close()
      diagnostics.unsubscribe('undici:client:connected', opened)
      assert.ok(protocols.length >= 1 && protocols.length <= 4, `${protocols.length} connections`)
      assert.ok(protocols.every((protocol) => protocol === false || protocol === 'http/1.1'))
    })

    it('tells an object that is not there from a kind that is not served', async () => {
      assert.equal(await clients.kube.live(thingKind, keyOf('nobody')), undefined)
      assert.equal(await failureOf(clients.kube.live({ ...thingKind, plural: 'ghosts' }, keyOf('nobody'))), 'transient')
    })

    it('is refused by name with a token that may do nothing', async () => {
      const token = await scene.plane.requestToken('default', 'default')
      const transport = transportOf({
        load: () => {
          const config = kubeConfigFrom(scene.plane.kubeconfig)()
          const cluster = config.getCurrentCluster()
          assert.ok(cluster)
          config.loadFromClusterAndUser(cluster, { name: 'nobody', token })
          return config
        },
      })
      assert.equal(await failureOf(transport.request({ method: 'GET', path: '/api/v1/secrets' })), 'forbidden')
      await transport.close()
    })
  })

  describe('the reflector', () => {
    it('follows what happens before, while and after the API server restarts', async () => {
      const watching = scene.connect({ kinds: [thingKind, configMapKind], reflector: { pace: { firstMs: 100 } } })
      const { kube } = watching
      await kube.whenSynced()
      const put = (name: string) => scene.createThing(name)
      await put('before')
      await scene.kubectl('create', 'configmap', 'before', '--from-literal=a=b')
      await put('leaves')
      await until(() => kube.read(thingKind, keyOf('leaves')) !== undefined, 'the thing is seen')
      // A cluster that is somebody else's goes on running; then this is the plain case.
      if (scene.plane.canRestart) {
        await scene.plane.killApiServer()
        assert.equal(await failureOf(kube.live(thingKind, keyOf('before'))), 'transient')
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
          return (
            kube.read(thingKind, keyOf('after')) !== undefined && kube.read(thingKind, keyOf('leaves')) === undefined
          )
        },
        'stores equal to the server',
        60_000,
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

  describe('the report', () => {
    it('writes the status, drops fields that went away, and writes nothing that stands already', async () => {
      const thing = await newThing()
      await clients.kube.report(thingKind, thing, { a: 1, gone: { x: 1 }, list: [1, 2], nothing: null })
      await isFresh(thing)
      assert.deepEqual(read(thing).status, { a: 1, gone: { x: 1 }, list: [1, 2] })
      await clients.kube.report(thingKind, read(thing), { a: 2, list: [3] })
      await isFresh(thing)
      const settled = read(thing)
      assert.deepEqual(settled.status, { a: 2, list: [3] })
      await clients.kube.report(thingKind, settled, { list: [3], a: 2, nothing: undefined })
      const live = await clients.kube.live(thingKind, keyOf(thing.metadata.name))
      assert.equal(live?.metadata.resourceVersion, settled.metadata.resourceVersion)
    })

    it('is no news to ourselves, and the store is stale until it has come round', async () => {
      const thing = await newThing()
      clients.notices.length = 0
      await clients.kube.report(thingKind, thing, { a: 1 })
      await isFresh(thing)
      assert.deepEqual(read(thing).status, { a: 1 })
      // Only who asked for freshness in vain is told.
      assert.ok(clients.notices.length <= 1)
      assert.equal(
        await failureOf(
          clients.kube.report(thingKind, { ...thing, metadata: { ...thing.metadata, resourceVersion: '1' } }, { a: 2 }),
        ),
        'conflict',
      )
    })

    it('can follow a finalizer and another report in the same turn', async () => {
      const thing = await newThing()
      await clients.kube.setFinalizer(thingKind, thing, true)
      await clients.kube.report(thingKind, thing, { step: 1 })
      await clients.kube.report(thingKind, thing, { step: 2 })
      await isFresh(thing)
      assert.deepEqual(read(thing).status, { step: 2 })
      await clients.kube.setFinalizer(thingKind, read(thing), false)
    })

    it('does not write over what changed meanwhile, nor onto another object of the same name', async () => {
      const thing = await newThing()
      await scene.kubectl('annotate', 'thing', thing.metadata.name, 'changed=yes')
      assert.equal(await failureOf(clients.kube.report(thingKind, thing, { a: 1 })), 'conflict')
      await scene.kubectl('delete', 'thing', thing.metadata.name)
      await scene.createThing(thing.metadata.name)
      assert.equal(await failureOf(clients.kube.report(thingKind, thing, { a: 1 })), 'conflict')
    })
  })

  describe('the finalizer', () => {
    it('comes and goes without touching those of others, and lets a deletion end', async () => {
      const thing = await newThing({ finalizers: ['other.dev/one'] })
      await clients.kube.setFinalizer(thingKind, thing, true)
      await clients.kube.setFinalizer(thingKind, thing, true)
      await isFresh(thing)
      assert.deepEqual(read(thing).metadata.finalizers, ['other.dev/one', 'larder.dev/cache'])
      await scene.kubectl('delete', 'thing', thing.metadata.name, '--wait=false')
      await until(() => read(thing).metadata.deletionTimestamp !== undefined, 'the deletion is seen')
      await clients.kube.setFinalizer(thingKind, read(thing), false)
      await isFresh(thing)
      assert.deepEqual(read(thing).metadata.finalizers, ['other.dev/one'])
      await scene.kubectl('patch', 'thing', thing.metadata.name, '--type=merge', '-p', '{"metadata":{"finalizers":[]}}')
      await until(() => clients.kube.read(thingKind, keyOf(thing.metadata.name)) === undefined, 'the end')
      await clients.kube.setFinalizer(
        thingKind,
        { ...thing, metadata: { ...thing.metadata, finalizers: ['larder.dev/cache'] } },
        false,
      )
    })

    it('is not set by a view that is out of date', async () => {
      const thing = await newThing()
      await scene.kubectl(
        'patch',
        'thing',
        thing.metadata.name,
        '--type=merge',
        '-p',
        '{"metadata":{"finalizers":["other.dev/two"]}}',
      )
      assert.equal(await failureOf(clients.kube.setFinalizer(thingKind, thing, true)), 'conflict')
    })
  })

  describe('Secrets', () => {
    const canary = 'canary-0f5d1c'
    const wanted = ({ metadata }: KubeObject, data: Record<string, string>, contentHash = 'h1'): SecretWanted => ({
      key: keyOf(`${metadata.name}-conn`),
      type: 'Opaque',
      data,
      contentHash,
      owner: { kind: thingKind, name: metadata.name, uid: metadata.uid },
      labels: { team: 'shop' },
      annotations: { note: 'x' },
    })
    /** Applies and waits until the seal is seen. */
    const apply = async (secret: SecretWanted): Promise<string> => {
      const version = await clients.kube.applySecret(secret)
      await until(
        () => version === `${clients.kube.meta(secret.key)?.uid}/${clients.kube.meta(secret.key)?.resourceVersion}`,
        'the seal',
      )
      return version
    }

    it('are applied, read back, sealed, and not written again when nothing differs', async () => {
      const thing = await newThing()
      const secret = wanted(thing, { uri: `rediss://:${canary}@h:6379`, port: '6379' })
      const version = await apply(secret)
      assert.deepEqual(clients.kube.meta(secret.key), {
        uid: version.split('/')[0],
        resourceVersion: version.split('/')[1],
        contentHash: 'h1',
        keys: ['port', 'uri'],
        foreign: false,
        ownerUid: thing.metadata.uid,
      })
      assert.deepEqual(await clients.kube.readSecret(secret.key), {
        version,
        data: secret.data,
        ownerUid: thing.metadata.uid,
        managed: true,
      })
      assert.equal(await clients.kube.applySecret(secret), version)
      const smaller = { ...secret, data: { port: '6380' }, contentHash: 'h2' }
      await apply(smaller)
      assert.deepEqual((await clients.kube.readSecret(secret.key))?.data, { port: '6380' })
      assert.equal(await clients.kube.readSecret(keyOf('nobody')), undefined)
    })

    for (const [what, edit, keys, foreign] of [
      ['a value that was changed', { data: { uri: 'aGk=' } }, ['port'], true],
      ['a value that was changed as text', { stringData: { uri: 'hi' } }, ['port'], true],
      ['a key that was removed', { data: { uri: null } }, ['port'], false],
      ['a key that was added', { data: { more: 'aGk=' } }, ['port', 'uri'], true],
    ] as const)
      it(`show ${what}, tell their owner, and applying heals it`, async () => {
        const thing = await newThing()
        const secret = wanted(thing, { uri: 'u', port: 'p' })
        await apply(secret)
        clients.notices.length = 0
        await scene.kubectl('patch', 'secret', secret.key.name, '--type=merge', '-p', JSON.stringify(edit))
        await until(() => clients.notices.length > 0, 'the edit is seen')
        const meta = clients.kube.meta(secret.key)
        assert.deepEqual([meta?.keys, meta?.foreign], [keys, foreign])
        assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} user`])
        await clients.kube.applySecret(secret)
        const after = await clients.kube.readSecret(secret.key)
        assert.deepEqual({ uri: after?.data['uri'], port: after?.data['port'] }, secret.data)
        const added = 'more' in (edit.data ?? {})
        await until(() => clients.kube.meta(secret.key)?.keys.join() === 'port,uri', 'our keys are ours')
        // A stranger's own key is not ours to remove: it stays, and shows.
        assert.equal(clients.kube.meta(secret.key)?.foreign, added)
      })

    it('that were deleted, or lost our label, are seen as gone and tell their owner', async () => {
      const thing = await newThing()
      const secret = wanted(thing, { uri: 'u' })
      for (const act of [
        ['delete', 'secret', secret.key.name],
        ['label', 'secret', secret.key.name, 'app.kubernetes.io/managed-by-'],
      ]) {
        await apply(secret)
        clients.notices.length = 0
        await scene.kubectl(...act)
        await until(() => clients.kube.meta(secret.key) === undefined, 'the meta is gone')
        assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} user`])
      }
      await apply(secret)
    })

    it('of others are never seen, and their contents are in no store and no log', async () => {
      await scene.kubectl('create', 'secret', 'generic', 'foreign', `--from-literal=password=${canary}`)
      const thing = await newThing()
      await apply(wanted(thing, { uri: canary }))
      assert.equal(clients.kube.meta(keyOf('foreign')), undefined)
      const read = await clients.kube.readSecret(keyOf('foreign'))
      assert.equal(read?.managed, false)
      const wrong = { ...wanted(thing, { uri: canary }), type: `${canary}/x` }
      const failed = await clients.kube.applySecret(wrong).then(
        () => assert.fail('the type of a Secret can not change'),
        (error: unknown) => error,
      )
      const said = `${String(failed)} ${JSON.stringify(failed)} ${clients.log.lines.join('\n')}`
      assert.ok(failed instanceof KubeError && failed.failure.is === 'invalid')
      assert.equal(said.includes(canary), false)
    })
  })

  describe('events', () => {
    it('are visible to kubectl, with the count of their repeats', async () => {
      const thing = await newThing()
      const events = eventsOf({
        transport: scene.transport,
        clock: realClock,
        log: memoryLog(),
        instance: 'tester',
        seriesMs: 0,
      })
      const event = { type: 'Warning', reason: 'QuotaExceeded', message: 'no more nodes' } as const
      events.emit(thing, event)
      await events.flushed()
      for (let i = 0; i < 4; i++) events.emit(thing, event)
      await events.flushed()
      assert.equal(events.dropped(), 0)
      const shown = await scene.kubectl('describe', 'thing', thing.metadata.name)
      assert.match(shown, /Warning\s+QuotaExceeded\s.*no more nodes/)
      const field = `involvedObject.uid=${thing.metadata.uid}`
      const listed = await scene.kubectl(
        'get',
        'events',
        '--field-selector',
        field,
        '-o',
        'jsonpath={.items[*].series.count}',
      )
      assert.equal(listed, '5')
    })
  })

  describe('the lease', () => {
    it('has one of two electors leading, and the other at once when that one lets go', async () => {
      const elect = (identity: string): Elector =>
        electorOf({
          lock: leaseLockOf(scene.transport, keyOf('larder-test')),
          identity,
          clock: realClock,
          random: Math.random,
          log: memoryLog(),
          retryMs: 100,
        })
      const [one, two] = [elect('one'), elect('two')]
      one.start()
      await one.held
      two.start()
      let looks = 0
      await until(() => {
        assert.ok(!two.margin())
        return one.margin() && ++looks > 100
      }, 'a hundred looks')
      const holder = ['get', 'lease', 'larder-test', '-o', 'jsonpath={.spec.holderIdentity}']
      assert.equal(await scene.kubectl(...holder), 'one')
      const released = one.release()
      assert.equal(one.margin(), false)
      await two.held
      await released
      assert.equal(await scene.kubectl(...holder), 'two')
      await two.release()
      assert.equal(await scene.kubectl(...holder), '')
    })
  })
})
