import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { annotation } from '../../src/crds/kind.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/checks.ts'
import { type CacheFacts, unread } from '../../src/plan/cache-cluster/facts.ts'
import { shownPlan } from '../../src/plan/core/verdict.ts'
import {
  absent,
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
  policyOf,
  seen,
  specOf,
} from './facts.ts'
import { inShort } from './in-short.ts'
import { withSecrets } from './sealed.ts'

const known1 = objectOf({ status: known })
const spec = (changes: object, status: CacheFacts['object']['status'] = known) =>
  objectOf({ spec: specOf(changes), status })
const failure = { is: 'retryable', reason: 'Throttled', message: 'slow down' } as const
const token = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const referenced = { ...token, auth: { mode: 'Token', token: { secretRef: { name: 'mine' } } } }
const withPolicy = { policyRef: { name: 'catalog' } }
const evicting = found(policyOf({ eviction: { policy: 'allkeys-lru' } }))
const wanting = { parameters: { timeout: '20' }, engineVersion: '7.1' }
const memory = { ...known, parameterGroup: { name: `${id}-redis7`, owned: true } }
const moving = group({ state: 'moving', status: 'modifying' })
const creating = group({ state: 'moving', status: 'creating', createdTime: undefined, engineVersion: '' })
const failed = group({ state: 'failed', status: 'create-failed' })
const leaving = group({ state: 'deleting', status: 'deleting' })
const asAsked = withSecrets(factsOf({ object: known1, observed: seen(group()) }))

type Row = readonly [sentence: string, facts: CacheFacts, plan: string]

describe('what should happen next with a CacheCluster', () => {
  const rows: readonly Row[] = [
    ['nothing differs: settled', asAsked, 'settled InSync'],
    ['AWS was not looked at yet: wait', factsOf({ observed: { is: 'unknown' } }), 'wait WaitingForAWS'],
    [
      'not looked yet wins over suspended',
      factsOf({ observed: { is: 'unknown' }, object: spec({ suspend: true }) }),
      'wait WaitingForAWS',
    ],
    [
      'suspended and nothing there: nothing is made',
      factsOf({ object: spec({ suspend: true }, {}) }),
      'settled Suspended',
    ],
    ['suspended wins over a failed read', factsOf({ object: spec({ suspend: true }), failure }), 'settled Suspended'],
    [
      'suspended wins over a cache that is not ours',
      factsOf({ object: spec({ suspend: true }), observed: seen(group()), tags: found(others) }),
      'settled Suspended',
    ],
    ['a read failed: blocked', factsOf({ failure }), 'blocked Throttled'],
    [
      'a failed read wins over a missing policy',
      factsOf({ failure, object: spec(withPolicy), policy: absent }),
      'blocked Throttled',
    ],
    ['the policy is missing: wait', factsOf({ object: spec(withPolicy, {}), policy: absent }), 'wait WaitingForPolicy'],
    [
      'a missing policy wins over a lost cache',
      factsOf({ object: spec(withPolicy), policy: absent, live: absent }),
      'wait WaitingForPolicy',
    ],
    [
      'a quarrel between spec and policy: stuck',
      factsOf({
        object: spec({ ...withPolicy, parameters: { 'maxmemory-policy': 'noeviction' } }, {}),
        policy: evicting,
      }),
      'stuck InvalidSpec',
    ],
    [
      'a parameter that the family does not have: stuck',
      factsOf({
        object: spec({ ...wanting, parameters: { 'no-such': '1' } }),
        observed: seen(group()),
        parameters: found(parametersOf()),
      }),
      'stuck InvalidSpec',
    ],
    [
      'an unknown parameter wins over a token to store',
      factsOf({
        object: spec({ ...wanting, ...token, parameters: { 'no-such': '1' } }, {}),
        parameters: found(parametersOf()),
        token: absent,
      }),
      'stuck InvalidSpec',
    ],
    [
      'a referenced token that is missing: wait',
      factsOf({ object: spec(referenced, {}), token: absent }),
      'wait WaitingForSecret',
    ],
    [
      'a token that AWS would refuse: stuck',
      factsOf({ object: spec(referenced, {}), token: { is: 'unusable', why: 'too short' } }),
      'stuck InvalidSpec',
    ],
    [
      'a missing token wins over a lost cache',
      factsOf({ object: spec(referenced), token: absent, live: absent }),
      'wait WaitingForSecret',
    ],
    ['a group that was there is gone: stuck', factsOf({ object: known1, live: absent }), 'stuck Lost'],
    ['gone from the list, but there: wait', factsOf({ object: known1, live: found(group()) }), 'wait WaitingForAWS'],
    [
      'gone from the list and not looked for by id: wait, never call it lost',
      factsOf({ object: known1, live: unread }),
      'wait WaitingForAWS',
    ],
    [
      'a lost group is made anew when the user names it',
      factsOf({ object: objectOf({ status: known, annotations: { [annotation.recreate]: id } }), live: absent }),
      'act CreateGroup',
    ],
    [
      'a lost group is not made anew for another name',
      factsOf({ object: objectOf({ status: known, annotations: { [annotation.recreate]: 'other' } }), live: absent }),
      'stuck Lost',
    ],
    [
      'named, but there after all: wait',
      factsOf({
        object: objectOf({ status: known, annotations: { [annotation.recreate]: id } }),
        live: found(group()),
      }),
      'wait WaitingForAWS',
    ],
    [
      'memcached held nothing that can be lost: made anew',
      factsOf({ object: objectOf({ spec: memcachedSpec(), status: known }), live: absent }),
      'act CreateMemcached',
    ],
    [
      'memcached that is gone from the list only is not made twice',
      factsOf({ object: objectOf({ spec: memcachedSpec(), status: known }), live: found(memcached()) }),
      'wait WaitingForAWS',
    ],
    ['lost wins over a token to store', factsOf({ object: spec(token), live: absent, token: absent }), 'stuck Lost'],
    ['a cache without owner tags: stuck', factsOf({ observed: seen(group()), tags: found({}) }), 'stuck NotOurs'],
    ['a cache of somebody else: stuck', factsOf({ observed: seen(group()), tags: found(others) }), 'stuck NotOurs'],
    ['not ours wins over moving', factsOf({ observed: seen(moving), tags: found(others) }), 'stuck NotOurs'],
    ['not ours wins over failed', factsOf({ observed: seen(failed), tags: found(others) }), 'stuck NotOurs'],
    [
      'a cache that is ours by its tags, on first observed',
      withSecrets(factsOf({ observed: seen(group()), tags: found(ours) })),
      'settled InSync',
    ],
    [
      'a former owner: its tags are taken over',
      withSecrets(factsOf({ observed: seen(group()), tags: found(former) })),
      'act SetTags',
    ],
    ['tags not told yet: wait', factsOf({ observed: seen(creating) }), 'wait WaitingForAWS'],
    [
      'another creation time than known: the tags decide',
      factsOf({ object: known1, observed: seen(group({ createdTime: '2026-02-09T00:00:00Z' })) }),
      'wait WaitingForAWS',
    ],
    [
      'failed before AWS told whose it is: stuck, not waiting for ever',
      factsOf({ observed: seen(failed) }),
      'stuck NotOurs',
    ],
    [
      'made by us a moment ago: no tags are needed',
      factsOf({ object: objectOf({ status: { id, tags: { hash: 'x', keys: [] } } }), observed: seen(creating) }),
      'wait Creating',
    ],
    [
      "a parameter group of ours that is somebody else's: stuck",
      factsOf({
        object: spec(wanting),
        observed: seen(group()),
        parameters: found(parametersOf()),
        parametersTags: found(others),
      }),
      'stuck NotOurs',
    ],
    [
      'a parameter group without owner tags: stuck',
      factsOf({ object: spec(wanting, {}), parameters: found(parametersOf()), parametersTags: found({}) }),
      'stuck NotOurs',
    ],
    ['deleted by others: wait', factsOf({ object: known1, observed: seen(leaving) }), 'wait Deleting'],
    ['being deleted needs no tags', factsOf({ observed: seen(leaving) }), 'wait Deleting'],
    ['create-failed: stuck', factsOf({ object: known1, observed: seen(failed) }), 'stuck CreateFailed'],
    [
      'failed wins over a token to store',
      factsOf({ object: spec(token), observed: seen(failed), token: absent }),
      'stuck CreateFailed',
    ],
    ['a token to make comes before the cache', factsOf({ object: spec(token, {}), token: absent }), 'act StoreToken'],
    [
      'a token that was deleted is made again',
      factsOf({
        object: spec(token),
        observed: seen(group({ authToken: true, inTransit: 'Required' })),
        token: absent,
      }),
      'act StoreToken',
    ],
    [
      'the Secrets come before anything else in AWS',
      factsOf({ object: spec({ nodes: { type: 'cache.m7g.large' } }), observed: seen(group()) }),
      'act WriteSecrets',
    ],
    [
      'the Secrets are written also while AWS is busy',
      factsOf({ object: known1, observed: seen(moving) }),
      'act WriteSecrets',
    ],
    [
      'no Secrets while it is being created',
      factsOf({ object: known1, observed: seen({ ...creating, createdTime: group().createdTime }) }),
      'wait Creating',
    ],
    ['nothing is there: made', factsOf(), 'act CreateGroup'],
    [
      'nothing is there, memcached: made',
      factsOf({ object: objectOf({ spec: memcachedSpec() }) }),
      'act CreateMemcached',
    ],
    [
      'the default version must be known before a parameter group',
      factsOf({ object: spec({ parameters: { timeout: '20' } }, {}) }),
      'wait WaitingForAWS',
    ],
    [
      'the parameter group comes before the cache',
      factsOf({ object: spec({ parameters: { timeout: '20' } }, {}), defaultFamily: 'redis7', parameters: absent }),
      'act CreateParameterGroup',
    ],
    [
      'its values come before the cache',
      factsOf({ object: spec(wanting, {}), parameters: found(parametersOf()), parametersTags: found(ours) }),
      'act SetParameters',
    ],
    [
      'a parameter group of a former owner is taken over',
      factsOf({
        object: spec(wanting, {}),
        parameters: found(parametersOf({ timeout: '20' })),
        parametersTags: found(former),
      }),
      'act SetTags',
    ],
    [
      'the parameter group stands: the cache',
      factsOf({
        object: spec(wanting, {}),
        parameters: found(parametersOf({ timeout: '20' })),
        parametersTags: found(ours),
      }),
      'act CreateGroup',
    ],
    [
      'a group that was made for another version goes before the new one',
      factsOf({
        object: spec({ ...wanting, engineVersion: '6.2' }, { parameterGroup: { name: `${id}-redis7`, owned: true } }),
        parameters: absent,
      }),
      'act DeleteParameterGroup',
    ],
    ['moving: wait', withSecrets(factsOf({ object: known1, observed: seen(moving) })), 'wait Modifying'],
    [
      'moving wins over a fixed field',
      withSecrets(factsOf({ object: spec({ network: { port: 7000 } }), observed: seen(moving) })),
      'wait Modifying',
    ],
    [
      'a snapshot is taken: wait',
      withSecrets(factsOf({ object: known1, observed: seen(group({ state: 'moving', status: 'snapshotting' })) })),
      'wait Snapshotting',
    ],
    [
      'a member is late: wait',
      withSecrets(
        factsOf({ object: known1, observed: seen(group({ state: 'moving', status: 'available, member x creating' })) }),
      ),
      'wait WaitingForMembers',
    ],
    [
      'a fixed field differs: stuck',
      withSecrets(factsOf({ object: spec({ network: { port: 7000 } }), observed: seen(group()) })),
      'stuck ImmutableField',
    ],
    [
      'a fixed field wins over a change',
      withSecrets(
        factsOf({
          object: spec({ network: { port: 7000 }, nodes: { type: 'cache.m7g.large' } }),
          observed: seen(group()),
        }),
      ),
      'stuck ImmutableField',
    ],
    [
      'cluster mode can not go back',
      withSecrets(
        factsOf({
          object: known1,
          observed: seen(group({ clusterMode: 'Enabled', configuration: { host: 'cfg', port: 6379 } })),
        }),
      ),
      'stuck ImmutableField',
    ],
    [
      'a token can not be taken off: stuck',
      withSecrets(
        factsOf({
          object: spec({ encryption: { inTransit: 'Required' } }),
          observed: seen(group({ authToken: true, inTransit: 'Required' })),
        }),
      ),
      'stuck NotSupported',
    ],
    [
      'redis to valkey without a version: stuck',
      withSecrets(factsOf({ object: spec({ engine: 'valkey' }), observed: seen(group()) })),
      'stuck InvalidSpec',
    ],
    [
      'redis to valkey with a version',
      withSecrets(factsOf({ object: spec({ engine: 'valkey', engineVersion: '8.0' }), observed: seen(group()) })),
      'act ModifyGroup',
    ],
    [
      'accepted a moment ago and not shown yet: wait, AWS may answer from before',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.m7g.large' } }),
          observed: seen(group()),
          repeats: 1,
          sinceWriteMs: 29_999,
        }),
      ),
      'wait WaitingForAWS',
    ],
    [
      'accepted a while ago and still not so: once more',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.m7g.large' } }),
          observed: seen(group()),
          repeats: 1,
          sinceWriteMs: 30_000,
        }),
      ),
      'act ModifyGroup',
    ],
    [
      'another plan was accepted a moment ago: on with this one',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.m7g.large' } }),
          observed: seen(group()),
          repeats: 1,
          repeatedPlan: 'another',
          sinceWriteMs: 1000,
        }),
      ),
      'act ModifyGroup',
    ],
    [
      'created a moment ago and not listed yet: wait',
      factsOf({ repeats: 1, sinceWriteMs: 1000 }),
      'wait WaitingForAWS',
    ],
    [
      'created a while ago and never listed: once more',
      factsOf({ repeats: 1, sinceWriteMs: 30_000 }),
      'act CreateGroup',
    ],
    [
      'gone a moment after our own write: not lost yet',
      factsOf({ object: known1, live: absent, sinceWriteMs: 1000 }),
      'wait WaitingForAWS',
    ],
    [
      'the same plan five times: stuck',
      withSecrets(
        factsOf({ object: spec({ nodes: { type: 'cache.m7g.large' } }), observed: seen(group()), repeats: 5 }),
      ),
      'stuck EndlessDifference',
    ],
    [
      'four times: once more',
      withSecrets(
        factsOf({ object: spec({ nodes: { type: 'cache.m7g.large' } }), observed: seen(group()), repeats: 4 }),
      ),
      'act ModifyGroup',
    ],
    [
      'another plan than the one that was repeated: not endless',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.m7g.large' } }),
          observed: seen(group()),
          repeats: 5,
          repeatedPlan: 'another',
        }),
      ),
      'act ModifyGroup',
    ],
    [
      'repeated often, and nothing differs any more: settled',
      withSecrets(factsOf({ object: known1, observed: seen(group()), repeats: 9 })),
      'settled InSync',
    ],
    [
      'values come before the cache that uses them',
      withSecrets(
        factsOf({
          object: spec({ ...wanting, nodes: { type: 'cache.m7g.large' } }, memory),
          observed: seen(group({ parameterGroupName: `${id}-redis7` })),
          parameters: found(parametersOf()),
        }),
      ),
      'act SetParameters',
    ],
    [
      'tags come last',
      withSecrets(
        factsOf({
          object: spec({ tags: { team: 'a' }, nodes: { type: 'cache.m7g.large' } }),
          observed: seen(group()),
          tags: found(ours),
        }),
      ),
      'act ModifyGroup',
    ],
    [
      'tags of a former owner come first',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.m7g.large' } }, {}),
          observed: seen(group()),
          tags: found(former),
        }),
      ),
      'act SetTags',
    ],
    [
      'only tags differ',
      withSecrets(factsOf({ object: spec({ tags: { team: 'a' } }), observed: seen(group()), tags: found(ours) })),
      'act SetTags',
    ],
    [
      'a former group of ours that is no longer used goes',
      withSecrets(
        factsOf({
          object: spec({ parameterGroupName: 'theirs' }, memory),
          observed: seen(group({ parameterGroupName: 'theirs' })),
        }),
      ),
      'act DeleteParameterGroup',
    ],
    [
      'a former group stays as long as the cache uses it',
      withSecrets(
        factsOf({
          object: spec({ parameterGroupName: 'theirs' }, memory),
          observed: seen(group({ parameterGroupName: `${id}-redis7` })),
        }),
      ),
      'act ModifyGroup',
    ],
    ['a deletion is planned as one', factsOf({ object: objectOf({ deleting: true }), live: absent }), 'released'],
  ]
  for (const [sentence, facts, plan] of rows) {
    it(sentence, () => assert.equal(inShort(planCacheCluster(facts)), plan))
  }
})

describe('what a plan says', () => {
  const messageOf = (facts: CacheFacts): string => {
    const plan = planCacheCluster(facts)
    return 'message' in plan ? plan.message : ''
  }
  const rows: readonly (readonly [string, CacheFacts, RegExp])[] = [
    [
      'a lost group tells the cure, ready to paste',
      factsOf({ object: known1, live: absent }),
      /kubectl annotate cachecluster sessions -n shop larder.dev\/recreate=prod-shop-sessions/,
    ],
    [
      'not ours tells whose',
      factsOf({ observed: seen(group()), tags: found(others) }),
      /belongs to shop\/carts of cluster prod/,
    ],
    [
      'failed tells what AWS said last',
      factsOf({
        object: known1,
        observed: seen(failed),
        events: [
          { time: '1', message: 'first' },
          { time: '2', message: 'no capacity' },
        ],
      }),
      /no capacity\. Delete/,
    ],
    [
      'a quarrel names both sides',
      factsOf({
        object: spec({ ...withPolicy, parameters: { 'maxmemory-policy': 'noeviction' } }, {}),
        policy: evicting,
      }),
      /spec\.parameters\.maxmemory-policy is noeviction.*allkeys-lru/,
    ],
    [
      'a missing policy is named',
      factsOf({ object: spec(withPolicy, {}), policy: absent }),
      /CachePolicy catalog in shop/,
    ],
    [
      'a missing token is named with its key',
      factsOf({ object: spec(referenced, {}), token: absent }),
      /Secret mine with the key token/,
    ],
    [
      'a fixed field tells both values',
      withSecrets(factsOf({ object: spec({ network: { port: 7000 } }), observed: seen(group()) })),
      /spec\.network\.port is 7000, AWS has 6379/,
    ],
    [
      'progress tells how far and how long',
      withSecrets(factsOf({ object: known1, observed: seen(moving), reconcilingMs: 250_000 })),
      /^modifying: 1 of 1 nodes available, 4m$/,
    ],
    [
      'an endless difference tells the field',
      withSecrets(
        factsOf({ object: spec({ nodes: { type: 'cache.m7g.large' } }), observed: seen(group()), repeats: 5 }),
      ),
      /ModifyGroup \(spec\.nodes\.type\) was accepted 5 times and AWS still has cache\.t4g\.small/,
    ],
  ]
  for (const [sentence, facts, message] of rows) {
    it(sentence, () => assert.match(messageOf(facts), message))
  }
  it("a create names the cache, carries the owner tags and the user's, and never the token", () => {
    const facts = factsOf({
      object: spec({ ...token, tags: { team: 'a' } }, {}),
      token: { is: 'present', version: 'u/7' },
    })
    const plan = planCacheCluster(facts)
    assert.ok(plan.is === 'act' && plan.next.action.do === 'CreateGroup')
    assert.equal(plan.next.action.id, id)
    assert.deepEqual(plan.next.action.tags, { ...ours, team: 'a' })
    assert.equal(plan.next.action.withToken, true)
    assert.equal(plan.next.action.tokenVersion, 'u/7')
  })
  it("owner tags win over the user's of the same key", () => {
    const plan = planCacheCluster(factsOf({ object: spec({ tags: { 'larder.dev/uid': 'forged' } }, {}) }))
    assert.ok(plan.is === 'act' && plan.next.action.do === 'CreateGroup')
    assert.equal(plan.next.action.tags['larder.dev/uid'], 'uid-1')
  })
  it('while AWS is busy, what is left to do is known already', () => {
    const facts = withSecrets(factsOf({ object: spec({ nodes: { type: 'cache.m7g.large' } }), observed: seen(moving) }))
    const plan = planCacheCluster(facts)
    assert.deepEqual(plan.is === 'wait' && plan.later.map(({ action }) => action.do), ['ModifyGroup'])
  })
  it('a shown plan has a hash of everything it would say to AWS', () => {
    const shown = (type: string, sg: string) =>
      shownPlan(
        planCacheCluster(
          withSecrets(
            factsOf({
              object: spec({ nodes: { type }, network: { securityGroupIds: [sg] } }),
              observed: seen(group()),
            }),
          ),
        ),
      )
    const values = (timeout: string) =>
      shownPlan(
        planCacheCluster(factsOf({ object: spec({ ...wanting, parameters: { timeout } }, {}), parameters: absent })),
      )
    assert.equal(shown('cache.m7g.large', 'sg-1')?.hash, shown('cache.m7g.large', 'sg-1')?.hash)
    assert.notEqual(shown('cache.m7g.large', 'sg-1')?.hash, shown('cache.m7g.large', 'sg-2')?.hash)
    assert.deepEqual(values('20')?.actions, values('30')?.actions)
    assert.notEqual(values('20')?.hash, values('30')?.hash)
  })
})
