import type { CacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { type CacheClusterStatus, cacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import type { CachePolicySpec } from '../../src/crds/cache-policy.ts'
import type { CacheFacts, Found, Observed } from '../../src/plan/cache-cluster/facts.ts'
import {
  type AwsReads,
  type CacheInputs,
  cacheObjectOf,
  factsFrom,
  noReads,
  type Source,
  type TokenRead,
} from '../../src/plan/cache-cluster/facts-from.ts'
import { intentOf } from '../../src/plan/cache-cluster/intent.ts'
import { isAnnounced, planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import { readsOf, type Want } from '../../src/plan/cache-cluster/reads.ts'
import { judgeCacheCluster } from '../../src/plan/cache-cluster/status.ts'
import { tokenAnswer, tokenToPublish } from '../../src/plan/cache-cluster/token.ts'
import type { AwsAction, KubeAction } from '../../src/plan/core/action.ts'
import { isClusters } from '../../src/plan/core/identity.ts'
import type { ObservedParameters, Tags } from '../../src/plan/core/observed.ts'
import type { Acted, Failure, Plan, StepResult } from '../../src/plan/core/outcome.ts'
import { isAwsAction, isKubeAction, stepHash } from '../../src/plan/core/step.ts'
import { pendingSteps } from '../../src/plan/core/verdict.ts'
import { pairNames, tokenNeeded, tokenSecretOf, writtenNames } from '../../src/plan/secrets/names.ts'
import { type SecretMetadata, secretFactOf } from '../../src/plan/secrets/ownership.ts'
import { wantedHashes, wantedPair } from '../../src/plan/secrets/steps.ts'
import { absent, found, frozen, metaOf, owner, region, seen } from './facts.ts'
import { carryOut, tick } from './model.ts'
import { groupArn, settable, type World } from './model-world.ts'

export interface StoredSecret {
  readonly meta: SecretMetadata
  readonly data: Readonly<Record<string, string>>
}

/** How a workload that read the Secrets connects; `untilMs`: it has followed by then, since they say something else. */
export interface Reader {
  /** The binding Secret that it reads. */
  readonly secret: string
  readonly password: string | undefined
  readonly tls: boolean
  readonly sharded: boolean
  readonly untilMs: number | undefined
}

/** What the operator remembers in one life. */
export interface Memory {
  readonly repeats: readonly { readonly hash: string; readonly times: number; readonly atMs: number }[]
  readonly generation: number
  readonly refused:
    | { readonly hash: string; readonly failure: Failure; readonly times: number; readonly atMs: number }
    | undefined
  readonly wroteMs: number | undefined
}
export const noMemory: Memory = { repeats: [], generation: 0, refused: undefined, wroteMs: undefined }

/** Everything that outlives a reconcile: AWS, the object, its Secrets, the time. */
export interface Scene {
  readonly world: World
  readonly nowMs: number
  /** By what name the operator calls its Kubernetes cluster. */
  readonly cluster: string
  readonly spec: CacheClusterSpec
  readonly policy: CachePolicySpec | undefined
  readonly status: CacheClusterStatus
  readonly generation: number
  readonly deleting: boolean
  readonly uid: string
  readonly annotations: Readonly<Record<string, string>>
  readonly tokensMade: number
  /** By name: ours and those of others. */
  readonly secrets: Readonly<Record<string, StoredSecret>>
  /** The same as they were a reconcile ago. */
  readonly secretsBefore: Readonly<Record<string, StoredSecret>>
  readonly versions: number
  readonly neighbours: readonly Source[]
  readonly readers: readonly Reader[]
  readonly memory: Memory
}

export interface Turn {
  readonly scene: Scene
  readonly before: Scene
  readonly facts: CacheFacts
  readonly plan: Plan
  readonly result: StepResult
  readonly status: CacheClusterStatus
  /** What went to AWS, and what it said. */
  readonly call: { readonly action: AwsAction; readonly acted: Acted } | undefined
}

/** What may go wrong or differ in one reconcile. */
export interface Luck {
  /** The operator dies before the status of this reconcile is written. */
  readonly dropStatus?: boolean
  /** The operator dies after the plan is announced and before AWS is called. */
  readonly dropCall?: boolean
  /** Everything is read again. */
  readonly refresh?: boolean
  /** No look at AWS yet. */
  readonly blind?: boolean
  /** AWS carries the call out, and its answer is lost. */
  readonly loseReply?: boolean
  /** Tags and parameters can't be read. */
  readonly readsFail?: boolean
  /** The metadata of Secrets are those from before the last write. */
  readonly stale?: boolean
  /** A new life of the operator. */
  readonly restart?: boolean
  /** How long ago the last reconcile was. */
  readonly pauseMs?: number
}

const sourceOf = (scene: Scene): Source => ({
  metadata: {
    name: owner.name,
    namespace: owner.namespace,
    uid: scene.uid,
    generation: scene.generation,
    creationTimestamp: '2026-01-01T00:00:00Z',
    deletionTimestamp: scene.deleting ? '2026-03-01T00:00:00Z' : undefined,
    annotations: scene.annotations,
  },
  spec: scene.spec,
  status: scene.status,
})

const observedOf = ({ world }: Scene, luck: Luck): Observed => {
  if (luck.blind) return { is: 'unknown' }
  return world.cache === undefined ? absent : seen(world.cache as Parameters<typeof seen>[0])
}

const versionOf = ({ uid, resourceVersion }: SecretMetadata) => `${uid}/${resourceVersion}`

const tokenRead = (scene: Scene, object: CacheFacts['object'], ours: (name: string) => boolean): TokenRead => {
  const { name, key, generated } = tokenSecretOf(object)
  const secret = scene.secrets[name]
  if (!tokenNeeded(scene.spec) || scene.deleting) return { is: 'unread' }
  if (secret === undefined || (generated && !ours(name))) return { is: 'absent' }
  const secretVersion = versionOf(secret.meta)
  return secretVersion === scene.status.authToken?.seen
    ? { is: 'same' }
    : { is: 'read', secretVersion, value: secret.data[key] }
}

const inputsOf = (scene: Scene, luck: Luck): CacheInputs => {
  const { nowMs, spec, memory, uid, deleting } = scene
  const operator = { cluster: scene.cluster, clusterUID: owner.clusterUID, region }
  const source = sourceOf(scene)
  const object = cacheObjectOf({ operator, source, spec })
  const store = luck.stale ? scene.secretsBefore : scene.secrets
  const me = { kind: 'CacheCluster', name: owner.name, uid }
  const ours = (name: string) => secretFactOf(store[name]?.meta, me).is === 'ours'
  const names = writtenNames(object)
  const { binding } = pairNames(object)
  return {
    operator,
    source,
    spec,
    nowMs,
    poll: { blindMs: 0, failure: undefined },
    observed: observedOf(scene, luck),
    sinceWriteMs: memory.wroteMs === undefined ? undefined : nowMs - memory.wroteMs,
    repeats: memory.repeats
      .map((repeat) => ({ ...repeat, sinceMs: nowMs - repeat.atMs }))
      .filter(({ sinceMs }) => sinceMs <= 3_600_000),
    refused: memory.refused && { ...memory.refused, sinceMs: nowMs - memory.refused.atMs },
    checkedEveryMs: 300_000,
    policyNames: [],
    reconcileAnswered: undefined,
    secretFailure: undefined,
    policy: spec.policyRef === undefined ? undefined : scene.policy,
    secretMeta: (name) => {
      // Ours come from the store; those of others are asked for past it, and only by who would write there.
      const known = names.includes(name) || scene.status.published?.names.includes(name)
      if (!known) return 'unread'
      return ours(name) ? store[name]?.meta : deleting || luck.blind ? undefined : scene.secrets[name]?.meta
    },
    neighbours: names.every(ours) ? undefined : scene.neighbours,
    token: tokenRead(scene, object, ours),
    publishedToken: ours(binding) ? scene.secrets[binding]?.data.password : undefined,
  }
}

const readParameters = ({ world }: Scene, name: string): Found<ObservedParameters> => {
  const group = world.groups[name]
  return group === undefined ? absent : found({ name, arn: groupArn(name), ...group, settable })
}

const readTags = ({ world }: Scene, arn: string): Found<Tags> => {
  const tags = world.tags[arn]
  return tags === undefined ? absent : found(tags)
}

const throttled: Failure = { is: 'retryable', reason: 'Throttled', message: 'slow down' }

/** The reads of a reconcile, as controllers/gather.ts makes them. */
export const gathered = (scene: Scene, luck: Luck = {}): CacheFacts => {
  const inputs = inputsOf(scene, luck)
  const facts = factsFrom(inputs, noReads)
  const { object } = facts
  let failure: Failure | undefined
  const tell = <T>(want: Want, read: () => Found<T>): Found<T> => {
    if (want === 'no') return { is: 'unread' }
    if (!luck.readsFail) return read()
    if (want === 'needed') failure = throttled
    return { is: 'unread' }
  }
  const families = { redis: 'redis7', valkey: 'valkey8', memcached: 'memcached1.6' }
  const unversioned = intentOf(facts)
  const ask = unversioned.group.is === 'familyMissing' && facts.observed.is === 'absent' && !object.deleting
  const defaultFamily = ask ? families[object.spec.engine] : undefined
  const intent = intentOf({ ...facts, defaultFamily })
  const { world } = scene
  const users = (name: string) => (world.cache?.parameterGroupName === name ? [world.cache.id] : [])
  const wants = readsOf(facts, intent, luck.refresh ?? false, users)
  const live = tell(wants.live, () =>
    world.cache === undefined ? absent : found(world.cache as Parameters<typeof seen>[0]),
  )
  const cache = live.is === 'found' ? live.value : facts.observed.is === 'seen' ? facts.observed.cache : undefined
  const tags = tell(cache?.state === 'available' ? wants.tags : 'no', () => readTags(scene, cache?.arn ?? ''))
  const { group } = intent
  const parameters =
    group.is === 'own' ? tell(wants.parameters, () => readParameters(scene, group.name)) : noReads.parameters
  const parametersTags =
    parameters.is === 'found'
      ? tell(wants.parameters, () => readTags(scene, parameters.value.arn))
      : noReads.parametersTags
  const reads: AwsReads = {
    ...noReads,
    live,
    tags,
    parameters,
    parametersTags,
    leftover: leftoverOf(scene, object, wants.leftover, tell),
    defaultFamily,
    failure,
  }
  return frozen(factsFrom(inputs, reads))
}

const leftoverOf = (
  scene: Scene,
  object: CacheFacts['object'],
  name: string | undefined,
  tell: (want: Want, read: () => Found<Tags>) => Found<Tags>,
): CacheFacts['leftover'] => {
  if (name === undefined) return undefined
  const tags = tell('refresh', () => readTags(scene, groupArn(name)))
  if (tags.is !== 'found') return { name, is: tags.is }
  return { name, is: isClusters(tags.value, object) ? 'ours' : 'others' }
}

const tokenNamed = (scene: Scene, { object, token }: CacheFacts, version: string): string | undefined => {
  if (token.is === 'present' && token.version === version) {
    const { name, key } = tokenSecretOf(object)
    const secret = scene.secrets[name]
    return secret && versionOf(secret.meta) === token.secretVersion ? secret.data[key] : undefined
  }
  if (object.status.published?.token !== version) return undefined
  return scene.secrets[pairNames(object).binding]?.data.password
}

/** A Secret as our field manager leaves it. One of somebody else must never be asked for. */
const applied = (
  scene: Scene,
  name: string,
  data: Readonly<Record<string, string>>,
  changes: Partial<SecretMetadata>,
): Scene => {
  const standing = scene.secrets[name]
  const me = { kind: 'CacheCluster', name: owner.name, uid: scene.uid }
  const fact = secretFactOf(standing?.meta, me).is
  if (fact !== 'ours' && fact !== 'absent') throw new Error(`the Secret ${name} is not ours to write`)
  const meta = metaOf({
    uid: standing?.meta.uid ?? `secret-${scene.versions + 1}`,
    resourceVersion: String(scene.versions + 1),
    keys: Object.keys(data),
    owner: me,
    annotatedOwnerUid: scene.uid,
    ...changes,
  })
  return { ...scene, versions: scene.versions + 1, secrets: { ...scene.secrets, [name]: { meta, data } } }
}

/** Somebody changes a Secret: other contents, or metadata only. */
export const edited = (scene: Scene, name: string, data: Readonly<Record<string, string>> = {}): Scene => {
  const standing = scene.secrets[name]
  if (standing === undefined) return scene
  const meta = { ...standing.meta, resourceVersion: String(scene.versions + 1) }
  const secret = { meta, data: { ...standing.data, ...data } }
  return { ...scene, versions: scene.versions + 1, secrets: { ...scene.secrets, [name]: secret } }
}

const conflict: Acted = {
  is: 'failed',
  failure: { is: 'retryable', reason: 'Conflict', message: 'the auth token changed a moment ago' },
}

const onSecrets = (scene: Scene, facts: CacheFacts, action: KubeAction): { scene: Scene; acted: Acted } => {
  const done: Acted = { is: 'done' }
  const { object } = facts
  switch (action.do) {
    case 'StoreToken': {
      const { name, key } = tokenSecretOf(object)
      if ((scene.secrets[name]?.data[key] ?? '') !== '') return { scene, acted: done }
      const token = `made-token-${String(scene.tokensMade + 1).padStart(8, '0')}`
      const next = applied(scene, name, { [key]: token }, {})
      return { scene: { ...next, tokensMade: scene.tokensMade + 1 }, acted: done }
    }
    case 'KeepToken': {
      const kept = scene.secrets[action.name]
      if (kept === undefined) return { scene, acted: done }
      const meta = { ...kept.meta, owner: undefined, annotatedOwnerUid: undefined }
      const secret = { ...kept, meta }
      return { scene: { ...scene, secrets: { ...scene.secrets, [action.name]: secret } }, acted: done }
    }
    case 'DeleteSecrets': {
      for (const name of action.names) {
        const me = { kind: 'CacheCluster', name: owner.name, uid: scene.uid }
        if (!['ours', 'absent'].includes(secretFactOf(scene.secrets[name]?.meta, me).is)) {
          throw new Error(`the Secret ${name} is not ours to delete`)
        }
      }
      const left = Object.entries(scene.secrets).filter(([name]) => !action.names.includes(name))
      return { scene: { ...scene, secrets: Object.fromEntries(left) }, acted: done }
    }
    case 'WriteSecrets': {
      const published = tokenToPublish(facts)
      const token = published.is === 'token' ? tokenNamed(scene, facts, published.version) : undefined
      if (published.is === 'token' && token === undefined) return { scene, acted: conflict }
      const pair = wantedPair(facts, token)
      const hashes = wantedHashes(facts)
      if (pair === undefined || hashes === undefined) throw new Error('Secrets are planned that can not be written')
      const names = pairNames(object)
      const next = action.secrets.reduce(
        (now, which) => applied(now, names[which], pair[which], { contentHash: hashes[which] }),
        scene,
      )
      return { scene: next, acted: done }
    }
  }
}

const tokenVersionOf = (action: AwsAction): string | undefined =>
  action.do === 'RotateToken' || action.do === 'SetToken' || (action.do === 'CreateGroup' && action.withToken)
    ? (action.tokenVersion ?? '')
    : undefined

const remembered = (scene: Scene, plan: Plan & { readonly is: 'act' }, acted: Acted): Memory => {
  const hash = stepHash(plan.next)
  const { memory, nowMs } = scene
  const wroteMs = isAwsAction(plan.next.action) ? nowMs : memory.wroteMs
  if (acted.is === 'failed') {
    const times = memory.refused?.hash === hash ? memory.refused.times + 1 : 1
    const refused =
      acted.failure.is === 'retryable' ? memory.refused : { hash, failure: acted.failure, times, atMs: nowMs }
    return { ...memory, wroteMs, refused }
  }
  const known = memory.generation === scene.generation ? memory.repeats : []
  const last = known.find((repeat) => repeat.hash === hash)
  const times = last !== undefined && nowMs - last.atMs <= 3_600_000 ? last.times + 1 : 1
  const repeats = [...known.filter((repeat) => repeat !== last), { hash, times, atMs: nowMs }]
  return { repeats, generation: scene.generation, refused: undefined, wroteMs }
}

/** Carries the plan out, as controllers/act.ts does: AWS is called only after status has announced the plan. */
const acted = (scene: Scene, facts: CacheFacts, plan: Plan, luck: Luck): Pick<Turn, 'scene' | 'result' | 'call'> => {
  if (plan.is !== 'act') return { scene, result: { is: 'nothing' }, call: undefined }
  const { action } = plan.next
  if (isKubeAction(action)) {
    const { scene: after, acted: answer } = onSecrets(scene, facts, action)
    return { scene: { ...after, memory: remembered(after, plan, answer) }, result: answer, call: undefined }
  }
  const told = isAnnounced(facts, plan)
  const announced = told
    ? scene
    : { ...scene, status: throughServer(judgeCacheCluster(facts, plan, { is: 'nothing' })) }
  if (luck.dropCall) return { scene: announced, result: { is: 'nothing' }, call: undefined }
  const version = tokenVersionOf(action)
  const token = version === undefined ? undefined : tokenNamed(scene, facts, version)
  if (version !== undefined && token === undefined) return { scene: announced, result: conflict, call: undefined }
  const { world, acted: answer } = carryOut(scene.world, action, token)
  const lost: Acted = { is: 'failed', failure: { is: 'retryable', reason: 'NetworkError', message: 'no answer' } }
  const known = luck.loseReply ? lost : version === undefined ? answer : tokenAnswer(facts, action, answer)
  const after = { ...announced, world }
  return {
    scene: { ...after, memory: remembered(after, plan, known) },
    result: known,
    call: { action, acted: answer },
  }
}

/** The overlap that specs ask for, in hours as these tests write it. */
const overlapMs = ({ spec }: Scene): number => Number.parseInt(spec.maintenance?.overlap ?? '24h', 10) * 3_600_000

/** Workloads read the binding Secret when they start; whoever started before keeps what it read. */
const withReaders = (scene: Scene): Scene => {
  const { binding } = pairNames({ name: owner.name, spec: scene.spec })
  const secret = scene.secrets[binding]
  if (
    secret === undefined ||
    secretFactOf(secret.meta, { kind: 'CacheCluster', ...owner, uid: scene.uid }).is !== 'ours'
  )
    return scene
  const { data } = secret
  const now = {
    secret: binding,
    password: data.password,
    tls: data.tls === 'true',
    sharded: data['cluster.nodes'] !== undefined,
  }
  const last = scene.readers.at(-1)
  if (
    last &&
    last.secret === binding &&
    last.password === now.password &&
    last.tls === now.tls &&
    last.sharded === now.sharded
  )
    return scene
  const before = scene.readers.map((reader) =>
    reader.untilMs === undefined ? { ...reader, untilMs: scene.nowMs + overlapMs(scene) } : reader,
  )
  return { ...scene, readers: [...before, { ...now, untilMs: undefined }] }
}

/** One reconcile, and what AWS does meanwhile: it moves on whenever it wasn't asked for anything. */
export const turn = (start: Scene, luck: Luck = {}): Turn => {
  const scene = luck.restart ? { ...start, memory: noMemory } : start
  const facts = gathered(scene, luck)
  const plan = frozen(planCacheCluster(facts))
  const { scene: after, result, call } = acted(scene, facts, plan, luck)
  const status = throughServer(judgeCacheCluster(facts, plan, result))
  const world = call === undefined ? tick(after.world) : after.world
  // Whoever loses a status crashed: what it remembered is lost too.
  const beforeCall = luck.dropCall === true && plan.is === 'act' && isAwsAction(plan.next.action)
  const crashed = luck.dropStatus === true || beforeCall
  const next = withReaders({
    ...after,
    world,
    secretsBefore: scene.secrets,
    ...(crashed ? { memory: noMemory } : { status }),
  })
  const wakeMs = 'wakeMs' in plan ? (plan.wakeMs ?? 0) : 0
  const nowMs = scene.nowMs + Math.max(luck.pauseMs ?? 40_000, wakeMs)
  return { scene: { ...next, nowMs }, before: scene, facts, plan, result, status, call }
}

/** What comes back from the API server: JSON, and only what the schema knows. */
const throughServer = (status: CacheClusterStatus): CacheClusterStatus =>
  frozen(cacheClusterStatus.parse(JSON.parse(JSON.stringify(status))))

/** Settled, with nothing that waits for workloads either, nor for a read when there is time. */
export const isSettled = ({ plan, scene }: Turn): boolean =>
  plan.is === 'released' ||
  (plan.is === 'settled' &&
    pendingSteps(plan).length === 0 &&
    scene.status.formerParameterGroups === undefined &&
    scene.world.coming.length === 0)

/** Reconciles until all is settled, at most `atMost`: the last one tells how it ended. */
export const drive = (scene: Scene, atMost = 120, lucks: readonly Luck[] = []): readonly Turn[] => {
  const turns: Turn[] = []
  let now = scene
  for (let count = 0; count < atMost; count++) {
    const taken = turn(now, lucks[count])
    turns.push(taken)
    now = taken.scene
    if (isSettled(taken) && count >= lucks.length) break
  }
  return turns
}
