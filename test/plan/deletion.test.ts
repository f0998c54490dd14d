import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type CacheFacts, unread } from '../../src/plan/cache-cluster/facts.ts'
import { contentName } from '../../src/plan/cache-cluster/parameters.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import { step, stepHash } from '../../src/plan/core/step.ts'
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
  metaOf,
  noSecrets,
  objectOf,
  others,
  ours,
  owner,
  seen,
  specOf,
  twins,
  without,
} from './facts.ts'
import { inShort } from './in-short.ts'

const going = (changes: object = {}, status: CacheFacts['object']['status'] = known) =>
  objectOf({ deleting: true, spec: specOf(changes), status })
const retain = { deletionPolicy: 'Retain' }
const own = contentName(owner.cluster, 'redis7', { timeout: '20' })
const recorded = { ...known, parameterGroup: { name: own, owned: true } }
const token = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const kept = { is: 'ours', meta: metaOf() } as const
const deleteHash = stepHash(step({ do: 'DeleteGroup', id }))
const denied = { is: 'stalled', reason: 'AccessDenied', message: 'not allowed' } as const
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
      'gone, its parameter group is used by nobody: deleted',
      factsOf({ object: going({}, recorded), ...gone, leftover: { name: own, is: 'ours' } }),
      'act DeleteParameterGroup',
    ],
    [
      "gone, the parameter group is somebody else's by its tags: let go",
      factsOf({ object: going({}, recorded), ...gone, leftover: { name: own, is: 'others' } }),
      'released',
    ],
    ['gone, others use the parameter group: let go', factsOf({ object: going({}, recorded), ...gone }), 'released'],
    [
      'gone, the parameter group too: let go',
      factsOf({ object: going({}, recorded), ...gone, leftover: { name: own, is: 'absent' } }),
      'released',
    ],
    [
      'gone, and the tags of the parameter group can not be read: wait, nothing is left behind',
      factsOf({ object: going({}, recorded), ...gone, leftover: { name: own, is: 'unread' } }),
      'wait Deleting',
    ],
    [
      'gone, and the first of two parameter groups too: the second is looked at',
      factsOf({
        object: going({}, { ...recorded, formerParameterGroups: ['larder-prod-redis7-0123456789ab'] }),
        ...gone,
        leftover: { name: 'larder-prod-redis7-0123456789ab', is: 'absent' },
      }),
      'wait Deleting',
    ],
    [
      'the parameter group stays until the cache is gone',
      factsOf({ object: going({}, recorded), ...stands }),
      'act DeleteGroup',
    ],
    [
      'another --cluster-name: the cache on record is left alone, in deletion too',
      factsOf({ object: { ...going(), cluster: 'test' }, ...gone }),
      'stuck IdentityChanged',
    ],
    [
      'another region: the same',
      factsOf({ object: { ...going(), region: 'eu-west-1' }, ...gone }),
      'stuck IdentityChanged',
    ],
    [
      'another --cluster-name wins over protection, which could mislead',
      factsOf({ object: { ...going({ deletionProtection: true }), cluster: 'test' }, ...gone }),
      'stuck IdentityChanged',
    ],
    [
      'AWS can not be polled: why is told',
      factsOf({ object: going(), observed: { is: 'unknown' }, poll: { blindMs: 0, failure } }),
      'blocked Throttled',
    ],
    [
      'a poll that was begun after our own delete shows it gone: no look by id',
      factsOf({
        object: going(),
        observed: absent,
        repeats: [{ hash: deleteHash, times: 1, sinceMs: 60_000 }],
        sinceWriteMs: 60_000,
      }),
      'released',
    ],
    [
      'our own delete is not shown yet: it is not asked for twice',
      factsOf({ object: going(), ...stands, repeats: [{ hash: deleteHash, times: 1, sinceMs: 29_999 }] }),
      'wait WaitingForAWS',
    ],
    [
      'a delete that AWS refused waits for its pause',
      factsOf({
        object: going(),
        ...stands,
        refused: { hash: deleteHash, failure: denied, times: 1, sinceMs: 899_999 },
      }),
      'stuck AccessDenied',
    ],
    [
      'and is asked again after it',
      factsOf({
        object: going(),
        ...stands,
        refused: { hash: deleteHash, failure: denied, times: 1, sinceMs: 900_000 },
      }),
      'act DeleteGroup',
    ],
    ...Object.keys(ours).map(
      (key) =>
        [
          `the tag ${key} is lost, and ARN and creation time prove it ours: deleted`,
          factsOf({ object: going(), ...stands, tags: found(without(ours, key)) }),
          'act DeleteGroup',
        ] as const,
    ),
    [
      'all owner tags are lost: deleted too',
      factsOf({ object: going(), ...stands, tags: found({ team: 'a' }) }),
      'act DeleteGroup',
    ],
    [
      'of the same name in another Kubernetes cluster: let go, touch nothing',
      factsOf({ object: going(), ...stands, tags: found(twins) }),
      'released',
    ],
    [
      'it has no owner tags, and nothing on record: let go, touch nothing',
      factsOf({ object: going({}, {}), ...stands, tags: found({}) }),
      'released',
    ],
    [
      'retained: the token is kept without owner before the tags go',
      factsOf({ object: going({ ...retain, ...token }), ...stands, secrets: { ...noSecrets, token: kept } }),
      'act KeepToken',
    ],
    [
      'retained, the token without owner: the tags go',
      factsOf({
        object: going({ ...retain, ...token }),
        ...stands,
        secrets: { ...noSecrets, token: { is: 'foreign', whose: 'kept' } },
      }),
      'act RemoveTags',
    ],
    [
      "retained, and the token is in a Secret of the user's: only the tags go",
      factsOf({
        object: going({ ...retain, ...token, auth: { mode: 'Token', token: { secretRef: { name: 'mine' } } } }),
        ...stands,
        secrets: { ...noSecrets, token: kept },
      }),
      'act RemoveTags',
    ],
    [
      'suspended and retained: the token is kept all the same, nothing is changed in AWS',
      factsOf({
        object: going({ ...retain, ...token, suspend: true }),
        ...stands,
        secrets: { ...noSecrets, token: kept },
      }),
      'act KeepToken',
    ],
  ]
  for (const [sentence, facts, plan] of rows) {
    it(sentence, () => assert.equal(inShort(planCacheCluster(facts)), plan))
  }

  it('retained: only the owner tags go', () => {
    const plan = planCacheCluster(factsOf({ object: going(retain), ...stands }))
    assert.ok(plan.is === 'act' && plan.next.action.do === 'RemoveTags')
    const { cacheId, arn: of, keys } = plan.next.action
    assert.deepEqual([cacheId, of, [...keys].sort()], [id, arn, Object.keys(ours).sort()])
  })
  it('retained: what was left where is said, with the way back', () => {
    const words = (spec: object) => {
      const plan = planCacheCluster(factsOf({ object: going({ ...retain, ...spec }), ...stands, tags: found({}) }))
      return plan.is === 'released' ? plan.message : ''
    }
    assert.equal(words({}), `${id} stays in AWS (${arn}). To take it back: a CacheCluster with spec.adopt.id ${id}`)
    assert.match(
      words(token),
      /its auth token in the Secret sessions-auth.*spec\.auth\.token\.secretRef\.name sessions-auth$/,
    )
  })
  it('protected: both ways out are told, the one that keeps the cache first', () => {
    const plan = planCacheCluster(factsOf({ object: going({ deletionProtection: true }) }))
    assert.match(
      'message' in plan ? plan.message : '',
      /To keep it for good: .*Retain.*; to delete it with its data: kubectl patch/,
    )
  })
})
