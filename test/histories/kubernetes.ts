import { isDeepStrictEqual } from 'node:util'
import { indexes } from '../../src/controllers/indexes.ts'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { cachePolicySpec } from '../../src/crds/cache-policy.ts'
import {
  annotation,
  cacheClusterKind,
  cachePolicyKind,
  fieldManager,
  finalizer,
  type Kind,
  label,
  managedByValue,
  secretKind,
} from '../../src/crds/kind.ts'
import { objectMatters } from '../../src/kube/cache/predicates.ts'
import { type StoredSecret, secretMatters, storedSecretOf } from '../../src/kube/cache/secret-metadata.ts'
import { type Store, storeOf, type Urgency } from '../../src/kube/cache/store.ts'
import { apiVersionOf, keyOf, textOf } from '../../src/kube/key.ts'
import {
  type Key,
  type Kube,
  KubeError,
  type KubeEvent,
  type KubeFailure,
  type KubeObject,
  type SecretWanted,
} from '../../src/kube/port.ts'
import { mergePatchOf, withoutNulls } from '../../src/kube/write/merge-patch.ts'
import { ownWritesOf } from '../../src/kube/write/own-writes.ts'
import type { Clock } from '../../src/time/clock.ts'

type Fields = Readonly<Record<string, object>>
interface Managed {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly fieldsV1: { readonly 'f:data': Fields }
}
interface Reference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller: boolean
}

/** A Secret as the API server keeps it. Its data are plain text here. */
export interface SecretObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly ownerReferences: readonly Reference[]
    readonly managedFields: readonly Managed[]
  }
  readonly type: string
  readonly data: Readonly<Record<string, string>>
}

/** A request as refusals look at it. */
export interface Asked {
  readonly verb: 'get' | 'create' | 'apply' | 'patch' | 'status' | 'delete'
  readonly kind: string
  readonly key: Key
}

/** A write of the operator's that changed something, or that was refused. */
export interface Wrote extends Asked {
  readonly atMs: number
  readonly outcome: 'ok' | KubeFailure['is']
  /** A status of which only the time of the last look is new: written now and then, so that people see that somebody looks. */
  readonly checkedOnly?: true
}

export interface Kubernetes {
  readonly kube: Kube
  readonly uid: string
  /** What the operator is told of changes; set before anything happens. */
  onNotice(listener: (kind: Kind, key: Key, urgency: Urgency, before: KubeObject | undefined) => void): void
  /** The operator starts anew: what it has seen is listed again. */
  relist(): void
  /** Refuses requests from now on; gives the end of it. */
  refuse(why: (asked: Asked) => KubeFailure | undefined): () => void
  /** The operator's view stays behind the last N changes of each kind. */
  lag(changes: number): void
  readonly writes: readonly Wrote[]
  readonly events: readonly { readonly about: string; readonly event: KubeEvent }[]
  /** Changes that are on their way to the operator's view without anybody's leave. */
  readonly busy: boolean
  /** Of any kind but Secrets: what users do. */
  apply(kind: Kind, key: Key, spec: object): void
  annotate(kind: Kind, key: Key, annotations: Readonly<Record<string, string | undefined>>): void
  remove(kind: Kind, key: Key): void
  get(kind: Kind, key: Key): KubeObject | undefined
  all(kind: Kind): readonly KubeObject[]
  secret(key: Key): SecretObject | undefined
  secrets(): readonly SecretObject[]
  /** A person's Secret, or a person's edit of anybody's: the keys become theirs. */
  writeSecret(key: Key, data: Readonly<Record<string, string>>, metadata?: SecretEdit): void
  deleteSecret(key: Key): void
  /** Every version that this Secret ever had, with the time until which it was the newest. */
  history(key: Key): readonly SecretVersion[]
}

export interface SecretVersion {
  readonly data: Readonly<Record<string, string>>
  readonly fromMs: number
  readonly untilMs: number
  readonly by: 'operator' | 'person'
  readonly uid: string
}

export interface SecretEdit {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly Reference[]
}

const kinds = [cacheClusterKind, cachePolicyKind]
const parse = (kind: Kind, spec: object): object =>
  kind === cacheClusterKind ? cacheClusterSpec.parse(spec) : cachePolicySpec.parse(spec)
const collectMs = 700
const log = { info: () => {}, warn: () => {}, debug: () => {} }

const ownData = (names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [`f:${name}`, {}]))
const without = (managed: readonly Managed[], names: readonly string[]): readonly Managed[] =>
  managed.flatMap((entry) => {
    const left = Object.entries(entry.fieldsV1['f:data']).filter(([field]) => !names.includes(field.slice(2)))
    return left.length === 0 ? [] : [{ ...entry, fieldsV1: { 'f:data': Object.fromEntries(left) } }]
  })

/** A Kubernetes cluster of values: what the API server keeps, a view of it that may lag, and a garbage collector. */
export const kubernetesOf = ({
  clock,
  uid: clusterUid,
}: {
  readonly clock: Clock
  readonly uid: string
}): Kubernetes => {
  let version = 1
  let made = 0
  let lagging = 0
  let delivering = 0
  let notice: (kind: Kind, key: Key, urgency: Urgency, before: KubeObject | undefined) => void = () => {}
  const refusals = new Set<(asked: Asked) => KubeFailure | undefined>()
  const objects = new Map<string, Map<string, KubeObject>>(kinds.map(({ kind }) => [kind, new Map()]))
  const secrets = new Map<string, SecretObject>()
  const histories = new Map<string, (SecretVersion & { untilMs: number })[]>()
  const writes: Wrote[] = []
  const events: { about: string; event: KubeEvent }[] = []
  const on = (kind: Kind): Map<string, KubeObject> => objects.get(kind.kind) ?? new Map()
  const nextVersion = () => String(++version)
  const iso = () => new Date(clock.wallMs()).toISOString()

  // The operator's view, with the very stores that it has in the world.
  let stores: Map<string, Store<KubeObject>>
  let metas: Store<StoredSecret>
  let ownWrites: Map<string, ReturnType<typeof ownWritesOf>>
  const pending = new Map<string, (() => void)[]>([...kinds, secretKind].map(({ kind }) => [kind, []]))
  const storeFor = (kind: Kind): Store<KubeObject> => stores.get(kind.kind) as Store<KubeObject>
  const labelled = ({ metadata }: SecretObject) => metadata.labels?.[label.managedBy] === managedByValue
  const relist = () => {
    for (const waiting of pending.values()) waiting.splice(0)
    ownWrites = new Map(kinds.map(({ kind }) => [kind, ownWritesOf()]))
    stores = new Map(
      kinds.map((kind) => [
        kind.kind,
        storeOf<KubeObject>({
          matters: objectMatters,
          notice: (key, _, urgency, before) => notice(kind, key, urgency, before),
          indexes: indexes[kind.kind] ?? {},
          log,
        }),
      ]),
    )
    metas = storeOf<StoredSecret>({
      matters: secretMatters,
      log,
      notice: ({ namespace }, after, urgency, before) => {
        for (const owner of [after.tells, before?.tells]) {
          const kind = kinds.find((one) => one.kind === owner?.kind)
          if (kind && owner) notice(kind, { namespace, name: owner.name }, urgency, undefined)
        }
      },
    })
    for (const kind of kinds) storeFor(kind).replace([...on(kind).values()], String(version), false)
    metas.replace([...secrets.values()].filter(labelled).map(storedSecretOf), String(version), false)
  }

  const deliver = () => {
    for (const waiting of pending.values()) while (waiting.length > lagging) waiting.shift()?.()
  }
  /** A change comes by the watch after whoever made it has its answer. */
  const tell = (kind: Kind, change: () => void) => {
    pending.get(kind.kind)?.push(change)
    delivering += 1
    setImmediate(() => {
      delivering -= 1
      deliver()
    })
  }

  const put = (kind: Kind, object: KubeObject): KubeObject => {
    const stored = structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion: nextVersion() } })
    on(kind).set(textOf(keyOf(stored.metadata)), stored)
    const seen = String(version)
    tell(kind, () => {
      storeFor(kind).upsert(stored)
      storeFor(kind).seen(seen)
    })
    return stored
  }
  const drop = (kind: Kind, object: KubeObject) => {
    on(kind).delete(textOf(keyOf(object.metadata)))
    const seen = nextVersion()
    tell(kind, () => {
      storeFor(kind).remove(object)
      storeFor(kind).seen(seen)
    })
    clock.after(collectMs, collect)
  }
  const remember = (text: string, secret: SecretObject | undefined, by: SecretVersion['by']) => {
    const past = histories.get(text) ?? []
    const last = past.at(-1)
    const fromMs = clock.nowMs()
    if (last && last.untilMs === Number.POSITIVE_INFINITY) last.untilMs = fromMs
    const untilMs = Number.POSITIVE_INFINITY
    if (secret) past.push({ data: secret.data, fromMs, untilMs, by, uid: secret.metadata.uid })
    histories.set(text, past)
  }
  const putSecret = (secret: SecretObject, by: SecretVersion['by'] = 'operator'): SecretObject => {
    const stored = structuredClone({ ...secret, metadata: { ...secret.metadata, resourceVersion: nextVersion() } })
    const text = textOf(keyOf(stored.metadata))
    const before = secrets.get(text)
    secrets.set(text, stored)
    if (!isDeepStrictEqual(before?.data, stored.data)) remember(text, stored, by)
    const seen = String(version)
    tell(secretKind, () => {
      if (labelled(stored)) metas.upsert(storedSecretOf(stored))
      else if (before && labelled(before)) metas.remove(storedSecretOf(before))
      metas.seen(seen)
    })
    if (stored.metadata.ownerReferences.length > 0) clock.after(collectMs, collect)
    return stored
  }
  const dropSecret = (secret: SecretObject) => {
    const text = textOf(keyOf(secret.metadata))
    secrets.delete(text)
    remember(text, undefined, 'operator')
    const seen = nextVersion()
    tell(secretKind, () => {
      if (labelled(secret)) metas.remove(storedSecretOf(secret))
      metas.seen(seen)
    })
  }
  /** Whose owner is gone goes too. */
  const collect = () => {
    for (const secret of [...secrets.values()]) {
      const { ownerReferences, namespace = '' } = secret.metadata
      const lives = ({ kind, name, uid }: Reference) =>
        objects.get(kind)?.get(textOf({ namespace, name }))?.metadata.uid === uid
      if (ownerReferences.length > 0 && !ownerReferences.some(lives)) dropSecret(secret)
    }
  }

  const fail = (failure: KubeFailure): never => {
    throw new KubeError(failure)
  }
  /** Every request of the operator's comes through here. */
  const ask = async (asked: Asked): Promise<void> => {
    await Promise.resolve()
    for (const refusal of refusals) {
      const failure = refusal(asked)
      if (failure === undefined) continue
      if (asked.verb !== 'get') writes.push({ ...asked, atMs: clock.nowMs(), outcome: failure.is })
      fail(failure)
    }
  }
  const done = (asked: Asked) => void writes.push({ ...asked, atMs: clock.nowMs(), outcome: 'ok' })
  const conflict = (asked: Asked, message: string, reason = 'Conflict'): never => {
    writes.push({ ...asked, atMs: clock.nowMs(), outcome: 'conflict' })
    return fail({ is: 'conflict', status: 409, reason, message, words: message })
  }

  const standing = (kind: Kind, { metadata }: KubeObject, asked: Asked): KubeObject => {
    const now = on(kind).get(textOf(keyOf(metadata)))
    if (now === undefined) return fail({ is: 'notFound', status: 404 })
    if (now.metadata.uid !== metadata.uid || now.metadata.resourceVersion !== metadata.resourceVersion)
      return conflict(asked, 'the object has been modified; please apply your changes to the latest version')
    return now
  }
  const latest = (kind: Kind, object: KubeObject) => ownWrites.get(kind.kind)?.latest(object) ?? object
  const wrote = (kind: Kind, base: KubeObject, after: KubeObject) => {
    ownWrites.get(kind.kind)?.wrote(base, after)
    storeFor(kind).expect(keyOf(after.metadata), after.metadata.resourceVersion)
  }

  const bodyOf = ({ key, type, data, contentHash, owner, labels, annotations }: SecretWanted) => ({
    name: key.name,
    namespace: key.namespace,
    type,
    data,
    labels: { ...labels, [label.managedBy]: managedByValue },
    annotations: {
      ...annotations,
      [annotation.contentHash]: contentHash,
      [annotation.ownerUid]: owner?.uid ?? '',
      [annotation.owner]: owner ? `${owner.kind.kind}/${owner.name}` : '',
    },
    ownerReferences: owner
      ? [
          {
            apiVersion: apiVersionOf(owner.kind),
            kind: owner.kind.kind,
            name: owner.name,
            uid: owner.uid,
            controller: true,
          },
        ]
      : [],
  })

  const kube: Kube = {
    read: (kind, key) => storeFor(kind).get(key),
    list: (kind) => storeFor(kind).list(),
    by: (kind, index, value) => storeFor(kind).by(index, value),
    live: async (kind, key) => {
      await ask({ verb: 'get', kind: kind.kind, key })
      return on(kind).get(textOf(key))
    },
    fresh: (kind, key) => (kind === secretKind ? metas.fresh(key) : storeFor(kind).fresh(key)),
    secretMeta: (key) => metas.get(key)?.meta,
    readSecretMeta: async (key) => {
      await ask({ verb: 'get', kind: 'Secret', key })
      const secret = secrets.get(textOf(key))
      return secret && storedSecretOf(secret).meta
    },
    readSecret: async (key) => {
      await ask({ verb: 'get', kind: 'Secret', key })
      const secret = secrets.get(textOf(key))
      if (!secret) return undefined
      const { meta } = storedSecretOf(secret)
      return { version: `${meta.uid}/${meta.resourceVersion}`, data: secret.data, meta }
    },
    applySecret: async (wanted, uid) => {
      const asked: Asked = { verb: uid === undefined ? 'create' : 'apply', kind: 'Secret', key: wanted.key }
      await ask(asked)
      const now = secrets.get(textOf(wanted.key))
      const { type, data, ownerReferences, ...body } = bodyOf(wanted)
      const names = Object.keys(data)
      const ours: Managed = { manager: fieldManager, operation: 'Apply', fieldsV1: { 'f:data': ownData(names) } }
      if (uid === undefined) {
        if (now) conflict(asked, `secrets "${wanted.key.name}" already exists`, 'AlreadyExists')
        const metadata = { ...body, uid: `secret-${clusterUid}-${++made}`, resourceVersion: '' }
        const stored = putSecret({ metadata: { ...metadata, ownerReferences, managedFields: [ours] }, type, data })
        done(asked)
        metas.expect(wanted.key, stored.metadata.resourceVersion)
        return `${stored.metadata.uid}/${stored.metadata.resourceVersion}`
      }
      if (now === undefined || now.metadata.uid !== uid) return conflict(asked, 'uid mismatch')
      if (now.type !== type) {
        writes.push({ ...asked, atMs: clock.nowMs(), outcome: 'invalid' })
        fail({ is: 'invalid', status: 422, reason: 'Invalid', message: 'type: field is immutable' })
      }
      const before = now.metadata.managedFields
      const former = before
        .filter(({ manager, operation }) => manager === fieldManager && operation === 'Apply')
        .flatMap(({ fieldsV1 }) => Object.keys(fieldsV1['f:data']).map((field) => field.slice(2)))
      const kept = Object.entries(now.data).filter(([name]) => !former.includes(name))
      const others = without(
        before.filter(({ manager, operation }) => manager !== fieldManager || operation !== 'Apply'),
        names,
      )
      const strangers = now.metadata.ownerReferences.filter(({ controller }) => !controller)
      const next: SecretObject = {
        ...now,
        metadata: {
          ...now.metadata,
          labels: { ...now.metadata.labels, ...body.labels },
          annotations: { ...now.metadata.annotations, ...body.annotations },
          ownerReferences: [...strangers, ...ownerReferences],
          managedFields: [...others, ours],
        },
        data: { ...Object.fromEntries(kept), ...data },
      }
      const same = isDeepStrictEqual(now, next)
      const stored = same ? now : putSecret(next)
      if (!same) done(asked)
      metas.expect(wanted.key, stored.metadata.resourceVersion)
      return `${stored.metadata.uid}/${stored.metadata.resourceVersion}`
    },
    deleteSecret: async (key, uid) => {
      const asked: Asked = { verb: 'delete', kind: 'Secret', key }
      await ask(asked)
      const now = secrets.get(textOf(key))
      if (now === undefined) return
      if (now.metadata.uid !== uid) conflict(asked, 'the UID in the precondition does not match')
      dropSecret(now)
      done(asked)
    },
    setFinalizer: async (kind, object, present) => {
      const base = latest(kind, object)
      const before = base.metadata.finalizers ?? []
      if (before.includes(finalizer) === present) return
      const asked: Asked = { verb: 'patch', kind: kind.kind, key: keyOf(base.metadata) }
      await ask(asked)
      if (!present && !on(kind).has(textOf(asked.key))) return
      const now = standing(kind, base, asked)
      const finalizers = present ? [...before, finalizer] : before.filter((name) => name !== finalizer)
      done(asked)
      const after = { ...now, metadata: { ...now.metadata, finalizers } }
      if (now.metadata.deletionTimestamp !== undefined && finalizers.length === 0) drop(kind, now)
      else wrote(kind, object, put(kind, after))
    },
    report: async (kind, object, status) => {
      const base = latest(kind, object)
      const change = mergePatchOf(withoutNulls(base.status ?? {}), withoutNulls(status))
      if (change === undefined) return
      const asked: Asked = { verb: 'status', kind: kind.kind, key: keyOf(base.metadata) }
      await ask(asked)
      const now = standing(kind, base, asked)
      const checkedOnly = isDeepStrictEqual(Object.keys(change as object), ['lastCheckedTime'])
      writes.push({ ...asked, atMs: clock.nowMs(), outcome: 'ok', ...(checkedOnly && { checkedOnly }) })
      wrote(kind, object, put(kind, { ...now, status: withoutNulls(JSON.parse(JSON.stringify(status))) }))
    },
    emit: (object, event) => {
      events.push({ about: `${object.kind}/${object.metadata.name}`, event })
    },
  }
  relist()

  const change = (kind: Kind, key: Key, after: (now: KubeObject) => KubeObject) => {
    const now = on(kind).get(textOf(key))
    if (now !== undefined) put(kind, after(now))
  }
  return {
    kube,
    uid: clusterUid,
    writes,
    events,
    relist,
    onNotice: (listener) => {
      notice = listener
    },
    refuse: (why) => {
      refusals.add(why)
      return () => void refusals.delete(why)
    },
    lag: (changes) => {
      lagging = changes
      deliver()
    },
    get busy() {
      return delivering > 0
    },
    apply: (kind, key, spec) => {
      const parsed = parse(kind, spec)
      const now = on(kind).get(textOf(key))
      if (now === undefined) {
        const uid = `${kind.kind.toLowerCase()}-${clusterUid}-${++made}`
        const metadata = { ...key, uid, resourceVersion: '', generation: 1, creationTimestamp: iso() }
        const status = { observedGeneration: -1 }
        put(kind, { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec: parsed, status })
      } else if (!isDeepStrictEqual(now.spec, parsed)) {
        const generation = (now.metadata.generation ?? 0) + 1
        put(kind, { ...now, metadata: { ...now.metadata, generation }, spec: parsed })
      }
    },
    annotate: (kind, key, annotations) =>
      change(kind, key, (now) => {
        const all = Object.entries({ ...now.metadata.annotations, ...annotations })
        const kept = all.filter((entry): entry is [string, string] => entry[1] !== undefined)
        return { ...now, metadata: { ...now.metadata, annotations: Object.fromEntries(kept) } }
      }),
    remove: (kind, key) => {
      const now = on(kind).get(textOf(key))
      if (now === undefined || now.metadata.deletionTimestamp !== undefined) return
      if ((now.metadata.finalizers ?? []).length === 0) return drop(kind, now)
      const generation = (now.metadata.generation ?? 0) + 1
      put(kind, { ...now, metadata: { ...now.metadata, generation, deletionTimestamp: iso() } })
    },
    get: (kind, key) => on(kind).get(textOf(key)),
    all: (kind) => [...on(kind).values()],
    secret: (key) => secrets.get(textOf(key)),
    secrets: () => [...secrets.values()],
    writeSecret: (key, data, edit = {}) => {
      const now = secrets.get(textOf(key))
      const names = Object.keys(data)
      const theirs: Managed = { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': ownData(names) } }
      const base = now ?? {
        metadata: {
          ...key,
          uid: `secret-${clusterUid}-${++made}`,
          resourceVersion: '',
          ownerReferences: [],
          managedFields: [],
        },
        type: 'Opaque',
        data: {},
      }
      const managedFields =
        names.length === 0 ? base.metadata.managedFields : [...without(base.metadata.managedFields, names), theirs]
      putSecret(
        { ...base, metadata: { ...base.metadata, ...edit, managedFields }, data: { ...base.data, ...data } },
        'person',
      )
    },
    deleteSecret: (key) => {
      const now = secrets.get(textOf(key))
      if (now) dropSecret(now)
    },
    history: (key) => histories.get(textOf(key)) ?? [],
  }
}
