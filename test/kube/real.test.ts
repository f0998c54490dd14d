import assert from 'node:assert/strict'
import diagnostics from 'node:diagnostics_channel'
import type { TLSSocket } from 'node:tls'
import { after, before, beforeEach, describe, it } from 'mocha'
import { readClusterUid } from '../../src/kube/cluster-uid.ts'
import { type Elector, electorOf } from '../../src/kube/lease/elector.ts'
import { leaseLockOf, leaseTransportOf } from '../../src/kube/lease/lease-lock.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import { kubeConfigFrom } from '../../src/kube/transport/config.ts'
import { transportOf } from '../../src/kube/transport/transport.ts'
import { eventRecorderOf } from '../../src/kube/write/events.ts'
import { realClock } from '../../src/time/clock.ts'
import { memoryLog } from './memory-log.ts'
import { type Clients, type Scene, thingKind } from './real-scene.ts'
import { failureIn, keyOf, openThings, type Things } from './real-things.ts'
import { until } from './until.ts'

describe('the clients in a real API server', () => {
  let scene: Scene
  let clients: Clients
  let newThing: Things['newThing']
  const read = ({ metadata: { name } }: KubeObject): KubeObject => {
    const object = clients.kube.read(thingKind, keyOf(name))
    assert.ok(object)
    return object
  }
  const isFresh = ({ metadata: { name } }: KubeObject) =>
    until(() => clients.kube.fresh(thingKind, keyOf(name)), 'our own write is seen')

  before(async () => {
    ;({ scene, clients, newThing } = await openThings())
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
      assert.equal(await failureIn(clients.kube.live({ ...thingKind, plural: 'ghosts' }, keyOf('nobody'))), 'transient')
    })

    it('reads what tells this cluster from all others', async () => {
      const uid = await scene.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}')
      assert.equal(await readClusterUid(scene.transport), uid)
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
      assert.equal(await failureIn(transport.request({ method: 'GET', path: '/api/v1/secrets' })), 'forbidden')
      await transport.close()
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
        await failureIn(
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
      assert.equal(await failureIn(clients.kube.report(thingKind, thing, { a: 1 })), 'conflict')
      await scene.kubectl('delete', 'thing', thing.metadata.name)
      await scene.createThing(thing.metadata.name)
      assert.equal(await failureIn(clients.kube.report(thingKind, thing, { a: 1 })), 'conflict')
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
      assert.equal(await failureIn(clients.kube.setFinalizer(thingKind, thing, true)), 'conflict')
    })
  })

  describe('events', () => {
    it('are visible to kubectl, with the count of their repeats', async () => {
      const thing = await newThing()
      const events = eventRecorderOf({
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
      const lease = leaseTransportOf({ load: kubeConfigFrom(scene.plane.kubeconfig) })
      const log = memoryLog()
      const elect = (identity: string): Elector =>
        electorOf({
          lock: leaseLockOf(lease, keyOf('larder-test')),
          identity,
          clock: realClock,
          random: Math.random,
          log,
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
      assert.equal(log.lines.filter((line) => line.includes('standing by')).length, 1)
      const released = one.release()
      assert.equal(one.margin(), false)
      await two.held
      await released
      assert.equal(await scene.kubectl(...holder), 'two')
      await two.release()
      assert.equal(await scene.kubectl(...holder), '')
      await lease.close()
    })
  })
})
