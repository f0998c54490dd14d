import { type Kind, secretKind } from '../crds/kind.ts'
import type { Clock, Random } from '../time/clock.ts'
import type { Field } from './cache/field-index.ts'
import { objectMatters } from './cache/predicates.ts'
import { type ReflectorObserver, type ReflectorOptions, reflectorOf } from './cache/reflector.ts'
import { type StoredSecret, secretMatters, secretsSubject } from './cache/secret-metadata.ts'
import { slimmer } from './cache/slim.ts'
import { type Store, storeOf, type Urgency } from './cache/store.ts'
import { apiVersionOf, keyOf, pathOf, textOf } from './key.ts'
import type { KubeLog } from './log.ts'
import { type Key, type Kube, KubeError, type KubeObject } from './port.ts'
import type { Transport } from './transport/transport.ts'
import { eventRecorderOf } from './write/events.ts'
import { patchFinalizer } from './write/finalizer.ts'
import { ownWritesOf } from './write/own-writes.ts'
import { patchStatus } from './write/patch.ts'
import { applySecret, deleteSecret, getSecret, getSecretMeta, secretVersionOf } from './write/secret.ts'

export interface KubeOptions {
  readonly transport: Transport
  /** The kinds that are kept in stores. Metadata of our own Secrets are kept besides. */
  readonly kinds: readonly Kind[]
  /**
   * News of an object, with what it was before where it was something else. A Secret's news is its owner's, and its former owner's
   * (then `before` is undefined: nothing about the owner changed). Must not throw.
   */
  readonly notice: (kind: Kind, key: Key, urgency: Urgency, before: KubeObject | undefined) => void
  /** By kind, then by name: the values under which `by` finds an object; undefined, or throwing, leaves it out. */
  readonly indexes?: Readonly<Record<string, Readonly<Record<string, Field<KubeObject>>>>>
  /** Objects of a list that is still coming in. Must not throw. */
  readonly onListPage?: (kind: Kind, objects: readonly KubeObject[]) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: KubeLog
  /** Who we are among several: the Pod's name. */
  readonly instance: string
  readonly observer?: (kind: Kind) => ReflectorObserver
  readonly reflector?: Pick<ReflectorOptions<unknown>, 'pace' | 'watchMs' | 'overdueMs' | 'rewindMs'>
}

/** A kind whose objects we don't know yet. */
export interface Unsynced {
  readonly kind: Kind
  /** When we began to ask for them, as RFC 3339; undefined before the start. */
  readonly since: string | undefined
  /** Why the last list failed; undefined while the first is still under way. */
  readonly error: string | undefined
}

/**
 * The port, with a life. Start no reconciles before the kinds that they read are synced: an empty store looks like a world without
 * objects. Each kind comes by itself, so that one whose CRD isn't installed keeps nobody else waiting; Secrets count as one.
 */
export interface RunningKube extends Kube {
  start(): void
  stop(): void
  synced(kind: Kind): boolean
  whenSynced(kind: Kind): Promise<void>
  unsynced(): readonly Unsynced[]
  /** For metrics. */
  count(kind: Kind): number
  /** How many objects each value of an index has. */
  counts(kind: Kind, index: string): ReadonlyMap<string, number>
  droppedEvents(): number
  /** Resolves once all events emitted so far are written or dropped, or when `atMostMs` are over. */
  eventsFlushed(atMostMs?: number): Promise<void>
}

const nameOf = ({ group, kind }: Kind): string => `${kind}.${group}`

export const connectKube = (options: KubeOptions): RunningKube => {
  const { transport, kinds, notice, clock, random, log, instance, observer } = options
  const events = eventRecorderOf({ transport, clock, log, instance })

  const stores = new Map<string, Store<KubeObject>>()
  const ownWrites = new Map(kinds.map((kind) => [nameOf(kind), ownWritesOf()]))
  for (const kind of kinds) {
    const tell = (key: Key, _item: KubeObject, urgency: Urgency, before: KubeObject | undefined) =>
      notice(kind, key, urgency, before)
    const indexes = options.indexes?.[kind.kind] ?? {}
    stores.set(nameOf(kind), storeOf({ matters: objectMatters, notice: tell, indexes, log }))
  }
  const storeFor = (kind: Kind): Store<KubeObject> => {
    const store = stores.get(nameOf(kind))
    if (!store) throw new Error(`${nameOf(kind)} is not among the kinds that are watched`)
    return store
  }
  const metas = storeOf<StoredSecret>({
    matters: secretMatters,
    log,
    // Mostly our own writes that come back: nobody's wish, and to be done before what is not begun yet.
    notice: ({ namespace }, after, _urgency, before) => {
      const told = new Set<string>()
      for (const owner of [after.tells, before?.tells]) {
        const kind = kinds.find(
          (one) => one.kind === owner?.kind && (owner.apiVersion ?? apiVersionOf(one)) === apiVersionOf(one),
        )
        if (!kind || !owner) continue
        const key = { namespace, name: owner.name }
        const text = `${nameOf(kind)} ${textOf(key)}`
        if (!told.has(text)) notice(kind, key, 'resync', undefined)
        told.add(text)
      }
    },
  })

  const common = { transport, clock, random, log, ...options.reflector }
  const followed = [
    ...kinds.map((kind) => {
      const store = storeFor(kind)
      const onListPage = (objects: readonly KubeObject[]) => options.onListPage?.(kind, objects)
      const subject = { path: pathOf(kind), slim: slimmer(kind) }
      const told = observer && { observer: observer(kind) }
      return { kind, store, reflector: reflectorOf({ ...common, subject, sink: store, onListPage, ...told }) }
    }),
    {
      kind: secretKind,
      store: metas,
      reflector: reflectorOf({
        ...common,
        subject: secretsSubject,
        sink: metas,
        ...(observer && { observer: observer(secretKind) }),
      }),
    },
  ]
  const anyStoreFor = (kind: Kind): Store<KubeObject> | Store<StoredSecret> =>
    nameOf(kind) === nameOf(secretKind) ? metas : storeFor(kind)
  let since: string | undefined

  const latest = (kind: Kind, object: KubeObject): KubeObject => ownWrites.get(nameOf(kind))?.latest(object) ?? object
  /** Remembers what a write of ours made of an object, so that nothing older is taken for the truth. */
  const wrote = (kind: Kind, base: KubeObject, after: KubeObject | undefined) => {
    if (!after) return
    ownWrites.get(nameOf(kind))?.wrote(base, after)
    storeFor(kind).expect(keyOf(after.metadata), after.metadata.resourceVersion)
  }

  return {
    start: () => {
      since ??= new Date(clock.wallMs()).toISOString()
      for (const { reflector } of followed) reflector.start()
    },
    stop: () => {
      for (const { reflector } of followed) reflector.stop()
    },
    synced: (kind) => anyStoreFor(kind).synced(),
    whenSynced: (kind) => anyStoreFor(kind).whenSynced(),
    unsynced: () =>
      followed.flatMap(({ kind, store, reflector }) =>
        store.synced() ? [] : [{ kind, since, error: reflector.listError }],
      ),
    count: (kind) => anyStoreFor(kind).size,
    counts: (kind, index) => storeFor(kind).counts(index),
    droppedEvents: () => events.dropped(),
    eventsFlushed: (atMostMs) => events.flushed(atMostMs),

    read: (kind, key) => storeFor(kind).get(key),
    list: (kind) => storeFor(kind).list(),
    by: (kind, index, value) => storeFor(kind).by(index, value),
    live: async (kind, key) => {
      try {
        return slimmer(kind)(await transport.request({ method: 'GET', path: pathOf(kind, key) }))
      } catch (error) {
        if (error instanceof KubeError && error.failure.is === 'notFound') return undefined
        throw error
      }
    },
    fresh: (kind, key) => anyStoreFor(kind).fresh(key),
    secretMeta: (key) => metas.get(key)?.meta,
    readSecretMeta: (key) => getSecretMeta(transport, key),
    readSecret: (key) => getSecret(transport, key),
    applySecret: async (secret, standing) => {
      const after = await applySecret(transport, secret, standing)
      metas.expect(secret.key, after.resourceVersion)
      return secretVersionOf(after)
    },
    deleteSecret: (key, uid) => deleteSecret(transport, key, uid),
    setFinalizer: async (kind, object, present) =>
      wrote(kind, object, await patchFinalizer(transport, kind, latest(kind, object), present)),
    report: async (kind, object, status) =>
      wrote(kind, object, await patchStatus(transport, kind, latest(kind, object), status)),
    emit: (object, event) => events.emit(object, event),
  }
}
