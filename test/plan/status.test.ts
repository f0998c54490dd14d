import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { annotation } from '../../src/crds/kind.ts'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { lossOf } from '../../src/plan/cache-cluster/intent.ts'
import { contentName } from '../../src/plan/cache-cluster/parameters.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import { judgeCacheCluster, judgeUnreadable } from '../../src/plan/cache-cluster/status.ts'
import { lasting, nextConditions } from '../../src/plan/core/conditions.ts'
import { clusterTags } from '../../src/plan/core/identity.ts'
import type { Plan, StepResult } from '../../src/plan/core/outcome.ts'
import { step, stepHash } from '../../src/plan/core/step.ts'
import { tagsRecord } from '../../src/plan/core/tags.ts'
import { verdictOf } from '../../src/plan/core/verdict.ts'
import {
  absent,
  arn,
  createdTime,
  factsOf,
  former,
  found,
  group,
  id,
  isoAt,
  known,
  member,
  memcached,
  memcachedSpec,
  node,
  nowIso,
  nowMs,
  objectOf,
  others,
  ours,
  owner,
  parametersOf,
  present,
  seen,
  specOf,
  twins,
  without,
} from './facts.ts'
import { publishedSince, withSecrets } from './sealed.ts'

const nothing: StepResult = { is: 'nothing' }
const did = (is: 'done' | 'exists' | 'absent' | 'unchanged'): StepResult => ({ is })
const refused = (is: 'retryable' | 'stalled' | 'waiting'): StepResult => ({
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
const taken = { is: 'foreign', whose: "exists and is not Larder's" } as const
const guardedFacts = withSecrets(
  factsOf({
    object: object(tokenSpec, { ...known, authToken: { version: '1', seen: '1', phase: 'Settled' } }),
    observed: seen(group({ authToken: true, inTransit: 'Required' })),
    token: present('1'),
  }),
)
const writing = planCacheCluster(factsOf({ object: objectOf({ status: known }), observed: seen(group()) }))
const secretsRefused = {
  hash: writing.is === 'act' ? stepHash(writing.next) : '',
  failure: { is: 'stalled', reason: 'KubernetesRefused', message: 'Kubernetes refused it: quota' } as const,
  times: 1,
  sinceMs: 0,
}

describe('conditions', () => {
  const serving = 'Available=True/Serving'
  const bound = 'BindingReady=True/Written'
  const unbound = 'BindingReady=False/NoEndpoint'
  const rows: readonly (readonly [string, CacheFacts, StepResult, readonly string[]])[] = [
    ['settled: ready, and nothing else is going on', settled, nothing, ['Ready=True/InSync', serving, bound]],
    [
      'announced: reconciling',
      changing,
      nothing,
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
      refused('stalled'),
      ['Stalled=True/QuotaExceeded', 'Ready=False/QuotaExceeded', serving, bound],
    ],
    [
      'AWS refused it for now: reconciling',
      changing,
      refused('retryable'),
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
        object: objectOf({ status: { id, target: known.target, tags: { hash: 'x', keys: [] } } }),
        observed: seen(group({ state: 'moving', status: 'creating', primary: undefined })),
      }),
      nothing,
      ['Reconciling=True/Creating', 'Ready=False/Creating', 'Available=False/NotServing', unbound],
    ],
    [
      'nothing there yet',
      factsOf(),
      nothing,
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
      ['Stalled=True/NotOurs', 'Ready=False/NotOurs', 'Available=False/NotOurs', 'BindingReady=False/NotOurs'],
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
      ['Stalled=True/Suspended', 'Ready=False/Suspended', 'Available=False/NotFound', unbound],
    ],
    [
      'suspended with a difference: not ready, and it is said',
      withSecrets(factsOf({ ...settled, object: object({ suspend: true, ...larger }) })),
      nothing,
      ['Stalled=True/Suspended', 'Ready=False/Suspended', serving, bound],
    ],
    [
      'a snapshot is taken, with nothing to do: ready',
      withSecrets(factsOf({ ...settled, observed: seen(moving('snapshotting')) })),
      nothing,
      ['Ready=True/InSync', serving, bound],
    ],
    [
      'one replica failed: stalled, and still serving',
      withSecrets(
        factsOf({ ...settled, observed: seen(group({ members: [member(), member({ id: 'x', state: 'failed' })] })) }),
      ),
      nothing,
      ['Stalled=True/MemberFailed', 'Ready=False/MemberFailed', serving, bound],
    ],
    [
      'AWS is not seen for five minutes: unknown, and why',
      withSecrets(
        factsOf({
          ...settled,
          poll: { blindMs: 300_000, failure: { is: 'stalled', reason: 'AccessDenied', message: 'no' } },
        }),
      ),
      nothing,
      ['Reconciling=True/AccessDenied', 'Ready=Unknown/AccessDenied', 'Available=Unknown/AccessDenied', bound],
    ],
    [
      'a Secret of somebody else: stalled, the cache serves, and nobody is led there',
      factsOf({ ...settled, secrets: { ...settled.secrets, binding: taken } }),
      nothing,
      ['Stalled=True/SecretTaken', 'Ready=False/SecretTaken', serving, 'BindingReady=False/SecretTaken'],
    ],
    [
      'a Secret write that Kubernetes refuses is said, whatever else is done',
      factsOf({ object: object(larger), observed: seen(group()), refused: secretsRefused }),
      did('done'),
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, 'BindingReady=False/KubernetesRefused'],
    ],
    [
      'and holds Ready back when nothing else is to do',
      factsOf({ object: objectOf({ status: known }), observed: seen(group()), refused: secretsRefused }),
      nothing,
      [
        'Stalled=True/KubernetesRefused',
        'Ready=False/KubernetesRefused',
        serving,
        'BindingReady=False/KubernetesRefused',
      ],
    ],
    [
      'the policy is missing: the Secrets stay as they are',
      factsOf({ ...settled, object: object({ policyRef: { name: 'p' } }), policy: absent }),
      nothing,
      [
        'Reconciling=True/WaitingForPolicy',
        'Ready=False/WaitingForPolicy',
        serving,
        'BindingReady=True/WaitingForPolicy',
      ],
    ],
    [
      'a token is rotated: the Secrets stay as they are, and are good',
      factsOf({
        ...guardedFacts,
        observed: seen(group({ authToken: true, inTransit: 'Required', state: 'moving', status: 'modifying' })),
        object: object(tokenSpec, { ...known, authToken: { version: '2', seen: '2', phase: 'Rotating' } }),
        token: present('2'),
      }),
      nothing,
      ['Reconciling=True/Modifying', 'Ready=False/Modifying', serving, 'BindingReady=True/TokenNotTaken'],
    ],
    [
      'waiting for workloads to follow: reconciling',
      publishedSince(
        factsOf({
          object: object({ encryption: { inTransit: 'Required' } }),
          observed: seen(group({ inTransit: 'Preferred' })),
        }),
        nowIso,
      ),
      nothing,
      ['Reconciling=True/WaitingForConsumers', 'Ready=False/WaitingForConsumers', serving, bound],
    ],
    [
      'the token before is still good: ready',
      publishedSince(
        factsOf({
          ...guardedFacts,
          object: object(tokenSpec, { ...known, authToken: { version: '1', seen: '1', phase: 'Overlap' } }),
        }),
        nowIso,
      ),
      nothing,
      ['Ready=True/InSync', serving, bound],
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
        observed: seen(group({ inTransit: 'Required', authToken: true })),
        token: present('1'),
      }),
      nothing,
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
      const status = JSON.parse(JSON.stringify(judged(facts, nothing)))
      assert.deepEqual(cacheClusterStatus.parse(status), status)
    }
  })
  const later = (ms: number) => ({ nowMs: nowMs + ms, nowIso: isoAt(ms) })
  it('of a settled object stays the same from look to look', () => {
    const first = judged(settled)
    const again = withSecrets(factsOf({ ...settled, ...later(299_000), object: objectOf({ status: first }) }))
    assert.deepEqual(judged(again), first)
  })
  it('a look is written down now and then, so that nobody takes the operator for dead', () => {
    const first = judged(settled)
    const again = withSecrets(factsOf({ ...settled, ...later(300_000), object: objectOf({ status: first }) }))
    assert.deepEqual(judged(again), { ...first, lastCheckedTime: isoAt(300_000) })
    const blind = factsOf({
      ...again,
      poll: { blindMs: 60_000, failure: { is: 'retryable', reason: 'NetworkError', message: 'm' } },
    })
    assert.equal(judged(blind).lastCheckedTime, first.lastCheckedTime)
  })
  it('that says something new tells when', () => {
    const first = judged(settled)
    const grown = withSecrets(
      factsOf({
        ...settled,
        nowMs: nowMs + 60_000,
        object: objectOf({ status: first }),
        observed: seen(group({ nodeType: 'cache.m7g.large' })),
      }),
    )
    assert.equal(first.lastCheckedTime, nowIso)
    assert.equal(judged(grown).lastCheckedTime, isoAt(60_000))
  })
  it('stays as it was until the first look after a restart', () => {
    const before = judged(settled)
    const blind = factsOf({ observed: { is: 'unknown' }, object: objectOf({ status: before }) })
    assert.deepEqual(judged(blind), before)
    const changed = factsOf({ observed: { is: 'unknown' }, object: objectOf({ status: before, generation: 2 }) })
    assert.equal(judged(changed).observedGeneration, 2)
  })
  it('an unknown observation keeps Available, endpoints and members, also after an edit', () => {
    const before = judged(settled)
    const status = judged(
      factsOf({
        observed: { is: 'unknown' },
        object: objectOf({ status: before, generation: 2, spec: specOf(larger) }),
      }),
    )
    const { address, endpoint, members, size, nodeType } = before
    assert.deepEqual(
      [status.address, status.endpoint, status.members, status.size, status.nodeType],
      [address, endpoint, members, size, nodeType],
    )
    assert.deepEqual(
      (status.conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is}/${reason}`),
      [
        'Reconciling=True/WaitingForAWS',
        'Ready=False/WaitingForAWS',
        'Available=True/Serving',
        'BindingReady=True/Written',
      ],
    )
    assert.equal(status.lastCheckedTime, before.lastCheckedTime)
  })
  it('of a new object that nobody looked for yet is unknown, never absent', () => {
    const facts = factsOf({ observed: { is: 'unknown' } })
    assert.ok(conditions(facts).includes('Available=Unknown/WaitingForAWS'))
  })
  it('why polls fail is told to whoever waits, and Ready stays said', () => {
    const failure = { is: 'stalled', reason: 'AccessDenied', message: 'm' } as const
    const poll = { blindMs: 60_000, failure }
    const waiting = factsOf({ observed: { is: 'unknown' }, poll })
    assert.ok(conditions(waiting).includes('Stalled=True/AccessDenied'))
    const again = factsOf({ ...waiting, object: objectOf({ status: { ...judged(waiting) } }) })
    assert.ok(conditions(again).includes('Stalled=True/AccessDenied'))
    const before = judged(settled)
    assert.deepEqual(judged(factsOf({ ...waiting, object: objectOf({ status: before }) })), before)
  })
  it('another identity: the records and what was seen stay, and it is said', () => {
    const before = judged(settled)
    const status = judged(factsOf({ object: { ...objectOf({ status: before }), cluster: 'test' } }))
    const { conditions: _, lastCheckedTime: __, ...kept } = before
    const { conditions: now, lastCheckedTime: ___, ...rest } = status
    assert.deepEqual(JSON.parse(JSON.stringify(rest)), JSON.parse(JSON.stringify(kept)))
    assert.deepEqual(
      now?.map(({ type, reason }) => `${type} ${reason}`),
      ['Stalled IdentityChanged', 'Ready IdentityChanged', 'Available Serving', 'BindingReady Written'],
    )
  })
  it('a failed refresh of tags leaves a settled cache Ready', () => {
    const before = judged(settled)
    const unread = withSecrets(factsOf({ ...settled, object: objectOf({ status: before }) }))
    assert.deepEqual(judged(unread), before)
  })
  it('names the id before the first create call, and shows the plan before it acts', () => {
    const status = judged(factsOf(), nothing)
    assert.equal(status.id, id)
    assert.equal(status.arn, undefined)
    assert.deepEqual(status.plan?.actions, [{ do: 'CreateGroup', disruption: 'None', when: 'Now' }])
    assert.match(status.plan?.hash ?? '', /^[0-9a-f]{16}$/)
  })
  it('shows what differs', () => {
    assert.deepEqual(judged(changing, nothing).drift, [
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
  it('answers the wish to be looked at after a look, and keeps the answer', () => {
    const asked = { status: known, annotations: { [annotation.reconcileAt]: 'now' } }
    const facts = withSecrets(factsOf({ ...settled, object: objectOf(asked) }))
    assert.equal(judged(facts).lastHandledReconcileAt, undefined)
    const answered = factsOf({ ...facts, reconcileAnswered: 'now' })
    assert.equal(judged(answered).lastHandledReconcileAt, 'now')
    const after = withSecrets(factsOf({ ...settled, object: objectOf({ status: judged(answered) }) }))
    assert.equal(judged(after).lastHandledReconcileAt, 'now')
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
    const facts = factsOf({ observed: seen(group()), tags: found(ours) })
    assert.deepEqual(identity(facts), { arn, createdTime })
    assert.deepEqual(judged(facts).target, known.target)
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
      object: objectOf({ status: known, annotations: { [annotation.recreate]: lossOf(objectOf({ status: known })) } }),
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
    assert.equal(judged(factsOf(), nothing).tags, undefined)
  })
  it('what AWS was seen to hold', () => {
    assert.deepEqual(tagged({ tags: { team: 'a' } }, known, { ...ours, team: 'a' }), tagsRecord({ ...ours, team: 'a' }))
  })
  it('a difference that was seen is looked at again: no hash stays', () => {
    const before = { ...known, tags: tagsRecord({ ...ours, team: 'a' }) }
    assert.equal(tagged({ tags: { team: 'a' } }, before, { ...ours, team: 'drifted' })?.hash, '')
  })
  it('lost owner tags of a cache on record are seen as a difference', () => {
    assert.equal(tagged({}, known, without(ours, 'larder.dev/uid'))?.hash, '')
  })
  it('keys that are about to be set are remembered before, keys of the past until they are gone', () => {
    const before = { ...known, tags: { hash: 'x', keys: [...Object.keys(ours), 'old', 'gone'] } }
    const keys = tagged({ tags: { team: 'a' } }, before, { ...ours, old: '1', theirs: '2' })?.keys
    assert.deepEqual(keys, [...Object.keys(ours), 'old', 'team'].sort())
  })
  it('nothing of the tags of others', () => {
    assert.equal(tagged({}, {}, others), undefined)
    assert.equal(tagged({}, {}, former), undefined)
    assert.equal(tagged({}, {}, twins), undefined)
  })
})

describe('what status remembers of the parameter group', () => {
  const asking = { engineVersion: '7.1', parameters: { timeout: '20' } }
  const name = contentName(owner.cluster, 'redis7', { timeout: '20' })
  const old = contentName(owner.cluster, 'redis7', { timeout: '5' })
  const shared = found(clusterTags(owner))
  const holds = (values: Record<string, string>) => found(parametersOf(values, { name }))
  const of = (changes: Partial<CacheFacts>, result: StepResult = nothing, plan?: Plan) => {
    const { parameterGroup, formerParameterGroups } = judged(withSecrets(factsOf(changes)), result, plan)
    return [parameterGroup, ...(formerParameterGroups === undefined ? [] : [formerParameterGroups])]
  }
  const complete = { name, owned: true, complete: true }
  const applied = { ...known, parameterGroup: complete }
  const attached = seen(group({ parameterGroupName: name }))
  const deletes = (left: string): Plan => ({
    is: 'act',
    next: step({ do: 'DeleteParameterGroup', name: left }),
    later: [],
  })
  const rows: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ['it is ours before it is made', of({ object: object(asking, {}), parameters: absent }), [{ name, owned: true }]],
    [
      'complete once AWS holds the values',
      of({ object: object(asking, {}), parameters: holds({ timeout: '20' }), parametersTags: shared }),
      [complete],
    ],
    [
      'not while a value is missing',
      of({ object: object(asking, {}), parameters: holds({}), parametersTags: shared }),
      [{ name, owned: true }],
    ],
    [
      "not when it is another cluster's by its tags",
      of({ object: object(asking, {}), parameters: holds({ timeout: '20' }), parametersTags: found(twins) }),
      [{ name, owned: true }],
    ],
    ['it stays so while nothing is read', of({ object: object(asking, applied), observed: attached }), [complete]],
    [
      'it falls when a difference is seen',
      of({ object: object(asking, applied), observed: attached, parameters: holds({ timeout: '5' }) }),
      [{ name, owned: true }],
    ],
    [
      'it falls when the group is gone',
      of({ object: object(asking, applied), observed: attached, parameters: absent }),
      [{ name, owned: true }],
    ],
    [
      'it falls when AWS says in a create that the group is missing',
      of(
        { object: object(asking, { ...known, arn: undefined, parameterGroup: complete }) },
        {
          is: 'failed',
          failure: { is: 'retryable', reason: 'DependencyNotFound', message: 'm', code: 'CacheParameterGroupNotFound' },
        },
      ),
      [{ name, owned: true }],
    ],
    [
      'other values are another group, and the former one is remembered until it is removed',
      of({
        object: object({ ...asking, parameters: { timeout: '5' } }, applied),
        observed: attached,
        parameters: absent,
      }),
      [{ name: old, owned: true }, [name]],
    ],
    [
      'wanted and taken back before it was attached: remembered too, so that it is removed',
      of({ object: object({}, applied), observed: seen(group()) }),
      [{ name: 'default.redis7', owned: false }, [name]],
    ],
    [
      'removed: forgotten',
      of(
        {
          object: object({}, { ...known, formerParameterGroups: [old, name] }),
          observed: seen(group()),
          leftover: { name: old, is: 'ours' },
        },
        did('done'),
        deletes(old),
      ),
      [{ name: 'default.redis7', owned: false }, [name]],
    ],
    [
      'AWS refuses to remove one that others use: forgotten, whoever leaves last removes it',
      of(
        {
          object: object({}, { ...known, formerParameterGroups: [old] }),
          observed: seen(group()),
          leftover: { name: old, is: 'ours' },
        },
        did('unchanged'),
        deletes(old),
      ),
      [{ name: 'default.redis7', owned: false }],
    ],
    [
      'refused for now: remembered',
      of(
        {
          object: object({}, { ...known, formerParameterGroups: [old] }),
          observed: seen(group()),
          leftover: { name: old, is: 'ours' },
        },
        refused('retryable'),
        deletes(old),
      ),
      [{ name: 'default.redis7', owned: false }, [old]],
    ],
    [
      'gone, or never ours: forgotten',
      of({
        object: object({}, { ...known, formerParameterGroups: [old] }),
        observed: seen(group()),
        leftover: { name: old, is: 'absent' },
      }),
      [{ name: 'default.redis7', owned: false }],
    ],
    [
      'its tags could not be read: remembered',
      of({
        object: object({}, { ...known, formerParameterGroups: [old] }),
        observed: seen(group()),
        leftover: { name: old, is: 'unread' },
      }),
      [{ name: 'default.redis7', owned: false }, [old]],
    ],
    [
      "the user's own is told, and is not ours",
      of({ object: object({ parameterGroupName: 'theirs' }, {}) }),
      [{ name: 'theirs', owned: false }],
    ],
    [
      'what is attached and nobody asks for is told',
      of({ object: object({}), observed: seen(group({ parameterGroupName: name })) }),
      [{ name, owned: true }],
    ],
    [
      'the one in use is remembered when another is wanted',
      of({ object: object({ parameterGroupName: 'theirs' }), observed: attached }),
      [{ name: 'theirs', owned: false }, [name]],
    ],
    [
      'deleting: it is remembered until it is gone',
      of({
        object: objectOf({ deleting: true, spec: specOf(asking), status: applied }),
        live: absent,
        leftover: { name, is: 'ours' },
      }),
      [complete],
    ],
    [
      'deleting: gone',
      of(
        {
          object: objectOf({ deleting: true, spec: specOf(asking), status: applied }),
          live: absent,
          leftover: { name, is: 'ours' },
        },
        did('done'),
        deletes(name),
      ),
      [undefined],
    ],
  ]
  for (const [sentence, have, wanted] of rows) {
    it(sentence, () => assert.deepEqual(JSON.parse(JSON.stringify(have)), JSON.parse(JSON.stringify(wanted))))
  }
})

describe('what status remembers of what workloads were told', () => {
  const published = (facts: CacheFacts, result: StepResult = nothing, plan?: Plan) =>
    judged(facts, result, plan).published
  const standing = publishedSince(settled, isoAt(-1000))
  const was = standing.object.status.published
  it('since when, from the write on', () => {
    const facts = factsOf({ object: objectOf({ status: known }), observed: seen(group()) })
    assert.equal(published(facts), undefined)
    assert.equal(published(facts, refused('stalled')), undefined)
    assert.deepEqual(published(facts, did('done')), {
      way: was?.way,
      since: nowIso,
      names: ['sessions', 'sessions-env'],
    })
  })
  it('the same way keeps its date, whatever is rewritten', () => {
    assert.deepEqual(published(standing), was)
    const moved = factsOf({ ...standing, observed: seen(group({ primary: { host: 'other', port: 1 } })) })
    assert.deepEqual(published(moved, did('done')), was)
  })
  it('another way begins anew, once it is written', () => {
    const turned = factsOf({ ...standing, observed: seen(group({ inTransit: 'Required' })) })
    assert.equal(published(turned)?.since, was?.since)
    assert.equal(published(turned, did('done'))?.since, nowIso)
    assert.notEqual(published(turned, did('done'))?.way, was?.way)
  })
  it('a status that was lost is written again when both Secrets are seen to be current', () => {
    assert.equal(published(settled)?.since, nowIso)
  })
  it('which token', () => {
    const status = { ...known, authToken: { version: '1', seen: '1', phase: 'Settled' as const } }
    assert.equal(published(withSecrets(factsOf({ ...guardedFacts, object: object(tokenSpec, status) })))?.token, '1')
    assert.equal(published(settled)?.token, undefined)
  })
  it('names of the past stay until they are removed', () => {
    const renamed = publishedSince(settled, isoAt(0))
    const facts = withSecrets(
      factsOf({
        ...renamed,
        object: { ...renamed.object, spec: specOf({ connection: { secretName: 'web' } }) },
      }),
    )
    assert.deepEqual(published(facts)?.names, ['sessions', 'sessions-env', 'web', 'web-env'])
    const remove: Plan = {
      is: 'act',
      next: step({ do: 'DeleteSecrets', names: ['sessions', 'sessions-env'] }),
      later: [],
    }
    assert.deepEqual(published(facts, did('done'), remove)?.names, ['web', 'web-env'])
    assert.deepEqual(published(facts, refused('stalled'), remove)?.names.length, 4)
  })
  it('the Secret of a token that was made is on record before anything else is', () => {
    const facts = factsOf({ object: object(tokenSpec, {}), token: absent })
    assert.deepEqual(published(facts, did('done'))?.names, ['sessions-auth'])
  })
})

describe('verdicts', () => {
  it('a failed call speaks for itself, an accepted one waits', () => {
    const plan = planCacheCluster(changing)
    assert.equal(verdictOf(plan, refused('stalled')).is, 'stalled')
    assert.equal(verdictOf(plan, did('done')).is, 'waiting')
    assert.equal(verdictOf({ is: 'released', message: 'm' }, nothing).is, 'released')
  })
  it('what AWS refuses has the field in front, as far as the code, its words or the step tell', () => {
    const said = (plan: Plan, failure: object) => {
      const result = {
        is: 'failed',
        failure: { is: 'stalled', reason: 'InvalidSpec', message: 'No.', ...failure },
      } as StepResult
      return verdictOf(plan, result).message
    }
    const change = planCacheCluster(changing)
    const create = planCacheCluster(factsOf())
    assert.equal(said(change, {}), 'spec.nodes.type: No.')
    assert.equal(said(create, {}), 'No.')
    assert.equal(said(create, { code: 'CacheSubnetGroupNotFoundFault' }), 'spec.network.subnetGroupName: No.')
    assert.equal(said(create, { words: 'The key KMS-1 is disabled' }), 'spec.encryption.kmsKeyId: No.')
    assert.equal(
      said(create, { message: 'spec.nodes.type: No.', code: 'InsufficientCacheClusterCapacity' }),
      'spec.nodes.type: No.',
    )
    assert.equal(said(change, { reason: 'AccessDenied' }), 'No.')
    assert.equal(said(change, { is: 'retryable' }), 'No.')
  })
})
