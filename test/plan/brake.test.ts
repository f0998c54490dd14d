import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type Brakes, braked } from '../../src/plan/core/brake.ts'
import type { Failure, Plan } from '../../src/plan/core/outcome.ts'
import { step, stepHash } from '../../src/plan/core/step.ts'
import { id } from './facts.ts'
import { inShort } from './in-short.ts'

const change = step({ do: 'SetReplicas', id, from: 1, to: 2 }, 'None', {
  field: 'spec.nodes.replicasPerShard',
  from: '1',
  to: '2',
})
const create = step({ do: 'CreateMemcached', id, cluster: { nodeType: 'x', nodeCount: 1 }, tags: {} })
const write = step({ do: 'WriteSecrets', secrets: ['env'], hash: 'h' })
const act = (next: typeof change): Plan => ({ is: 'act', next, later: [write] })
const repeated = (next: typeof change, times: number, sinceMs: number): Brakes => ({
  repeats: [{ hash: stepHash(next), times, sinceMs }],
  refused: undefined,
})
const refused = (next: typeof change, sinceMs: number, reason: Failure['reason'] = 'AccessDenied'): Brakes => ({
  repeats: [],
  refused: { hash: stepHash(next), failure: { is: 'stalled', reason, message: 'no' }, times: 1, sinceMs },
})
const sentAway = (times: number, sinceMs: number): Brakes => ({
  repeats: [],
  refused: {
    hash: stepHash(change),
    failure: { is: 'waiting', reason: 'InvalidState', message: 'not now' },
    times,
    sinceMs,
  },
})

describe('whatever is about to be done is not done again and again', () => {
  const rows: readonly (readonly [string, Brakes, Plan, string])[] = [
    ['never done before', { repeats: [], refused: undefined }, act(change), 'act SetReplicas'],
    [
      'accepted a moment ago: AWS may answer from before',
      repeated(change, 1, 29_999),
      act(change),
      'wait WaitingForAWS',
    ],
    ['accepted a while ago and still not so: once more', repeated(change, 1, 30_000), act(change), 'act SetReplicas'],
    ['another step was accepted a moment ago', repeated(write, 1, 0), act(change), 'act SetReplicas'],
    ['twice: once more', repeated(change, 2, 30_000), act(change), 'act SetReplicas'],
    [
      'the same step three times to no effect is slowed and said',
      repeated(change, 3, 29_999),
      act(change),
      'stuck EndlessDifference',
    ],
    ['after its pause it is tried again', repeated(change, 3, 30_000), act(change), 'act SetReplicas'],
    ['the pause doubles', repeated(change, 4, 59_999), act(change), 'stuck EndlessDifference'],
    ['and doubles', repeated(change, 6, 239_999), act(change), 'stuck EndlessDifference'],
    ['up to the stalled pause', repeated(change, 40, 900_000), act(change), 'act SetReplicas'],
    ['a Secret that is written needs no grace', repeated(write, 1, 0), act(write), 'act WriteSecrets'],
    ['a Secret that somebody sets back three times', repeated(write, 3, 1000), act(write), 'stuck EndlessDifference'],
    [
      'a create that already exists three times: the id is taken',
      repeated(create, 3, 1000),
      act(create),
      'stuck NotOurs',
    ],
    ['sent away for now, three times at most: at once again', sentAway(2, 0), act(change), 'act SetReplicas'],
    ['then slower and slower', sentAway(3, 29_999), act(change), 'wait InvalidState'],
    ['after its pause once more', sentAway(3, 30_000), act(change), 'act SetReplicas'],
    ['after six times a person is told', sentAway(6, 239_999), act(change), 'stuck InvalidState'],
    ['and it is tried every ten minutes', sentAway(40, 600_000), act(change), 'act SetReplicas'],
    [
      'what was refused for good is asked again after the pause only',
      refused(change, 899_999),
      act(change),
      'stuck AccessDenied',
    ],
    ['after the pause', refused(change, 900_000), act(change), 'act SetReplicas'],
    ['another step than the refused one', refused(write, 0), act(change), 'act SetReplicas'],
    [
      'what Kubernetes refused heals sooner',
      refused(write, 59_999, 'KubernetesRefused'),
      act(write),
      'stuck KubernetesRefused',
    ],
    [
      'and is written again after a minute',
      refused(write, 60_000, 'KubernetesRefused'),
      act(write),
      'act WriteSecrets',
    ],
    [
      'what is not about to act is left',
      repeated(change, 9, 0),
      { is: 'settled', reason: 'InSync', message: 'm' },
      'settled InSync',
    ],
  ]
  for (const [sentence, brakes, plan, short] of rows) {
    it(sentence, () => assert.equal(inShort(braked(brakes, plan)), short))
  }
  it('the plan stays shown, and its time is told', () => {
    const plan = braked(refused(change, 100_000), act(change))
    assert.ok(plan.is === 'stuck')
    assert.deepEqual(plan.later, [change, write])
    assert.equal(plan.wakeMs, 800_000)
    const slow = braked(repeated(change, 4, 10_000), act(change))
    assert.ok(slow.is === 'stuck')
    assert.equal(slow.wakeMs, 50_000)
    assert.deepEqual(slow.later, [change, write])
  })
  it('says what, how often, and what AWS tells', () => {
    const plan = braked(repeated(change, 3, 0), act(change), ". AWS's last event: no capacity")
    assert.match(
      'message' in plan ? plan.message : '',
      /spec\.nodes\.replicasPerShard from 1 to 2: AWS accepted it 3 times and AWS still has 1\. AWS's last event: no capacity.*reconcile-at/,
    )
    const taken = braked(repeated(create, 3, 0), act(create))
    assert.match(
      'message' in taken ? taken.message : '',
      new RegExp(`AWS says that ${id} exists, and shows no such cache`),
    )
  })
})
