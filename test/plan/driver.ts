import type { CacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { type CacheClusterStatus, cacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import type { CachePolicySpec } from '../../src/crds/cache-policy.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/checks.ts'
import {
  type CacheFacts,
  type CacheObject,
  type Found,
  type Observed,
  type SecretMeta,
  unread,
} from '../../src/plan/cache-cluster/facts.ts'
import { intentOf } from '../../src/plan/cache-cluster/intent.ts'
import { readsOf } from '../../src/plan/cache-cluster/reads.ts'
import { judgeCacheCluster } from '../../src/plan/cache-cluster/status.ts'
import { tokenAnswer, tokenNeeded } from '../../src/plan/cache-cluster/token.ts'
import type { AwsAction } from '../../src/plan/core/action.ts'
import type { ObservedParameters, Tags } from '../../src/plan/core/observed.ts'
import type { Acted, Plan } from '../../src/plan/core/outcome.ts'
import { type StepResult, shownPlan } from '../../src/plan/core/verdict.ts'
import { wantedHashes, wantedPair } from '../../src/plan/secrets/steps.ts'
import { absent, found, frozen, nowIso, owner, seen } from './facts.ts'
import { carryOut, tick } from './model.ts'
import { groupArn, settable, type World } from './model-world.ts'

/** Everything that outlives the operator: AWS, the object, its Secrets. */
export interface Scene {
  readonly world: World
  readonly spec: CacheClusterSpec
  readonly policy: CachePolicySpec | undefined
  readonly status: CacheClusterStatus
  readonly generation: number
  readonly deleting: boolean
  readonly uid: string
  readonly annotations: Readonly<Record<string, string>>
  /** The token's Secret: its version, which here is the token too. */
  readonly token: string | undefined
  readonly tokensMade: number
  readonly secrets: { readonly binding: SecretMeta | undefined; readonly env: SecretMeta | undefined }
  /** What the binding Secret says the password is. */
  readonly published: string | undefined
  /** Memory of the operator's life. */
  readonly repeats: { readonly hash: string; readonly generation: number; readonly times: number }
}

export interface Turn {
  readonly scene: Scene
  readonly facts: CacheFacts
  readonly plan: Plan
  readonly result: StepResult
  readonly status: CacheClusterStatus
  /** What went to AWS, and what it said. */
  readonly call: { readonly action: AwsAction; readonly acted: Acted } | undefined
}

/** What may go wrong or differ in one turn. */
export interface Luck {
  /** The status of this turn is never written. */
  readonly dropStatus?: boolean
  /** Everything is read again. */
  readonly refresh?: boolean
  /** No look at AWS yet. */
  readonly blind?: boolean
  /** AWS carries the call out, and its answer is lost. */
  readonly loseReply?: boolean
}

const objectOf = (scene: Scene): CacheObject => ({
  ...owner,
  uid: scene.uid,
  generation: scene.generation,
  deleting: scene.deleting,
  annotations: scene.annotations,
  spec: scene.spec,
  status: scene.status,
})

const sightOf = ({ world }: Scene, luck: Luck): Observed => {
  if (luck.blind) return { is: 'unknown' }
  return world.cache === undefined ? absent : seen(world.cache as Parameters<typeof seen>[0])
}

const parametersOf = ({ world }: Scene, name: string): Found<ObservedParameters> => {
  const group = world.groups[name]
  return group === undefined ? absent : found({ name, arn: groupArn(name), ...group, settable })
}

const tagsOf = ({ world }: Scene, arn: string): Found<Tags> => {
  const tags = world.tags[arn]
  return tags === undefined ? absent : found(tags)
}

/** The reads of a turn, as controllers/gather.ts makes them. */
export const gathered = (scene: Scene, luck: Luck = {}): CacheFacts => {
  const object = objectOf(scene)
  const { spec } = scene
  const before = {
    nowIso,
    reconcilingMs: 0,
    object,
    observed: sightOf(scene, luck),
    sinceWriteMs: undefined,
    policy: spec.policyRef === undefined ? unread : scene.policy === undefined ? absent : found(scene.policy),
    token: !tokenNeeded(spec)
      ? unread
      : scene.token === undefined
        ? absent
        : ({ is: 'present', version: scene.token } as const),
    bindingMeta: scene.secrets.binding,
    envMeta: scene.secrets.env,
    repeats: scene.repeats.generation === scene.generation ? scene.repeats.times : 0,
    repeatedPlan: scene.repeats.hash,
  }
  const unversioned = intentOf({ ...before, defaultFamily: undefined })
  const families = { redis: 'redis7', valkey: 'valkey8', memcached: 'memcached1.6' }
  const ask = unversioned.familyMissing && before.observed.is === 'absent' && !object.deleting
  const defaultFamily = ask ? families[spec.engine] : undefined
  const intent = intentOf({ ...before, defaultFamily })
  const reads = readsOf(before, intent, luck.refresh ?? false)
  const { cache } = scene.world
  const recorded = scene.status.parameterGroup
  const groupName = object.deleting && recorded?.owned ? recorded.name : intent.ownGroup?.name
  const parameters = reads.parameters && groupName !== undefined ? parametersOf(scene, groupName) : unread
  const readTags = parameters.is === 'found' && (object.deleting || recorded?.appliedHash === undefined)
  return frozen({
    ...before,
    defaultFamily,
    live: !reads.live ? unread : cache === undefined ? absent : found(cache as Parameters<typeof seen>[0]),
    tags: reads.tags && cache?.state === 'available' ? tagsOf(scene, cache.arn) : unread,
    parameters,
    parametersTags: readTags ? tagsOf(scene, parameters.value.arn) : unread,
    events: [],
    failure: undefined,
  })
}

const kubeStep = (scene: Scene, facts: CacheFacts, plan: Plan & { readonly is: 'act' }): Scene | undefined => {
  const { action } = plan.next
  if (action.do === 'StoreToken') {
    if (scene.token !== undefined) throw new Error('a token that stands must never be written over')
    return { ...scene, token: `made-token-${scene.tokensMade + 1}`, tokensMade: scene.tokensMade + 1 }
  }
  if (action.do !== 'WriteSecrets') return undefined
  const token = facts.token.is === 'present' ? scene.token : undefined
  const pair = wantedPair(facts, token)
  const hashes = wantedHashes(facts)
  if (pair === undefined || hashes === undefined) throw new Error('Secrets are planned that can not be written')
  const meta = (which: 'binding' | 'env'): SecretMeta => ({
    contentHash: hashes[which],
    keys: Object.keys(pair[which]),
    foreign: false,
    ownerUid: scene.uid,
  })
  const written = Object.fromEntries(action.secrets.map((which) => [which, meta(which)]))
  const published = action.secrets.includes('binding') ? pair.binding.password : scene.published
  return { ...scene, secrets: { ...scene.secrets, ...written }, published }
}

const takesToken = (action: AwsAction) =>
  action.do === 'RotateToken' || action.do === 'SetToken' || (action.do === 'CreateGroup' && action.withToken)

/** Carries the plan out, as controllers/act.ts does: AWS is called only after status has announced the plan. */
const acted = (scene: Scene, facts: CacheFacts, plan: Plan, luck: Luck): Pick<Turn, 'scene' | 'result' | 'call'> => {
  if (plan.is !== 'act') return { scene, result: { is: 'nothing' }, call: undefined }
  const after = kubeStep(scene, facts, plan)
  if (after !== undefined) return { scene: after, result: { is: 'acted', acted: { is: 'done' } }, call: undefined }
  const hash = shownPlan(plan)?.hash ?? ''
  if (scene.status.plan?.hash !== hash) return { scene, result: { is: 'announced' }, call: undefined }
  const action = plan.next.action as AwsAction
  const { world, acted: answer } = carryOut(scene.world, action, takesToken(action) ? scene.token : undefined)
  const lost = { is: 'failed', failure: { is: 'retryable', reason: 'NetworkError', message: 'no answer' } } as const
  const known = luck.loseReply ? lost : tokenAnswer(action, answer)
  const { repeats, generation } = scene
  const again = repeats.hash === hash && repeats.generation === generation
  const counted = known.is === 'failed' ? repeats : { hash, generation, times: again ? repeats.times + 1 : 1 }
  return {
    scene: { ...scene, world, repeats: counted },
    result: { is: 'acted', acted: known },
    call: { action, acted: answer },
  }
}

/** One turn, and what AWS does meanwhile: it moves on whenever it wasn't asked for anything. */
export const turn = (scene: Scene, luck: Luck = {}): Turn => {
  const facts = gathered(scene, luck)
  const plan = frozen(planCacheCluster(facts))
  const { scene: after, result, call } = acted(scene, facts, plan, luck)
  const status = throughServer(judgeCacheCluster(facts, plan, result))
  const world = call === undefined ? tick(after.world) : after.world
  // Whoever loses a status crashed: what it remembered is lost too.
  const crashed = { status: scene.status, repeats: { hash: '', generation: 0, times: 0 } }
  const next = { ...after, world, ...(luck.dropStatus ? crashed : { status }) }
  return { scene: next, facts, plan, result, status, call }
}

/** What comes back from the API server: JSON, and only what the schema knows. */
const throughServer = (status: CacheClusterStatus): CacheClusterStatus =>
  frozen(cacheClusterStatus.parse(JSON.parse(JSON.stringify(status))))

export const isSettled = ({ plan, scene }: Turn): boolean =>
  (plan.is === 'settled' || plan.is === 'released') && scene.world.coming.length === 0

/** Workers until all is settled, at most `atMost`: the last one tells how it ended. */
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
