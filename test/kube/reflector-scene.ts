import assert from 'node:assert/strict'
import { afterEach, beforeEach } from 'mocha'
import { type Reflector, type ReflectorOptions, reflectorOf, type WatchEnd } from '../../src/kube/cache/reflector.ts'
import { objectOf } from '../../src/kube/cache/slim.ts'
import { type Store, storeOf } from '../../src/kube/cache/store.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import type { Transport } from '../../src/kube/transport/transport.ts'
import { realClock } from '../../src/time/clock.ts'
import { type FakeApi, type OpenWatch, startFakeApi } from './fake-api.ts'
import { memoryLog } from './memory-log.ts'
import { until } from './until.ts'

/** A reflector before an API server whose faults the test chooses, made anew for each test of the suite that calls this. */
export const reflectorScene = () => {
  const scene = {} as {
    api: FakeApi
    transport: Transport
    store: Store<KubeObject>
    reflector: Reflector
    ends: (WatchEnd | 'listFailed')[]
    noticed: string[]
    /** The version up to which the sink was told that all is seen. */
    seen: string
  }
  const log = memoryLog()

  const reflect = (options: Partial<ReflectorOptions<KubeObject>> = {}) => {
    const notice = ({ name }: { name: string }) => void scene.noticed.push(name)
    scene.store = storeOf<KubeObject>({ matters: () => true, notice, log })
    scene.reflector = reflectorOf<KubeObject>({
      transport: scene.transport,
      subject: { path: scene.api.path, slim: objectOf },
      sink: {
        ...scene.store,
        seen: (version) => {
          scene.seen = version
          scene.store.seen(version)
        },
      },
      clock: realClock,
      random: Math.random,
      log,
      observer: { ended: (why) => scene.ends.push(why) },
      pace: { firstMs: 2, capMs: 20 },
      ...options,
    })
    scene.reflector.start()
  }
  const isEqual = (): boolean => {
    if (scene.store.size !== scene.api.things.size) return false
    return [...scene.api.things.values()].every(({ metadata: { namespace, name, uid, resourceVersion } }) => {
      const found = scene.store.get({ namespace, name })?.metadata
      return found?.uid === uid && found.resourceVersion === resourceVersion
    })
  }
  const catchUp = () =>
    until(
      () => scene.store.synced() && isEqual(),
      () => `a store equal to the server's; the watches ended: ${scene.ends.join(', ')}`,
    )
  const openWatch = async (): Promise<OpenWatch> => {
    await until(() => scene.api.watches.length === 1, 'one open watch')
    const [watch] = scene.api.watches
    assert.ok(watch)
    return watch
  }
  /** Changes of every sort, so that a store that missed any of them differs. */
  let round = 0
  const change = () => {
    round++
    scene.api.put('always', `${round}`)
    scene.api.put(`new-${round}`, 'x')
    scene.api.remove(`new-${round - 1}`)
    scene.api.remove('reborn')
    scene.api.put('reborn', `${round}`)
  }
  const lists = () => scene.api.requests.filter((request) => request === 'list').length

  beforeEach(async () => {
    scene.ends = []
    scene.noticed = []
    scene.api = await startFakeApi()
    scene.transport = scene.api.transport()
    change()
  })
  afterEach(async () => {
    scene.reflector.stop()
    await scene.transport.close()
    await scene.api.close()
  })

  return { scene, log, reflect, catchUp, openWatch, change, lists }
}
