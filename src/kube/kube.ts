import { type Kind, secretKind } from '../crds/kind.ts'
import type { Clock, Random } from '../time/clock.ts'
import { objectMatters } from './cache/predicates.ts'
import { type ReflectorObserver, type ReflectorOptions, reflectorOf } from './cache/reflector.ts'
import { type StoredSecret, secretMatters, secretsSubject } from './cache/secret-metadata.ts'
import { slimmer } from './cache/slim.ts'
import { type Store, storeOf, type Urgency } from './cache/store.ts'
import { apiVersionOf, keyOf, pathOf } from './key.ts'
import type { KubeLog } from './log.ts'
import { type Key, type Kube, KubeError, type KubeObject } from './port.ts'
import type { Transport } from './transport/transport.ts'
import { eventsOf } from './write/events.ts'
import { patchFinalizer } from './write/finalizer.ts'
import { ownWritesOf } from './write/own-writes.ts'
import { patchStatus } from './write/patch.ts'
import { applySecret, getSecret, secretVersionOf } from './write/secret.ts'

export interface KubeOptions {
  readonly transport: Transport
  /** The kinds that are kept in stores. Metadata of our own Secrets are kept besides. */
  readonly kinds: readonly Kind[]
  /** News of an object. A Secret's news is its owner's. Must not throw. */
  readonly notice: (kind: Kind, key: Key, urgency: Urgency) => void
  /** Objects of a list that is still coming in. Must not throw. */
  readonly onListPage?: (kind: Kind, objects: readonly KubeObject[]) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: KubeLog
  /** Who we are among several: the Pod's name. */
  readonly instance: string
  readonly observer?: (kind: Kind) => ReflectorObserver
  readonly reflector?: Pick<ReflectorOptions<unknown>, 'pace' | 'silenceMs' | 'rewindMs'>
}

/** The port, with a life. Start no reconciles before it is synced: an empty store looks like a world without objects. */
export interface RunningKube extends Kube {
  start(): void
  stop(): void
  synced(): boolean
  whenSynced(): Promise<void>
  /** For metrics. */
  count(kind: Kind): number
  droppedEvents(): number
  /** Resolves once all events emitted so far are written or dropped. */
  eventsFlushed(): Promise<void>
}

const nameOf = ({ group, kind }: Kind): string => `${kind}.${group}`

export const connectKube = (options: KubeOptions): RunningKube => {
  const { transport, kinds, notice, clock, random, log, instance, observer } = options
  const events = eventsOf({ transport, clock, log, instance })

  const stores = new Map<string, Store<KubeObject>>()
  const ownWrites = new Map(kinds.map((kind) => [nameOf(kind), ownWritesOf()]))
  for (const kind of kinds) {
    const tell = (key: Key, _item: KubeObject, urgency: Urgency) => notice(kind, key, urgency)
    stores.set(nameOf(kind), storeOf({ matters: objectMatters, notice: tell, log }))
  }
  const storeFor = (kind: Kind): Store<KubeObject> => {
    const store = stores.get(nameOf(kind))
    if (!store) throw new Error(`${nameOf(kind)} is not among the kinds that are watched`)
    return store
  }
  const metas = storeOf<StoredSecret>({
    matters: secretMatters,
    log,
    notice: ({ namespace }, { owner }, urgency) => {
      const kind = kinds.find((one) => one.kind === owner?.kind && apiVersionOf(one) === owner.apiVersion)
      if (kind && owner) notice(kind, { namespace, name: owner.name }, urgency)
    },
  })

  const common = { transport, clock, random, log, ...options.reflector }
  const reflectors = [
    ...kinds.map((kind) =>
      reflectorOf({
        ...common,
        subject: { path: pathOf(kind), slim: slimmer(kind) },
        sink: storeFor(kind),
        onListPage: (objects) => options.onListPage?.(kind, objects),
        ...(observer && { observer: observer(kind) }),
      }),
    ),
    reflectorOf({
      ...common,
      subject: secretsSubject,
      sink: metas,
      ...(observer && { observer: observer(secretKind) }),
    }),
  ]
  const all = [...stores.values(), metas]

  const latest = (kind: Kind, object: KubeObject): KubeObject => ownWrites.get(nameOf(kind))?.latest(object) ?? object
  /** Remembers what a write of ours made of an object, so that nothing older is taken for the truth. */
  const wrote = (kind: Kind, base: KubeObject, after: KubeObject | undefined) => {
    if (!after) return
    ownWrites.get(nameOf(kind))?.wrote(base, after)
    storeFor(kind).expect(keyOf(after.metadata), after.metadata.resourceVersion)
  }

  return {
    start: () => reflectors.forEach((reflector) => void reflector.start()),
    stop: () => reflectors.forEach((reflector) => void reflector.stop()),
    synced: () => all.every((store) => store.synced()),
    whenSynced: async () => void (await Promise.all(all.map((store) => store.whenSynced()))),
    count: (kind) => (kind === secretKind ? metas.size : storeFor(kind).size),
    droppedEvents: () => events.dropped(),
    eventsFlushed: () => events.flushed(),

    read: (kind, key) => storeFor(kind).get(key),
    list: (kind) => storeFor(kind).list(),
    live: async (kind, key) => {
      try {
        return slimmer(kind)(await transport.request({ method: 'GET', path: pathOf(kind, key) }))
      } catch (error) {
        if (error instanceof KubeError && error.failure.is === 'notFound') return undefined
        throw error
      }
    },
    fresh: (kind, key) => (kind === secretKind ? metas.fresh(key) : storeFor(kind).fresh(key)),
    meta: (key) => metas.get(key)?.meta,
    readSecret: (key) => getSecret(transport, key),
    applySecret: async (secret) => {
      const after = await applySecret(transport, secret)
      metas.expect(secret.key, after.resourceVersion)
      return secretVersionOf(after)
    },
    setFinalizer: async (kind, object, present) =>
      wrote(kind, object, await patchFinalizer(transport, kind, latest(kind, object), present)),
    report: async (kind, object, status) =>
      wrote(kind, object, await patchStatus(transport, kind, latest(kind, object), status)),
    emit: (object, event) => events.emit(object, event),
  }
}
