import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import { judgeCacheCluster } from '../../src/plan/cache-cluster/status.ts'
import { graceMs, refusalPauseMs } from '../../src/plan/core/brake.ts'
import { ownershipOf, ownerTagKeys } from '../../src/plan/core/identity.ts'
import type { Tags } from '../../src/plan/core/observed.ts'
import { stepHash } from '../../src/plan/core/step.ts'
import { pairNames } from '../../src/plan/secrets/names.ts'
import { drive, edited, gathered, isSettled, noMemory, type Reader, type Scene, type Turn, turn } from './driver.ts'
import { former, hourMs, others, owner, twins } from './facts.ts'
import { emptyWorld, settable, type World } from './model-world.ts'
import {
  afterDrift,
  badLuck,
  drift,
  evenSpecs,
  foreignSecret,
  happened,
  history,
  luck,
  policy,
  respecified,
  sceneOf,
  twoSpecs,
} from './worlds.ts'

const last = (turns: readonly Turn[]): Turn => {
  const turn = turns.at(-1)
  assert.ok(turn)
  return turn
}

const story = (turns: readonly Turn[]): string =>
  turns
    .map(({ plan, result, call }) => {
      const what = plan.is === 'act' ? plan.next.action.do : 'reason' in plan ? `${plan.reason}: ${plan.message}` : ''
      return [plan.is, what, result.is, JSON.stringify(call)].join(' ')
    })
    .join('\n')

interface Expectation {
  /** Made from nothing for this spec: what it leaves out is at Larder's defaults. */
  readonly fresh?: boolean
}

/** Drives until settled, and holds every reconcile to what must always be so. */
const settle = (
  scene: Scene,
  lucks: Parameters<typeof drive>[2] = [],
  { fresh = false }: Expectation = {},
): { scene: Scene; turns: readonly Turn[] } => {
  const turns = drive(scene, 150, lucks)
  const end = last(turns)
  assert.ok(isSettled(end), `not settled:\n${story(turns.slice(0, 12))}\n...\n${story(turns.slice(-12))}`)
  for (const one of turns) holds(one)
  if (end.plan.is === 'settled' && end.plan.reason === 'InSync') isAsAsked(end.scene, fresh)
  return { scene: end.scene, turns }
}

/** Whether AWS lets in who connects like that. */
const letsIn = ({ cache, tokens, openToo }: World, { password, tls, sharded }: Reader): boolean => {
  if (cache === undefined || cache.is === 'memcached' || cache.status === 'creating' || cache.state === 'deleting')
    return true
  const byTls = cache.inTransit === 'Preferred' || (cache.inTransit === 'Required') === tls
  const byMode = cache.clusterMode === 'Compatible' || (cache.clusterMode === 'Enabled') === sharded
  const byToken = password === undefined ? tokens.length === 0 || openToo : tokens.includes(password)
  return byTls && byMode && byToken
}

const holds = (one: Turn): void => {
  saysOneThing(one)
  cutsNobodyOff(one)
  keepsToItsPauses(one)
  if (one.call === undefined) return
  const { action, acted } = one.call
  const heldAlready =
    action.do === 'RotateToken' && acted.is === 'failed' && /already in use/.test(acted.failure.message)
  assert.ok(acted.is !== 'failed' || heldAlready, `AWS refuses: ${JSON.stringify(one.call)}`)
  if (action.do.startsWith('Create') && !action.do.endsWith('ParameterGroup')) {
    assert.equal(one.facts.observed.is, 'absent', 'a create while something is seen, or nothing is known')
  }
}

const saysOneThing = ({ status }: Turn): void => {
  const truth = status.conditions ?? []
  const is = (type: string) => truth.find((condition) => condition.type === type)?.status === 'True'
  assert.ok(!(is('Reconciling') && is('Stalled')), 'Reconciling and Stalled together')
  assert.ok(!(is('Ready') && (is('Reconciling') || is('Stalled'))), 'Ready while Reconciling or Stalled')
}

/** Whoever read the Secrets gets in until the overlap after their next change is over. */
const cutsNobodyOff = ({ scene, before, plan, call, facts }: Turn): void => {
  for (const reader of scene.readers) {
    if (reader.untilMs !== undefined && reader.untilMs <= before.nowMs) continue
    assert.ok(letsIn(scene.world, reader), `cut off: ${JSON.stringify([reader, call, scene.world.tokens])}`)
  }
  if (plan.is !== 'act' || plan.next.ends === undefined) return
  const since = Date.parse(facts.object.status.published?.since ?? '')
  assert.ok(before.nowMs >= since + 24 * hourMs, `too early: ${plan.next.ends}`)
}

/** What was refused for good is asked again after the pause only, and nothing is repeated within the grace. */
const keepsToItsPauses = ({ before, plan }: Turn): void => {
  if (plan.is !== 'act') return
  const hash = stepHash(plan.next)
  const { refused, repeats } = before.memory
  const early = refused?.hash === hash && before.nowMs - refused.atMs < refusalPauseMs(refused)
  assert.ok(!early, `asked again too early: ${plan.next.action.do}`)
  const often = repeats.some(
    (repeat) => repeat.hash === hash && repeat.times >= 3 && before.nowMs - repeat.atMs < graceMs,
  )
  assert.ok(!often, `once more without an effect: ${plan.next.action.do}`)
}

/** The token that is asked for. */
const tokenOf = ({ secrets }: Scene): string | undefined => secrets['sessions-auth']?.data.token
const publishedBy = ({ secrets, spec }: Scene): string | undefined =>
  secrets[pairNames({ name: owner.name, spec }).binding]?.data.password

/** What a spec asks for, told here once more and in other words than the planner's. What it leaves out is as it is. */
const isAsAsked = (scene: Scene, fresh: boolean): void => {
  const { world, spec, policy, uid } = scene
  const { cache } = world
  assert.ok(cache)
  const { nodes } = spec
  assert.equal(cache.engine, spec.engine)
  assert.equal(cache.nodeType, nodes.type)
  if (spec.network?.securityGroupIds !== undefined) {
    assert.deepEqual(cache.securityGroupIds, [...spec.network.securityGroupIds].sort())
  }
  const tags = world.tags[cache.arn] ?? {}
  assert.deepEqual({ ...tags, ...spec.tags, 'larder.dev/uid': uid }, tags)
  const eviction = spec.policyRef !== undefined && cache.is === 'group' ? policy?.eviction : undefined
  const values = { ...settable, ...world.groups[cache.parameterGroupName ?? '']?.values }
  const asked = {
    ...(eviction?.policy && { 'maxmemory-policy': eviction.policy }),
    ...(eviction?.reservedMemoryPercent !== undefined && {
      'reserved-memory-percent': String(eviction.reservedMemoryPercent),
    }),
    ...spec.parameters,
  }
  assert.deepEqual({ ...values, ...asked }, values)
  assert.ok(Object.keys(world.groups).length <= 1, 'a parameter group is left over')
  if (cache.is === 'memcached') {
    assert.equal(cache.nodeCount, nodes.count ?? 1)
    assert.equal(cache.members.length, nodes.count ?? 1)
    return
  }
  const { replicasPerShard = 0, shards, clusterMode, automaticFailover, multiAZ } = nodes
  const inTransit = spec.encryption?.inTransit
  const written = { shards, replicasPerShard, clusterMode, automaticFailover, multiAZ, inTransit }
  const enabled = cache.clusterMode === 'Enabled'
  const chosen = {
    shards: 1,
    clusterMode: 'Disabled',
    automaticFailover: enabled || replicasPerShard > 0,
    multiAZ: replicasPerShard > 0 && automaticFailover !== false,
    inTransit: 'Disabled',
  }
  const wanted = { ...(fresh ? chosen : {}), ...JSON.parse(JSON.stringify(written)) }
  for (const [name, value] of Object.entries(wanted)) assert.equal(cache[name as keyof typeof cache], value, name)
  if (spec.auth?.mode === 'Token') {
    const withdrawn = scene.status.authToken?.withdrawn ? world.tokens.slice(0, 1) : world.tokens
    assert.deepEqual(withdrawn, [tokenOf(scene)])
    assert.equal(publishedBy(scene), tokenOf(scene))
  } else assert.deepEqual(world.tokens, [])
}

/** The same spec with everything said that it leaves out. */
const spelledOut = (spec: Scene['spec']): Scene['spec'] => {
  const shared = {
    ...spec,
    parameters: spec.parameters ?? {},
    network: { securityGroupIds: ['sg-1'], ...spec.network },
  }
  if (spec.engine === 'memcached') return shared
  const { replicasPerShard = 0, clusterMode = 'Disabled', shards = 1, ...more } = spec.nodes
  const automaticFailover = more.automaticFailover ?? (clusterMode === 'Enabled' || replicasPerShard > 0)
  const multiAZ = more.multiAZ ?? (automaticFailover && replicasPerShard > 0)
  return { ...shared, nodes: { ...more, replicasPerShard, clusterMode, shards, automaticFailover, multiAZ } }
}

/** What is left of a world when ids of its past are taken out. */
const shapeOf = ({ world, secrets }: Scene) => ({
  cache: world.cache && { ...world.cache, members: world.cache.members.map(({ id, shard }) => ({ id, shard })) },
  groups: world.groups,
  tags: world.tags,
  secrets: Object.entries(secrets).map(([name, { data }]) => [name, data]),
})

/** LAWS=20 tries twenty times as much. */
const effort = Number(process.env.LAWS ?? 1)
const runs = (count: number) => ({ numRuns: count * effort, endOnFailure: true })
const fresh = { fresh: true }

describe('laws of the planner', () => {
  it('convergent: from nothing, every spec is made in so many reconciles, and AWS refuses no step', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.array(luck, { maxLength: 12 }), ([spec], asked, lucks) => {
        const { scene } = settle(sceneOf(spec, { policy: asked }), lucks, fresh)
        assert.equal(scene.world.created, 1)
      }),
      runs(100),
    )
  })
  it('convergent: a spec that changes midway ends where the last one says', () => {
    fc.assert(
      fc.property(
        twoSpecs,
        policy,
        policy,
        fc.nat(30),
        fc.array(luck, { maxLength: 12 }),
        ([first, second], before, after, at, lucks) => {
          const begun = last(drive(sceneOf(first, { policy: before }), at + 1)).scene
          const { scene } = settle({ ...respecified(begun, second), policy: after }, lucks)
          const keys = Object.keys(scene.world.tags[scene.world.cache?.arn ?? ''] ?? {})
          assert.deepEqual(keys.sort(), [...ownerTagKeys, ...Object.keys(second.tags ?? {})].sort())
        },
      ),
      runs(120),
    )
  })
  it('convergent: what others change in AWS is changed back where the spec speaks of it', () => {
    fc.assert(
      fc.property(twoSpecs, policy, drift, ([spec], asked, by) => {
        const before = settle(sceneOf(spec, { policy: asked }), [], fresh).scene
        const { scene } = settle(afterDrift(before, by), [{ refresh: true }])
        assert.deepEqual(scene.world.groups, before.world.groups)
      }),
      runs(80),
    )
  })
  it('reverting: going back to the first spec restores what it says', () => {
    fc.assert(
      fc.property(evenSpecs, policy, fc.nat(40), ([first, second], asked, at) => {
        const before = settle(sceneOf(spelledOut(first), { policy: asked }), [], fresh).scene
        const gone = last(drive(respecified(before, spelledOut(second)), at + 1)).scene
        const { scene } = settle(respecified(gone, spelledOut(first)))
        assert.deepEqual(shapeOf(scene), shapeOf(before))
      }),
      runs(80),
    )
  })
  it('unset means as it is: a spec that says less changes nothing', () => {
    fc.assert(
      fc.property(evenSpecs, policy, ([first], asked) => {
        const before = settle(sceneOf(spelledOut(first), { policy: asked }), [], fresh).scene
        const { type, clusterMode } = first.nodes
        const silent = {
          ...before.spec,
          policyRef: undefined,
          nodes: { type, ...(clusterMode && { clusterMode }) },
          encryption: first.auth === undefined ? undefined : first.encryption,
          network: undefined,
          parameters: undefined,
        } as Scene['spec']
        for (const { call } of drive(respecified(before, silent), 6, [{}, { refresh: true }]))
          assert.equal(call, undefined)
      }),
      runs(60),
    )
  })
  it('idempotent and quiet: a settled world plans nothing, and says the same again', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.boolean(), ([spec], asked, refresh) => {
        const { scene } = settle(sceneOf(spec, { policy: asked }), [], fresh)
        const first = turn(scene)
        assert.equal(first.plan.is, 'settled')
        const second = turn(first.scene, { refresh })
        assert.equal(second.plan.is, 'settled')
        assert.deepEqual(second.status, first.status)
        assert.deepEqual(turn(second.scene, { restart: true }).status, first.status)
        const looked = ({ lastCheckedTime: _, ...rest }: Scene['status']) => rest
        assert.deepEqual(looked(turn({ ...second.scene, nowMs: scene.nowMs + hourMs }).status), looked(first.status))
      }),
      runs(80),
    )
  })
  it('quiet: the same facts give the same plan and the same words', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.nat(30), ([first, second], asked, at) => {
        const { scene } = last(drive(respecified(sceneOf(first, { policy: asked }), second), at + 1))
        const facts = gathered(scene)
        const plan = planCacheCluster(facts)
        assert.deepEqual(planCacheCluster(structuredClone(facts)), plan)
        const result = { is: 'nothing' } as const
        assert.deepEqual(
          judgeCacheCluster(structuredClone(facts), plan, result),
          judgeCacheCluster(facts, plan, result),
        )
      }),
      runs(80),
    )
  })
  it('crash-proof: whatever status writes and answers are lost, one cache is made and no token is lost', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.array(badLuck, { maxLength: 60 }), ([spec], asked, lucks) => {
        const { scene } = settle(sceneOf(spec, { policy: asked }), lucks, fresh)
        assert.equal(scene.world.created, 1)
        assert.ok(scene.tokensMade <= 1)
      }),
      runs(100),
    )
  })
  it('crash-proof: also while the spec changes', () => {
    fc.assert(
      fc.property(
        twoSpecs,
        policy,
        fc.array(badLuck, { maxLength: 40 }),
        fc.array(badLuck, { maxLength: 40 }),
        fc.nat(40),
        ([first, second], asked, before, after, at) => {
          const begun = last(drive(sceneOf(first, { policy: asked }), at + 1, before)).scene
          const { scene } = settle(respecified(begun, second), after)
          assert.equal(scene.world.created, 1)
          assert.ok(scene.tokensMade <= 1)
        },
      ),
      runs(100),
    )
  })
  it('a token that changes reaches AWS, then the Secrets, then is the only one; whoever holds the one before has the overlap', () => {
    fc.assert(
      fc.property(twoSpecs, fc.array(badLuck, { maxLength: 30 }), ([, spec], lucks) => {
        const { scene } = settle(sceneOf(spec), [], fresh)
        if (tokenOf(scene) === undefined) return
        const end = settle(edited(scene, 'sessions-auth', { token: 'changed-by-the-user' }), lucks).scene
        assert.deepEqual(end.world.tokens, ['changed-by-the-user'])
        assert.equal(publishedBy(end), 'changed-by-the-user')
      }),
      runs(80),
    )
  })
  it('a token that is taken back at any moment ends as the one in use, and nobody is cut off', () => {
    fc.assert(
      fc.property(twoSpecs, fc.nat(8), fc.array(luck, { maxLength: 12 }), ([, spec], at, lucks) => {
        const { scene } = settle(sceneOf(spec), [], fresh)
        const first = tokenOf(scene)
        if (first === undefined) return
        const halfway = drive(edited(scene, 'sessions-auth', { token: 'changed-by-the-user' }), at + 1)
        for (const one of halfway) holds(one)
        const { scene: end } = settle(edited(last(halfway).scene, 'sessions-auth', { token: first }), lucks)
        assert.equal(publishedBy(end), first)
        assert.ok(end.world.tokens.includes(first))
      }),
      runs(100),
    )
  })
  it('metadata of the token that change make no call, at rest and on the way', () => {
    fc.assert(
      fc.property(twoSpecs, fc.nat(14), fc.nat(14), fc.boolean(), ([, spec], at, then, rotating) => {
        const { scene } = rotating ? settle(sceneOf(spec), [], fresh) : { scene: sceneOf(spec) }
        const begun = rotating ? edited(scene, 'sessions-auth', { token: 'changed-by-the-user' }) : scene
        const first = drive(begun, at + 1)
        const touched = drive(edited(last(first).scene, 'sessions-auth'), then + 1)
        const { turns } = settle(edited(last(touched).scene, 'sessions-auth'))
        for (const one of [...first, ...touched]) holds(one)
        const rotations = [...first, ...touched, ...turns].filter(
          ({ call }) => call?.action.do === 'RotateToken' && call.acted.is === 'done',
        )
        assert.ok(rotations.length <= 1)
      }),
      runs(100),
    )
  })
  it('deleting leaves nothing behind, from any moment, whatever is lost', () => {
    fc.assert(
      fc.property(
        twoSpecs,
        policy,
        fc.nat(40),
        fc.array(badLuck, { maxLength: 30 }),
        ([first, second], asked, at, lucks) => {
          const begun = last(drive(sceneOf(first, { policy: asked }), at + 1)).scene
          const changed = last(drive(respecified(begun, second), at + 1)).scene
          const { scene, turns } = settle({ ...changed, deleting: true }, lucks)
          assert.equal(last(turns).plan.is, 'released')
          assert.equal(scene.world.cache, undefined)
          assert.deepEqual(scene.world.groups, {})
        },
      ),
      runs(100),
    )
  })
  it('retaining leaves the cache as it is, without owner tags, and its token without an owner', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.array(badLuck, { maxLength: 20 }), ([spec], asked, lucks) => {
        const before = settle(sceneOf({ ...spec, deletionPolicy: 'Retain' }, { policy: asked }), [], fresh).scene
        const { scene } = settle({ ...before, deleting: true }, lucks)
        assert.deepEqual(scene.world.cache, before.world.cache)
        const left = Object.keys(scene.world.tags[scene.world.cache?.arn ?? ''] ?? {})
        assert.deepEqual(
          left.filter((key) => ownerTagKeys.includes(key)),
          [],
        )
        assert.equal(tokenOf(scene), tokenOf(before))
        assert.equal(scene.secrets['sessions-auth']?.meta.owner, undefined)
      }),
      runs(60),
    )
  })
  it('a change that AWS refuses is asked once in its pause, and taking it back restores all', () => {
    fc.assert(
      fc.property(evenSpecs, policy, fc.integer({ min: 1, max: 30 }), ([first, second], asked, at) => {
        const before = settle(sceneOf(spelledOut(first), { policy: asked }), [], fresh).scene
        const refused = spelledOut({ ...second, nodes: { ...second.nodes, type: 'cache.none.none' } })
        const turns = drive(respecified(before, refused), at)
        const asks = turns.filter(({ call }) => call?.acted.is === 'failed')
        for (const one of turns) keepsToItsPauses(one)
        for (const [index, one] of asks.entries()) {
          const next = asks[index + 1]
          if (next !== undefined) assert.ok(next.before.nowMs - one.before.nowMs >= 900_000)
        }
        const { scene } = settle(respecified(last(turns).scene, spelledOut(first)))
        assert.deepEqual(shapeOf(scene), shapeOf(before))
      }),
      runs(60),
    )
  })
})

describe('histories', () => {
  it('whatever happens in whatever order, with crashes between: it ends as asked, and nobody was cut off', () => {
    fc.assert(
      fc.property(history, policy, ([spec, happenings], asked) => {
        let scene = settle(sceneOf(spec, { policy: asked }), [], fresh).scene
        const all: Turn[] = []
        for (const [reconciles, what, luck] of happenings) {
          const turns = drive(happened(scene, what), reconciles + 1, [luck])
          all.push(...turns)
          scene = last(turns).scene
        }
        const { scene: end, turns } = settle(scene)
        for (const one of [...all, ...turns]) holds(one)
        assert.equal(end.world.created, 1)
        const { binding, env } = pairNames({ name: owner.name, spec: end.spec })
        const kept = [binding, env, ...(end.spec.auth?.mode === 'Token' ? ['sessions-auth'] : [])]
        assert.deepEqual(Object.keys(end.secrets).sort(), kept.sort())
      }),
      runs(80),
    )
  })
  it('a second object of the same name waits until the Secrets of the first are collected', () => {
    fc.assert(
      fc.property(evenSpecs, policy, ([spec], asked) => {
        const first = settle(sceneOf(spec, { policy: asked }), [], fresh).scene
        const second = { ...sceneOf(spec, { policy: asked }), uid: 'uid-2', world: first.world, secrets: first.secrets }
        const waiting = last(drive(second, 12)).scene
        assert.deepEqual(waiting.secrets, first.secrets)
        const { [`sessions`]: _, [`sessions-env`]: __, [`sessions-auth`]: ___, ...free } = waiting.secrets
        const end = last(drive({ ...waiting, secrets: free, secretsBefore: free }, 60)).scene
        assert.equal(end.secrets.sessions?.meta.owner?.uid, 'uid-2')
      }),
      runs(30),
    )
  })
})

describe('safety of the planner', () => {
  const strange = fc.constantFrom<Tags>({}, { team: 'a' }, others, twins)
  const retagged = (scene: Scene, tags: Tags): Scene => ({
    ...scene,
    status: { observedGeneration: -1 },
    memory: noMemory,
    world: {
      ...scene.world,
      tags: Object.fromEntries(
        Object.entries(scene.world.tags).map(([arn, had]) => [arn, arn === scene.world.cache?.arn ? tags : had]),
      ),
    },
  })
  const made = (spec: Scene['spec'], asked: Scene['policy']): Scene =>
    settle(sceneOf(spec, { policy: asked }), [], fresh).scene

  it('a cache that is not ours is never touched nor handed out, whether the object stands or goes', () => {
    fc.assert(
      fc.property(twoSpecs, policy, strange, fc.boolean(), ([first, second], asked, tags, deleting) => {
        const theirs = { ...respecified(retagged(made(first, asked), tags), second), deleting, secrets: {} }
        for (const { call, scene } of drive(theirs, 12)) {
          assert.equal(call, undefined)
          assert.deepEqual(
            Object.keys(scene.secrets).filter((name) => name !== 'sessions-auth'),
            [],
          )
        }
      }),
      runs(80),
    )
  })
  it('a cache of the former owner of the same name is taken over, and marked before anything else', () => {
    fc.assert(
      fc.property(twoSpecs, policy, ([first, second], asked) => {
        const again = { ...respecified(retagged(made(first, asked), former), second), secrets: {}, readers: [] }
        const turns = drive(again, 60)
        const calls = turns.flatMap(({ call }) => (call === undefined ? [] : [call.action.do]))
        assert.equal(calls[0], 'SetTags')
        const marked = turns.findIndex(({ call }) => call !== undefined)
        for (const { scene } of turns.slice(0, marked)) assert.equal(scene.secrets.sessions, undefined)
        const { cache, tags } = last(turns).scene.world
        assert.equal(ownershipOf(tags[cache?.arn ?? ''] ?? {}, owner), 'ours')
      }),
      runs(60),
    )
  })
  it('another --cluster-name: no step at all, and status keeps what it knew; set back, all goes on', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.nat(20), fc.boolean(), ([first, second], asked, at, deleting) => {
        const begun = last(drive(sceneOf(first, { policy: asked }), at + 3)).scene
        fc.pre(begun.status.id !== undefined)
        const renamed = { ...respecified(begun, second), cluster: 'test', deleting }
        const turns = drive(renamed, 6)
        for (const { plan, scene } of turns) {
          assert.equal('reason' in plan && plan.reason, 'IdentityChanged')
          assert.deepEqual([scene.status.id, scene.status.arn], [begun.status.id, begun.status.arn])
          assert.deepEqual(scene.secrets, begun.secrets)
        }
        const back = settle({ ...last(turns).scene, cluster: owner.cluster }).scene
        assert.equal(back.world.created, deleting && begun.world.created === 0 ? 0 : 1)
      }),
      runs(60),
    )
  })
  it('a Secret of somebody else is never read, written or deleted, and nothing is made before its name is free', () => {
    const names = fc.constantFrom('sessions', 'sessions-env', 'sessions-auth')
    fc.assert(
      fc.property(twoSpecs, policy, names, fc.array(badLuck, { maxLength: 12 }), ([spec], asked, name, lucks) => {
        const scene = sceneOf(spec, { policy: asked, secrets: { [name]: foreignSecret } })
        const end = last(drive(scene, 30, lucks)).scene
        assert.deepEqual(end.secrets[name], foreignSecret)
        const written = Object.entries(end.secrets).filter(([other]) => other !== name)
        assert.ok(!JSON.stringify(written).includes(foreignSecret.data.token ?? ''))
        const meant = name !== 'sessions-auth' || spec.auth?.mode === 'Token'
        if (meant) assert.equal(end.world.created, 0)
        const { [name]: _, ...free } = end.secrets
        assert.equal(settle({ ...end, secrets: free, secretsBefore: free }, [], fresh).scene.world.created, 1)
      }),
      runs(80),
    )
  })
  it('a Secret that somebody puts in the way later is left alone too, and the cache is changed all the same', () => {
    fc.assert(
      fc.property(evenSpecs, policy, fc.constantFrom('sessions', 'sessions-env'), ([first, second], asked, name) => {
        const before = made(first, asked)
        const taken = { ...respecified(before, second), secrets: { ...before.secrets, [name]: foreignSecret } }
        const end = last(drive(taken, 40)).scene
        assert.deepEqual(end.secrets[name], foreignSecret)
        assert.equal(end.world.cache?.nodeType, second.nodes.type)
        const reasons = end.status.conditions?.map(({ type, reason }) => `${type} ${reason}`)
        assert.ok(reasons?.includes('Stalled SecretTaken'), reasons?.join())
      }),
      runs(60),
    )
  })
  it('suspended: nothing is ever changed in AWS', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.nat(30), fc.boolean(), ([first, second], asked, at, deleting) => {
        const begun = last(drive(sceneOf(first, { policy: asked }), at + 1)).scene
        const held = { ...respecified(begun, { ...second, suspend: true }), deleting }
        for (const { call } of drive(held, 15)) assert.equal(call, undefined)
      }),
      runs(80),
    )
  })
  it('nothing is deleted while the object stands, but a parameter group that it no longer uses', () => {
    fc.assert(
      fc.property(twoSpecs, policy, fc.array(badLuck, { maxLength: 30 }), ([first, second], asked, lucks) => {
        for (const { call, facts } of drive(respecified(made(first, asked), second), 80, lucks)) {
          if (!call?.action.do.startsWith('Delete')) continue
          assert.equal(call.action.do, 'DeleteParameterGroup')
          assert.ok(facts.observed.is === 'seen')
          assert.notEqual('name' in call.action && call.action.name, facts.observed.cache.parameterGroupName)
        }
      }),
      runs(80),
    )
  })
  it('a parameter group that others made or that lost its tags is never deleted', () => {
    fc.assert(
      fc.property(twoSpecs, policy, ([first, second], asked) => {
        const before = made(first, asked)
        const { cache, tags } = before.world
        const theirs = Object.fromEntries(Object.keys(tags).map((arn) => [arn, arn === cache?.arn ? tags[arn] : {}]))
        const world = { ...before.world, tags: theirs as World['tags'] }
        const changed = drive({ ...respecified(before, second), world }, 60)
        const gone = drive({ ...last(changed).scene, deleting: true }, 40)
        for (const { call } of [...changed, ...gone]) {
          if (call?.action.do !== 'DeleteParameterGroup') continue
          // What was made since is ours.
          assert.ok(!Object.keys(before.world.groups).includes(call.action.name), call.action.name)
        }
      }),
      runs(60),
    )
  })
  it('a protected object is never deleted', () => {
    fc.assert(
      fc.property(twoSpecs, policy, ([spec], asked) => {
        const guarded = made({ ...spec, deletionProtection: true }, asked)
        for (const { call, plan } of drive({ ...guarded, deleting: true }, 5)) {
          assert.equal(call, undefined)
          assert.equal(plan.is, 'stuck')
        }
      }),
      runs(40),
    )
  })
  it('lost owner tags are put right, and a deletion takes the cache all the same', () => {
    fc.assert(
      fc.property(evenSpecs, policy, fc.subarray([...ownerTagKeys], { minLength: 1 }), ([spec], asked, lost) => {
        const before = made(spec, asked)
        const { cache, tags } = before.world
        const arn = cache?.arn ?? ''
        const left = Object.fromEntries(Object.entries(tags[arn] ?? {}).filter(([key]) => !lost.includes(key)))
        const stripped = { ...before, world: { ...before.world, tags: { ...tags, [arn]: left } } }
        assert.deepEqual(settle(stripped, [{ refresh: true }]).scene.world.tags[arn], tags[arn])
        const gone = settle({ ...stripped, deleting: true }).scene
        assert.equal(gone.world.cache, undefined)
      }),
      runs(60),
    )
  })
  it('each loss of a group needs an order of its own, which a repeated loss does not find', () => {
    fc.assert(
      fc.property(evenSpecs, policy, fc.array(badLuck, { maxLength: 10 }), ([spec], asked, lucks) => {
        if (spec.engine === 'memcached') return
        const lose = (scene: Scene): Scene => ({
          ...scene,
          world: { ...emptyWorld, groups: scene.world.groups, tags: scene.world.tags, created: scene.world.created },
          readers: [],
          memory: noMemory,
        })
        const silent = (scene: Scene): Scene => {
          const turns = drive(scene, 6)
          for (const { call } of turns) assert.equal(call, undefined)
          return last(turns).scene
        }
        const orderOf = ({ status }: Scene): string => {
          const message = status.conditions?.find(({ type }) => type === 'Stalled')?.message ?? ''
          return /larder\.dev\/recreate=(\w+)/.exec(message)?.[1] ?? ''
        }
        const first = silent(lose(made(spec, asked)))
        const annotations = { 'larder.dev/recreate': orderOf(first) }
        const again = settle({ ...first, annotations }, lucks, fresh).scene
        assert.equal(again.world.created, 2)
        const second = silent(lose(again))
        assert.notEqual(orderOf(second), annotations['larder.dev/recreate'])
      }),
      runs(60),
    )
  })
  it('no look at AWS after an edit: what was known stays said', () => {
    fc.assert(
      fc.property(twoSpecs, policy, ([first, second], asked) => {
        const before = turn(made(first, asked)).scene
        const { status } = turn(respecified(before, second), { blind: true, restart: true })
        const kept = ({ address, endpoint, members, size, arn }: Scene['status']) => ({
          address,
          endpoint,
          members,
          size,
          arn,
        })
        const available = ({ conditions }: Scene['status']) =>
          conditions?.find(({ type }) => type === 'Available')?.status
        assert.deepEqual(kept(status), kept(before.status))
        assert.equal(available(status), 'True')
      }),
      runs(60),
    )
  })
  it('a refresh that fails leaves a settled cache as it is', () => {
    fc.assert(
      fc.property(twoSpecs, policy, ([spec], asked) => {
        const before = turn(made(spec, asked)).scene
        const { plan, status } = turn(before, { refresh: true, readsFail: true })
        assert.equal(plan.is, 'settled')
        assert.deepEqual(status, before.status)
      }),
      runs(40),
    )
  })
})
