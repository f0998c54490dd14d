import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Condition } from '../../src/crds/conditions.ts'
import { cacheEvents } from '../../src/plan/cache-cluster/events.ts'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { eventsOf } from '../../src/plan/core/events.ts'
import type { Member, Tags } from '../../src/plan/core/observed.ts'
import { type Plan, type StepResult, stuck, wait, waitsForAws } from '../../src/plan/core/outcome.ts'
import { refusedByKubernetesMs, requeueWish, settledMs } from '../../src/plan/core/requeue.ts'
import { verdictOf } from '../../src/plan/core/verdict.ts'
import {
  arn,
  factsOf,
  former,
  found,
  group,
  id,
  known,
  member,
  nowIso,
  objectOf,
  ours,
  seen,
  twins,
  without,
} from './facts.ts'

const nothing: StepResult = { is: 'nothing' }
const done: StepResult = { is: 'done' }
const refused = (is: 'waiting' | 'retryable' | 'stalled', retryAfterMs?: number): StepResult => ({
  is: 'failed',
  failure: { is, reason: 'QuotaExceeded', message: 'no', ...(retryAfterMs && { retryAfterMs }) },
})
const acts = (name: 'SetReplicas' | 'WriteSecrets' | 'CreateParameterGroup'): Plan => {
  const actions = {
    SetReplicas: { do: 'SetReplicas', id, from: 1, to: 2 },
    WriteSecrets: { do: 'WriteSecrets', secrets: ['env'], hash: 'x' },
    CreateParameterGroup: { do: 'CreateParameterGroup', name: 'g', family: 'f', description: '', tags: {} },
  } as const
  return { is: 'act', next: { action: actions[name], disruption: 'None', when: 'Now' }, later: [] }
}
const settled: Plan = { is: 'settled', reason: 'InSync', message: 'm' }
const said = (reason: string, observedGeneration = 1): readonly Condition[] => [
  { type: 'Ready', status: 'False', reason, message: '', lastTransitionTime: nowIso, observedGeneration },
]

describe('events', () => {
  const events = (before: readonly Condition[] | undefined, plan: Plan, result: StepResult, generation = 1) =>
    eventsOf(before, generation, plan, result, verdictOf(plan, result)).map(({ type, reason }) => `${type} ${reason}`)
  const rows: readonly (readonly [string, readonly Condition[] | undefined, Plan, StepResult, readonly string[]])[] = [
    ['a step that AWS took is told', said('x'), acts('SetReplicas'), done, ['Normal SetReplicas']],
    ['a step is told each time it is taken', said('Modifying'), acts('SetReplicas'), done, ['Normal SetReplicas']],
    ['a plan that is only announced is not', said('x'), acts('SetReplicas'), nothing, []],
    ['a refused step is a warning', said('x'), acts('SetReplicas'), refused('stalled'), ['Warning QuotaExceeded']],
    ['the same refusal is told once', said('QuotaExceeded'), acts('SetReplicas'), refused('stalled'), []],
    ['settled is told once', said('Modifying'), settled, nothing, ['Normal InSync']],
    ['settled stays silent', said('InSync'), settled, nothing, []],
    ['a new generation is told again', said('InSync', 0), settled, nothing, ['Normal InSync']],
    ['stuck is a warning', said('x'), stuck('Lost', 'm'), nothing, ['Warning Lost']],
    ["waiting is nobody's fault", said('x'), wait('Creating', 'm'), nothing, ['Normal Creating']],
    [
      'waiting for a policy is worth a warning',
      said('x'),
      wait('WaitingForPolicy', 'm'),
      nothing,
      ['Warning WaitingForPolicy'],
    ],
    ['waiting for a Secret too', said('x'), wait('WaitingForSecret', 'm'), nothing, ['Warning WaitingForSecret']],
    [
      'AWS is not seen any more: a warning',
      said('InSync'),
      { is: 'blind', reason: 'CredentialsInvalid', message: 'm' },
      nothing,
      ['Warning CredentialsInvalid'],
    ],
    ['waiting for a look is not worth telling', said('x'), wait('WaitingForAWS', 'm'), nothing, []],
    [
      'a read that failed is a warning',
      said('x'),
      { is: 'blocked', failure: { is: 'retryable', reason: 'Throttled', message: 'm' } },
      nothing,
      ['Warning Throttled'],
    ],
    ['letting go is told', said('x'), { is: 'released', message: 'm' }, nothing, ['Normal Released']],
    ['the first word of all', undefined, settled, nothing, ['Normal InSync']],
  ]
  for (const [sentence, before, plan, result, list] of rows) {
    it(sentence, () => assert.deepEqual(events(before, plan, result), list))
  }
})

describe('when to look again', () => {
  const rest = (plan: Plan, result: StepResult, unwatchedMs?: number) =>
    requeueWish(plan, result, verdictOf(plan, result), unwatchedMs)
  const rows = [
    ['AWS works on the cache: a while', rest(acts('SetReplicas'), done), { is: 'after', ms: 30_000, jittered: false }],
    ['AWS had nothing to change: at once', rest(acts('SetReplicas'), { is: 'unchanged' }), { is: 'now' }],
    ['a step that is done when it is taken: at once', rest(acts('CreateParameterGroup'), done), { is: 'now' }],
    ['Secrets written: at once', rest(acts('WriteSecrets'), done), { is: 'now' }],
    ['refused for now: backoff', rest(acts('SetReplicas'), refused('retryable')), { is: 'backoff', atLeastMs: 0 }],
    [
      'refused for now, with a time: not sooner',
      rest(acts('WriteSecrets'), refused('retryable', 7000)),
      { is: 'backoff', atLeastMs: 7000 },
    ],
    [
      'AWS is busy: a while, no backoff',
      rest(acts('SetReplicas'), refused('waiting')),
      { is: 'after', ms: 30_000, jittered: false },
    ],
    [
      'AWS is busy, with a time',
      rest(acts('SetReplicas'), refused('waiting', 5000)),
      { is: 'after', ms: 5000, jittered: false },
    ],
    ['stalled: long', rest(stuck('Lost', 'm'), nothing), { is: 'after', ms: 900_000, jittered: true }],
    ['settled: long, spread', rest(settled, nothing), { is: 'after', ms: settledMs, jittered: true }],
    [
      'settled with a Secret that nobody watches: sooner',
      rest(settled, nothing, 60_000),
      { is: 'after', ms: 60_000, jittered: false },
    ],
    [
      'settled, and a step whose time comes: just then',
      rest({ ...settled, wakeMs: 90_000 }, nothing),
      { is: 'after', ms: 90_000, jittered: false },
    ],
    [
      'settled, and its time comes after the next look anyway',
      rest({ ...settled, wakeMs: 86_400_000 }, nothing),
      { is: 'after', ms: settledMs, jittered: true },
    ],
    [
      'stalled until the pause is over: no longer',
      rest({ is: 'stuck', reason: 'SecretTaken', message: 'm', wakeMs: 30_000 }, nothing),
      { is: 'after', ms: 30_000, jittered: false },
    ],
    [
      'refused by Kubernetes: a minute',
      rest(stuck('KubernetesRefused', 'm'), nothing),
      { is: 'after', ms: refusedByKubernetesMs, jittered: true },
    ],
    [
      'AWS is not seen: a while',
      rest({ is: 'blind', reason: 'NetworkError', message: 'm' }, nothing),
      { is: 'after', ms: 30_000, jittered: true },
    ],
    ['let go: at once, the finalizer leaves', rest({ is: 'released', message: 'm' }, nothing), { is: 'now' }],
    [
      'throttled: soon, the bucket slows us down already',
      rest({ is: 'blocked', failure: { is: 'retryable', reason: 'Throttled', message: 'm' } }, nothing),
      { is: 'after', ms: 5000, jittered: true },
    ],
    ['a wait', rest(wait('Creating', 'm'), nothing), { is: 'after', ms: 30_000, jittered: false }],
    [
      'a failed read',
      rest(
        { is: 'blocked', failure: { is: 'retryable', reason: 'NetworkError', message: 'm', retryAfterMs: 9 } },
        nothing,
      ),
      { is: 'backoff', atLeastMs: 9 },
    ],
  ] as const
  for (const [sentence, look, wanted] of rows) {
    it(sentence, () => assert.deepEqual(look, wanted))
  }
})

describe('what looking at AWS more often helps', () => {
  it('nothing that waits for somebody else', () => {
    const outside = ['WaitingForPolicy', 'WaitingForSecret', 'WaitingForConsumers', 'SecretTaken', 'KubernetesRefused']
    for (const reason of outside) assert.equal(waitsForAws(reason as Parameters<typeof waitsForAws>[0]), false, reason)
    for (const reason of ['Creating', 'Modifying', 'Deleting', 'WaitingForAWS'] as const) assert.ok(waitsForAws(reason))
  })
})

describe('what happened to the cache itself', () => {
  const told = (changes: Partial<CacheFacts>, plan: Plan, result: StepResult = nothing) => {
    const facts = factsOf(changes)
    return cacheEvents(facts, plan, result, verdictOf(plan, result)).map(
      ({ type, reason, message }) => `${type} ${reason}: ${message}`,
    )
  }
  const ready = said('InSync')
  const pair = (primary: string, replica: string) => [member({ id: primary }), member({ id: replica, role: 'replica' })]
  const knew = (members: readonly Member[]) =>
    objectOf({
      status: {
        ...known,
        conditions: [...ready],
        members: members.map(({ id: of, shard, role, status }) => ({ id: of, shard, role, status })),
      },
    })
  it('another primary: a failover, by shard', () => {
    const facts = { object: knew(pair('a', 'b')), observed: seen(group({ members: pair('b', 'a') })) }
    assert.deepEqual(told(facts, settled), ['Warning FailedOver: shard 0001: a is no longer the primary, b is'])
  })
  it('the same primary, a new shard, or a role that AWS does not tell: none', () => {
    const same = { object: knew(pair('a', 'b')), observed: seen(group({ members: pair('a', 'c') })) }
    const grown = {
      object: knew(pair('a', 'b')),
      observed: seen(group({ members: [...pair('a', 'b'), member({ id: 'n', shard: '0002' })] })),
    }
    const untold = {
      object: knew(pair('a', 'b')),
      observed: seen(group({ members: [member({ id: 'a', role: 'unknown' }), member({ id: 'b', role: 'unknown' })] })),
    }
    for (const facts of [same, grown, untold]) assert.deepEqual(told(facts, settled), [])
  })
  const marks: Plan = {
    is: 'act',
    next: { action: { do: 'SetTags', cacheId: id, arn, tags: {} }, disruption: 'None', when: 'Now' },
    later: [],
  }
  const marking = (tags: Tags, status: CacheFacts['object']['status'] = {}) =>
    told({ object: objectOf({ status }), observed: seen(group()), tags: found(tags) }, marks, done)
  it('a cache that is taken over: a warning, and from whom', () => {
    assert.match(marking(former)[0] ?? '', /^Warning TakenOver: .*from a former object of this name$/)
    assert.match(marking({})[0] ?? '', /from nobody$/)
    assert.match(marking(twins)[0] ?? '', /from another cluster$/)
  })
  it('tags that are put right, or changed, are no take-over', () => {
    for (const tags of [ours, without(ours, 'larder.dev/uid'), {}]) {
      assert.deepEqual(
        marking(tags, known).map((line) => line.split(':')[0]),
        ['Normal SetTags'],
      )
    }
  })
  it('what is kept in AWS is said as long as there is an object to say it of', () => {
    const kept = told({}, { is: 'released', message: `${id} stays in AWS (arn)` })
    assert.deepEqual(
      kept.map((line) => line.split(':')[0]),
      ['Normal Kept', 'Normal Released'],
    )
    assert.equal(told({}, { is: 'released', message: 'gone' }).length, 1)
  })
})
