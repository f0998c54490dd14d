import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { planCacheCluster } from '../../src/plan/cache-cluster/checks.ts'
import { type CacheFacts, unread } from '../../src/plan/cache-cluster/facts.ts'
import {
  absent,
  arn,
  factsOf,
  former,
  found,
  group,
  id,
  known,
  memcached,
  memcachedSpec,
  objectOf,
  others,
  ours,
  parametersOf,
  seen,
  specOf,
} from './facts.ts'
import { inShort } from './in-short.ts'

const going = (changes: object = {}, status: CacheFacts['object']['status'] = known) =>
  objectOf({ deleting: true, spec: specOf(changes), status })
const retain = { deletionPolicy: 'Retain' }
const recorded = (name: string) => ({ ...known, parameterGroup: { name, owned: true } })
const own = parametersOf()
const stands = { observed: seen(group()), live: found(group()), tags: found(ours) } as const
const gone = { observed: absent, live: absent } as const
const moving = group({ state: 'moving', status: 'modifying' })
const leaving = group({ state: 'deleting', status: 'deleting' })
const failed = group({ state: 'failed', status: 'create-failed' })
const failure = { is: 'retryable', reason: 'Throttled', message: 'slow down' } as const

describe('deleting a CacheCluster', () => {
  const rows: readonly (readonly [string, CacheFacts, string])[] = [
    ['it stands and is ours: deleted', factsOf({ object: going(), ...stands }), 'act DeleteGroup'],
    [
      'memcached',
      factsOf({
        object: objectOf({ deleting: true, spec: memcachedSpec(), status: known }),
        observed: seen(memcached()),
        live: found(memcached()),
        tags: found(ours),
      }),
      'act DeleteMemcached',
    ],
    [
      'it is protected: refused',
      factsOf({ object: going({ deletionProtection: true }), ...stands }),
      'stuck DeletionProtected',
    ],
    [
      'protected wins over everything',
      factsOf({ object: going({ deletionProtection: true }), failure }),
      'stuck DeletionProtected',
    ],
    [
      'it is suspended: nothing is changed in AWS',
      factsOf({ object: going({ suspend: true }), ...stands }),
      'stuck Suspended',
    ],
    [
      'suspended, and nothing of ours is left: let go',
      factsOf({ object: going({ suspend: true }), ...gone }),
      'released',
    ],
    ['a read failed: blocked', factsOf({ object: going(), failure, ...stands }), 'blocked Throttled'],
    [
      'AWS was not looked at yet: wait',
      factsOf({ object: going(), observed: { is: 'unknown' } }),
      'wait WaitingForAWS',
    ],
    [
      'seen in the list and not looked at by id: wait',
      factsOf({ object: going(), observed: seen(group()) }),
      'wait WaitingForMembers',
    ],
    [
      'AWS is busy with it: wait',
      factsOf({ object: going(), observed: seen(moving), live: found(moving) }),
      'wait Modifying',
    ],
    ['AWS is deleting it: wait', factsOf({ object: going(), observed: seen(leaving) }), 'wait Deleting'],
    [
      'available in the list, busy by now: wait',
      factsOf({ object: going(), observed: seen(group()), live: found(moving), tags: found(ours) }),
      'wait Modifying',
    ],
    [
      'absent in the list, but there: its tags decide',
      factsOf({ object: going(), live: found(group()) }),
      'wait WaitingForAWS',
    ],
    [
      'in the list, but gone: wait for the list',
      factsOf({ object: going(), observed: seen(group()), live: absent }),
      'wait Deleting',
    ],
    [
      'absent in the list and not looked for by id: wait, the finalizer stays',
      factsOf({ object: going(), live: unread }),
      'wait WaitingForAWS',
    ],
    [
      'without tags read: wait',
      factsOf({ object: going(), observed: seen(group()), live: found(group()) }),
      'wait WaitingForAWS',
    ],
    ['it is not ours: let go, touch nothing', factsOf({ object: going(), ...stands, tags: found(others) }), 'released'],
    [
      'it has no owner tags: let go, touch nothing',
      factsOf({ object: going(), ...stands, tags: found({}) }),
      'released',
    ],
    [
      "it is a former owner's: let go, touch nothing",
      factsOf({ object: going(), ...stands, tags: found(former) }),
      'released',
    ],
    [
      'it failed and is known to be ours: deleted',
      factsOf({ object: going(), observed: seen(failed), live: found(failed) }),
      'act DeleteGroup',
    ],
    [
      'it failed and nobody can tell whose it is: stuck',
      factsOf({ object: going({}, {}), observed: seen(failed), live: found(failed) }),
      'stuck NotOurs',
    ],
    [
      'it failed and another was made since: stuck',
      factsOf({ object: going({}, { ...known, createdTime: 'x' }), observed: seen(failed), live: found(failed) }),
      'stuck NotOurs',
    ],
    [
      'it failed and is to be retained: left as it is',
      factsOf({ object: going(retain), observed: seen(failed), live: found(failed) }),
      'released',
    ],
    ['retained: its owner tags go', factsOf({ object: going(retain), ...stands }), 'act RemoveTags'],
    [
      'retained, owner tags gone: let go',
      factsOf({ object: going(retain), ...stands, tags: found({ team: 'a' }) }),
      'released',
    ],
    ['gone: let go', factsOf({ object: going(), ...gone }), 'released'],
    ['nothing was ever made: let go', factsOf({ object: going({}, {}), ...gone }), 'released'],
    [
      'gone, its parameter group is ours: deleted',
      factsOf({ object: going({}, recorded(own.name)), ...gone, parameters: found(own), parametersTags: found(ours) }),
      'act DeleteParameterGroup',
    ],
    [
      "gone, the parameter group is somebody else's: let go",
      factsOf({
        object: going({}, recorded(own.name)),
        ...gone,
        parameters: found(own),
        parametersTags: found(others),
      }),
      'released',
    ],
    [
      'gone, the parameter group too',
      factsOf({ object: going({ engineVersion: '7.1' }, recorded(own.name)), ...gone, parameters: absent }),
      'released',
    ],
    [
      'the recorded parameter group is gone, another may stand: look',
      factsOf({ object: going({ engineVersion: '6.2' }, recorded(own.name)), ...gone, parameters: absent }),
      'wait Deleting',
    ],
    [
      'a parameter group that the cache does not use goes first',
      factsOf({
        object: going({}, recorded(own.name)),
        ...stands,
        parameters: found(own),
        parametersTags: found(ours),
      }),
      'act DeleteParameterGroup',
    ],
    [
      'the parameter group that it uses stays until it is gone',
      factsOf({
        object: going({}, recorded(own.name)),
        observed: stands.observed,
        live: found(group({ parameterGroupName: own.name })),
        tags: found(ours),
        parameters: found(own),
        parametersTags: found(ours),
      }),
      'act DeleteGroup',
    ],
  ]
  for (const [sentence, facts, plan] of rows) {
    it(sentence, () => assert.equal(inShort(planCacheCluster(facts)), plan))
  }

  const tagged = (facts: CacheFacts) => {
    const plan = planCacheCluster(facts)
    return plan.is === 'act' && plan.next.action.do === 'RemoveTags' ? plan.next.action : undefined
  }
  const retained = {
    object: going(retain, recorded(own.name)),
    observed: stands.observed,
    live: found(group({ parameterGroupName: own.name })),
    tags: found(ours),
    parameters: found(own),
  } as const
  it('retained: the parameter group is let go before the cache, whose tags say that there is something to do', () => {
    assert.equal(tagged(factsOf({ ...retained, parametersTags: found(ours) }))?.arn, own.arn)
    assert.equal(tagged(factsOf({ ...retained, parametersTags: found({}) }))?.arn, arn)
  })
  it('retained: only the owner tags go', () => {
    assert.deepEqual(
      [...(tagged(factsOf({ ...retained, parametersTags: found({}) }))?.keys ?? [])].sort(),
      Object.keys(ours).sort(),
    )
    assert.equal(tagged(factsOf({ ...retained, parametersTags: found({}) }))?.cacheId, id)
  })
})
