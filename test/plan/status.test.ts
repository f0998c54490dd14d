import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { annotation } from '../../src/crds/kind.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/checks.ts'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { judgeCacheCluster, judgeUnreadable } from '../../src/plan/cache-cluster/status.ts'
import { lasting, nextConditions } from '../../src/plan/core/conditions.ts'
import type { Acted, Plan } from '../../src/plan/core/outcome.ts'
import { tagsRecord } from '../../src/plan/core/tags.ts'
import { type StepResult, verdictOf } from '../../src/plan/core/verdict.ts'
import {
  absent,
  arn,
  createdTime,
  factsOf,
  former,
  found,
  group,
  id,
  known,
  memcached,
  memcachedSpec,
  node,
  nowIso,
  objectOf,
  others,
  ours,
  parametersOf,
  seen,
  specOf,
} from './facts.ts'
import { withSecrets } from './sealed.ts'

const nothing: StepResult = { is: 'nothing' }
const did = (is: 'done' | 'exists' | 'absent' | 'unchanged'): StepResult => ({ is: 'acted', acted: { is } })
const refused = (is: 'retryable' | 'stalled' | 'waiting'): Acted => ({
  is: 'failed',
  failure: { is, reason: 'QuotaExceeded', message: 'no' },
})
const judged = (facts: CacheFacts, result: StepResult = nothing, plan = planCacheCluster(facts)) =>
  judgeCacheCluster(facts, plan, result)
/** Conditions in short: `Ready=True/InSync`. */
const conditions = (facts: CacheFacts, result: StepResult = nothing, plan?: Plan) =>
  (judged(facts, result, plan).conditions ?? []).map(({ type, status, reason }) => `${type}=${status}/${reason}`)

const object = (spec: object, status: CacheFacts['object']['status'] = known) =>
  objectOf({ spec: specOf(spec), status })
const larger = { nodes: { type: 'cache.m7g.large' } }
const settled = withSecrets(factsOf({ object: objectOf({ status: known }), observed: seen(group()) }))
const changing = withSecrets(factsOf({ object: object(larger), observed: seen(group()) }))
const moving = (status: string) => group({ state: 'moving', status })
const tokenSpec = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }

describe('conditions', () => {
  const serving = 'Available=True/Serving'
  const bound = 'BindingReady=True/Written'
  const unbound = 'BindingReady=False/NoEndpoint'
  const rows: readonly (readonly [string, CacheFacts, StepResult, readonly string[]])[] = [
    ['settled: ready, and nothing else is going on', settled, nothing, ['Ready=True/InSync', serving, bound]],
    [
      'announced: reconciling',
      changing,
      { is: 'announced' },
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, bound],
    ],
    [
      'AWS took it: reconciling',
      changing,
      did('done'),
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, bound],
    ],
    [
      'AWS refused it for good: stalled',
      changing,
      { is: 'acted', acted: refused('stalled') },
      ['Stalled=True/QuotaExceeded', 'Ready=False/QuotaExceeded', serving, bound],
    ],
    [
      'AWS refused it for now: reconciling',
      changing,
      { is: 'acted', acted: refused('retryable') },
      ['Reconciling=True/QuotaExceeded', 'Ready=False/QuotaExceeded', serving, bound],
    ],
    [
      'busy: reconciling, and still serving',
      withSecrets(factsOf({ ...settled, observed: seen(moving('modifying')) })),
      nothing,
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, bound],
    ],
    [
      'being created: not serving',
      factsOf({
        object: objectOf({ status: { id, tags: { hash: 'x', keys: [] } } }),
        observed: seen(group({ state: 'moving', status: 'creating', primary: undefined })),
      }),
      nothing,
      ['Reconciling=True/Creating', 'Ready=False/Creating', 'Available=False/NotServing', unbound],
    ],
    [
      'nothing there yet',
      factsOf(),
      { is: 'announced' },
      ['Reconciling=True/Creating', 'Ready=False/Creating', 'Available=False/NotFound', unbound],
    ],
    [
      'lost: stalled',
      factsOf({ object: objectOf({ status: known }), live: absent }),
      nothing,
      ['Stalled=True/Lost', 'Ready=False/Lost', 'Available=False/NotFound', unbound],
    ],
    [
      'not ours: nothing of it is shown as ours',
      factsOf({ observed: seen(group()), tags: found(others) }),
      nothing,
      ['Stalled=True/NotOurs', 'Ready=False/NotOurs', 'Available=False/NotOurs', unbound],
    ],
    [
      'failed',
      factsOf({
        object: objectOf({ status: known }),
        observed: seen(group({ state: 'failed', status: 'create-failed' })),
      }),
      nothing,
      ['Stalled=True/CreateFailed', 'Ready=False/CreateFailed', 'Available=False/NotServing', unbound],
    ],
    [
      'a read failed: reconciling, availability by what was seen',
      withSecrets(factsOf({ ...settled, failure: { is: 'retryable', reason: 'Throttled', message: 'm' } })),
      nothing,
      ['Reconciling=True/Throttled', 'Ready=False/Throttled', serving, bound],
    ],
    [
      'suspended and serving: ready',
      withSecrets(factsOf({ ...settled, object: object({ suspend: true }) })),
      nothing,
      ['Ready=True/Suspended', serving, bound],
    ],
    [
      'suspended and nothing there: not ready, and nothing is going on',
      factsOf({ object: object({ suspend: true }, {}) }),
      nothing,
      ['Ready=False/Suspended', 'Available=False/NotFound', unbound],
    ],
    [
      'the Secrets are being written',
      factsOf({ object: objectOf({ status: known }), observed: seen(group()) }),
      did('done'),
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, 'BindingReady=False/Writing'],
    ],
    [
      'a token that AWS was not given yet keeps the Secrets back',
      factsOf({
        object: object(tokenSpec),
        observed: seen(group({ inTransit: 'Required' })),
        token: { is: 'present', version: '1' },
      }),
      { is: 'announced' },
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, 'BindingReady=False/TokenNotTaken'],
    ],
    [
      'deletion refused: stalled, still serving',
      withSecrets(
        factsOf({
          ...settled,
          object: objectOf({ deleting: true, status: known, spec: specOf({ deletionProtection: true }) }),
        }),
      ),
      nothing,
      ['Stalled=True/DeletionProtected', 'Ready=False/DeletionProtected', serving, bound],
    ],
  ]
  for (const [sentence, facts, result, list] of rows) {
    it(sentence, () => assert.deepEqual(conditions(facts, result), list))
  }
  it('every condition speaks of the generation', () => {
    const status = judged(withSecrets(factsOf({ ...settled, object: objectOf({ status: known, generation: 7 }) })))
    assert.equal(status.observedGeneration, 7)
    assert.deepEqual(new Set(status.conditions?.map((c) => c.observedGeneration)), new Set([7]))
  })
  it('lastTransitionTime moves with status, and with nothing else', () => {
    const at = (nowIso: string) => ({ nowIso, generation: 1 })
    const ready = (status: 'True' | 'False', reason: string) =>
      [{ type: 'Ready', status, reason, message: reason }] as const
    const first = nextConditions(undefined, at('t1'), ready('False', 'Creating'))
    const second = nextConditions(first, at('t2'), ready('False', 'Modifying'))
    const third = nextConditions(second, at('t3'), ready('True', 'InSync'))
    assert.deepEqual(
      [first, second, third].map(([c]) => c?.lastTransitionTime),
      ['t1', 't1', 't3'],
    )
    assert.equal(second[0]?.reason, 'Modifying')
  })
  it('a condition that holds no more is gone, and one that comes back starts anew', () => {
    const at = (nowIso: string) => ({ nowIso, generation: 1 })
    const stalled = [{ type: 'Stalled', status: 'True', reason: 'Lost', message: 'm' }] as const
    const before = nextConditions(undefined, at('t1'), stalled)
    const without = nextConditions(before, at('t2'), [])
    assert.deepEqual(without, [])
    assert.equal(nextConditions(without, at('t3'), stalled)[0]?.lastTransitionTime, 't3')
  })
  it('conditions that others set are not kept: the list is ours', () => {
    const theirs = [{ type: 'Theirs', status: 'True', reason: 'x', message: '', lastTransitionTime: 't' }] as const
    assert.deepEqual(nextConditions([...theirs], { nowIso, generation: 1 }, []), [])
  })
  it('how long something takes is told in minutes', () => {
    const rows = [
      [0, 'less than 1m'],
      [59_999, 'less than 1m'],
      [60_000, '1m'],
      [3_599_999, '59m'],
      [3_600_000, '1h 0m'],
      [90_000_000, '25h 0m'],
    ] as const
    for (const [ms, words] of rows) assert.equal(lasting(ms), words)
  })
})

describe('status', () => {
  it('is what the schema says, of a group and of memcached', () => {
    const nodes = withSecrets(
      factsOf({ object: objectOf({ spec: memcachedSpec(), status: known }), observed: seen(memcached()) }),
    )
    for (const facts of [settled, changing, nodes]) {
      const status = JSON.parse(JSON.stringify(judged(facts, { is: 'announced' })))
      assert.deepEqual(cacheClusterStatus.parse(status), status)
    }
  })
  it('of a settled object stays the same from look to look', () => {
    const first = judged(settled)
    const again = withSecrets(
      factsOf({ ...settled, nowIso: '2027-01-01T00:00:00Z', object: objectOf({ status: first }) }),
    )
    assert.deepEqual(judged(again), first)
  })
  it('that says something new tells when', () => {
    const first = judged(settled)
    const grown = withSecrets(
      factsOf({
        ...settled,
        nowIso: '2027-01-01T00:00:00Z',
        object: objectOf({ status: first }),
        observed: seen(group({ nodeType: 'cache.m7g.large' })),
      }),
    )
    assert.equal(first.lastCheckedTime, nowIso)
    assert.equal(judged(grown).lastCheckedTime, '2027-01-01T00:00:00Z')
  })
  it('stays as it was until the first look after a restart', () => {
    const before = judged(settled)
    const blind = factsOf({ observed: { is: 'unknown' }, object: objectOf({ status: before }) })
    assert.deepEqual(judged(blind), before)
    const changed = factsOf({ observed: { is: 'unknown' }, object: objectOf({ status: before, generation: 2 }) })
    assert.equal(judged(changed).observedGeneration, 2)
  })
  it('names the id before the first create call, and shows the plan before it acts', () => {
    const status = judged(factsOf(), { is: 'announced' })
    assert.equal(status.id, id)
    assert.equal(status.arn, undefined)
    assert.deepEqual(status.plan?.actions, [{ do: 'CreateGroup', disruption: 'None', when: 'Now' }])
    assert.match(status.plan?.hash ?? '', /^[0-9a-f]{16}$/)
  })
  it('shows what differs', () => {
    assert.deepEqual(judged(changing, { is: 'announced' }).drift, [
      { field: 'spec.nodes.type', want: 'cache.m7g.large', have: 'cache.t4g.small' },
    ])
    assert.equal(judged(settled).drift, undefined)
    assert.equal(judged(settled).plan, undefined)
  })
  it('writing Secrets is no plan that is shown', () => {
    const facts = factsOf({ object: objectOf({ status: known }), observed: seen(group()) })
    assert.equal(judged(facts).plan, undefined)
  })
  it('repeats what AWS has: a group', () => {
    const observed = group({
      clusterMode: 'Enabled',
      automaticFailover: true,
      shards: 2,
      replicasPerShard: 1,
      configuration: { host: 'cfg', port: 6379 },
      primary: undefined,
      reader: undefined,
      pending: { nodeType: 'x', automaticFailover: true },
    })
    const status = judged(factsOf({ object: object({}), observed: seen(observed) }))
    assert.equal(status.size, '2x1 cache.t4g.small')
    assert.equal(status.address, 'cfg:6379')
    assert.deepEqual(status.endpoint, { configuration: { host: 'cfg', port: 6379 }, port: 6379 })
    assert.deepEqual(status.pending, { nodeType: 'x', automaticFailover: 'true' })
    assert.deepEqual(status.members, [
      { id: `${id}-001`, shard: '0001', role: 'primary', zone: 'us-east-1a', status: 'available' },
    ])
  })
  it('repeats what AWS has: memcached', () => {
    const observed = memcached({ nodeCount: 2, members: [node(1), node(2)] })
    const status = judged(
      factsOf({ object: objectOf({ spec: memcachedSpec(), status: known }), observed: seen(observed) }),
    )
    assert.equal(status.size, '2 cache.t4g.small')
    assert.equal(status.address, 'node1.cache:11211')
    assert.deepEqual(status.endpoint?.nodes, ['node1.cache:11211', 'node2.cache:11211'])
  })
  it('keeps what was known of a cache that AWS shows no more, but no endpoint', () => {
    const before = { ...known, size: '1x0 x', engineVersion: '7.1.0', address: 'a:1' }
    const status = judged(factsOf({ object: objectOf({ status: before }), live: absent }))
    assert.equal(status.size, '1x0 x')
    assert.equal(status.engineVersion, '7.1.0')
    assert.equal(status.address, undefined)
  })
  it('shows nothing of a cache that is not ours', () => {
    const status = judged(factsOf({ observed: seen(group()), tags: found(others) }))
    assert.equal(status.address, undefined)
    assert.equal(status.arn, undefined)
    assert.equal(status.members, undefined)
  })
  it('answers the wish to be looked at, once', () => {
    const facts = withSecrets(
      factsOf({ ...settled, object: objectOf({ status: known, annotations: { [annotation.reconcileAt]: 'now' } }) }),
    )
    assert.equal(judged(facts).lastHandledReconcileAt, 'now')
    const later = withSecrets(factsOf({ ...settled, object: objectOf({ status: judged(facts) }) }))
    assert.equal(judged(later).lastHandledReconcileAt, 'now')
  })
  it('of a spec that can not be read says so, and keeps the rest', () => {
    const status = judgeUnreadable({ ...known, size: 'x' }, 3, nowIso, 'spec.nodes: required')
    assert.equal(status.size, 'x')
    assert.equal(status.observedGeneration, 3)
    assert.deepEqual(
      status.conditions?.map(({ type, reason }) => [type, reason]),
      [
        ['Stalled', 'InvalidSpec'],
        ['Ready', 'InvalidSpec'],
      ],
    )
  })
})

describe('what status remembers of ownership', () => {
  const identity = (facts: CacheFacts, result: StepResult = nothing) => {
    const { arn, createdTime } = judged(facts, result)
    return { arn, createdTime }
  }
  it('the ARN and the creation time once the tags are seen to be ours', () => {
    assert.deepEqual(identity(factsOf({ observed: seen(group()), tags: found(ours) })), { arn, createdTime })
  })
  it('nothing before that', () => {
    const none = { arn: undefined, createdTime: undefined }
    assert.deepEqual(identity(factsOf({ observed: seen(group()) })), none)
    assert.deepEqual(identity(factsOf({ observed: seen(group()), tags: found(former) })), none)
    const clusterRenamed = { ...ours, 'larder.dev/cluster': 'other' }
    assert.deepEqual(identity(factsOf({ observed: seen(group()), tags: found(clusterRenamed) })), none)
  })
  it('a cache that was made anew is another one: its failure must be known as ours', () => {
    const facts = factsOf({
      object: objectOf({ status: known, annotations: { [annotation.recreate]: id } }),
      live: absent,
    })
    assert.deepEqual(identity(facts, did('done')), { arn: undefined, createdTime: undefined })
    assert.deepEqual(identity(facts, did('exists')), { arn, createdTime })
    const after = judged(facts, did('done'))
    const failed = group({ state: 'failed', status: 'create-failed', createdTime: '2026-03-01T00:00:00Z' })
    const plan = planCacheCluster(factsOf({ object: objectOf({ status: after }), observed: seen(failed) }))
    assert.ok(plan.is === 'stuck' && plan.reason === 'CreateFailed')
  })
})

describe('what status remembers of tags', () => {
  const tagged = (
    spec: object,
    status: CacheFacts['object']['status'],
    have: Record<string, string>,
    result: StepResult = nothing,
  ) =>
    judged(withSecrets(factsOf({ object: object(spec, status), observed: seen(group()), tags: found(have) })), result)
      .tags
  it('what our own create call carried there', () => {
    assert.deepEqual(judged(factsOf(), did('done')).tags, tagsRecord(ours))
    assert.equal(judged(factsOf(), did('exists')).tags, undefined)
    assert.equal(judged(factsOf(), { is: 'announced' }).tags, undefined)
  })
  it('what AWS was seen to hold', () => {
    assert.deepEqual(tagged({ tags: { team: 'a' } }, known, { ...ours, team: 'a' }), tagsRecord({ ...ours, team: 'a' }))
  })
  it('a difference that was seen is looked at again: no hash stays', () => {
    const before = { ...known, tags: tagsRecord({ ...ours, team: 'a' }) }
    assert.equal(tagged({ tags: { team: 'a' } }, before, { ...ours, team: 'drifted' })?.hash, '')
  })
  it('keys that are about to be set are remembered before, keys of the past until they are gone', () => {
    const before = { ...known, tags: { hash: 'x', keys: [...Object.keys(ours), 'old', 'gone'] } }
    const keys = tagged({ tags: { team: 'a' } }, before, { ...ours, old: '1', theirs: '2' })?.keys
    assert.deepEqual(keys, [...Object.keys(ours), 'old', 'team'].sort())
  })
  it('nothing of the tags of others', () => {
    assert.equal(tagged({}, {}, others), undefined)
    assert.equal(tagged({}, {}, former), undefined)
  })
})

describe('what status remembers of the parameter group', () => {
  const asking = { engineVersion: '7.1', parameters: { timeout: '20' } }
  const name = `${id}-redis7`
  const of = (changes: Partial<CacheFacts>, result: StepResult = nothing, plan?: Plan) => {
    const facts = withSecrets(factsOf(changes))
    return judged(facts, result, plan).parameterGroup
  }
  const hash =
    of({ object: object(asking, {}), parameters: found(parametersOf({ timeout: '20' })), parametersTags: found(ours) })
      ?.appliedHash ?? ''
  const applied = { ...known, parameterGroup: { name, owned: true, appliedHash: hash } }
  const deletes: Plan = {
    is: 'act',
    next: { action: { do: 'DeleteParameterGroup', name }, disruption: 'None', when: 'Now' },
    later: [],
  }

  it('it is ours before it is made', () => {
    assert.deepEqual(of({ object: object(asking, {}), parameters: absent }, { is: 'announced' }), { name, owned: true })
  })
  it('the hash stands once AWS holds the values and the tags', () => {
    assert.match(hash, /^[0-9a-f]{16}$/)
    const own = found(parametersOf({ timeout: '20' }))
    assert.equal(
      of({ object: object(asking, {}), parameters: found(parametersOf()), parametersTags: found(ours) })?.appliedHash,
      undefined,
    )
    assert.equal(
      of({ object: object(asking, {}), parameters: own, parametersTags: found(former) })?.appliedHash,
      undefined,
    )
  })
  it('the hash stays while nothing is read, and falls when a difference is seen or the group is gone', () => {
    assert.equal(
      of({ object: object(asking, applied), observed: seen(group({ parameterGroupName: name })) })?.appliedHash,
      hash,
    )
    assert.equal(
      of({
        object: object(asking, applied),
        observed: seen(group({ parameterGroupName: name })),
        parameters: found(parametersOf({ timeout: '5' })),
      })?.appliedHash,
      undefined,
    )
    assert.equal(
      of({ object: object(asking, applied), observed: seen(group({ parameterGroupName: name })), parameters: absent })
        ?.appliedHash,
      undefined,
    )
    const more = { ...asking, parameters: { timeout: '21' } }
    assert.equal(
      of({ object: object(more, applied), observed: seen(group({ parameterGroupName: name })) })?.appliedHash,
      undefined,
    )
  })
  it('one of somebody else is never remembered as ours', () => {
    assert.equal(
      of({ object: object(asking, {}), parameters: found(parametersOf()), parametersTags: found(others) }),
      undefined,
    )
  })
  it("the user's own is told, and is not ours", () => {
    assert.deepEqual(of({ object: object({ parameterGroupName: 'theirs' }, {}) }), { name: 'theirs', owned: false })
  })
  it('a former one is remembered until it is deleted, then the one in use', () => {
    const observed = seen(group({ parameterGroupName: `${id}-redis7-cluster`, clusterMode: 'Compatible' }))
    const spec = { ...asking, nodes: { type: 'cache.t4g.small', clusterMode: 'Compatible', replicasPerShard: 1 } }
    assert.equal(of({ object: object(spec, applied), observed })?.name, name)
    assert.equal(of({ object: object(spec, applied), observed }, did('done'), deletes)?.name, `${id}-redis7-cluster`)
    assert.equal(
      of({ object: object(spec, applied), observed }, { is: 'acted', acted: refused('waiting') }, deletes)?.name,
      name,
    )
  })
  it('deleting: it is remembered until it is gone', () => {
    const going = objectOf({ deleting: true, spec: specOf(asking), status: applied })
    assert.equal(of({ object: going, live: absent, parameters: found(parametersOf()) })?.name, name)
    assert.equal(
      of({ object: going, live: absent, parameters: found(parametersOf()) }, did('done'), deletes),
      undefined,
    )
    assert.equal(of({ object: going, live: absent, parameters: absent }), undefined)
  })
  it('deleting: the one that the cache uses is remembered before the cache goes', () => {
    const going = objectOf({ deleting: true, status: known })
    assert.deepEqual(of({ object: going, observed: seen(group({ parameterGroupName: name })) }), { name, owned: true })
  })
})

describe('what status remembers of the token', () => {
  const given = { version: '1', settled: true }
  const plan = (name: 'RotateToken' | 'SetToken' | 'CreateGroup'): Plan => {
    const facts = factsOf({ object: object(tokenSpec, {}), token: { is: 'present', version: '2' } })
    const create = planCacheCluster(facts)
    if (name === 'CreateGroup') return create
    return { is: 'act', next: { action: { do: name, id }, disruption: 'None', when: 'Now' }, later: [] }
  }
  const after = (name: 'RotateToken' | 'SetToken' | 'CreateGroup', result: StepResult) =>
    judged(
      factsOf({ object: object(tokenSpec, { ...known, authToken: given }), token: { is: 'present', version: '2' } }),
      result,
      plan(name),
    ).authToken
  const rows = [
    ['a rotation leaves two tokens', 'RotateToken', did('done'), { version: '2', settled: false }],
    ['a rotation that was made before, too', 'RotateToken', did('unchanged'), { version: '2', settled: false }],
    ['SET leaves one', 'SetToken', did('done'), { version: '2', settled: true }],
    ['SET that was made before, too', 'SetToken', did('unchanged'), { version: '2', settled: true }],
    ['a cache is made with it', 'CreateGroup', did('done'), { version: '2', settled: true }],
    ['a cache that existed before holds who knows what', 'CreateGroup', did('exists'), given],
    ['a cache that is gone holds nothing', 'RotateToken', did('absent'), given],
    ['a refused call changes nothing', 'RotateToken', { is: 'acted', acted: refused('stalled') }, given],
    ['an announced one neither', 'RotateToken', { is: 'announced' }, given],
  ] as const
  for (const [sentence, name, result, token] of rows) {
    it(sentence, () => assert.deepEqual(after(name, result), token))
  }
})

describe('verdicts', () => {
  it('a failed call speaks for itself, an accepted one waits', () => {
    const plan = planCacheCluster(changing)
    assert.equal(verdictOf(plan, { is: 'acted', acted: refused('stalled') }).is, 'stalled')
    assert.equal(verdictOf(plan, did('done')).is, 'waiting')
    assert.equal(verdictOf({ is: 'released', message: 'm' }, nothing).is, 'released')
  })
})
