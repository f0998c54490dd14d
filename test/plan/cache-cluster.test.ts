import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { annotation } from '../../src/crds/kind.ts'
import { type CacheFacts, unread } from '../../src/plan/cache-cluster/facts.ts'
import { lossOf } from '../../src/plan/cache-cluster/intent.ts'
import { contentName } from '../../src/plan/cache-cluster/parameters.ts'
import { isAnnounced, planAll, planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import { clusterTags } from '../../src/plan/core/identity.ts'
import { stepHash } from '../../src/plan/core/step.ts'
import { shownPlan } from '../../src/plan/core/verdict.ts'
import {
  absent,
  arn,
  factsOf,
  former,
  found,
  group,
  hourMs,
  id,
  isoAt,
  known,
  member,
  memcached,
  memcachedSpec,
  noSecrets,
  nowMs,
  objectOf,
  others,
  ours,
  owner,
  parametersOf,
  policyOf,
  present,
  seen,
  specOf,
  twins,
  without,
} from './facts.ts'
import { inShort } from './in-short.ts'
import { publishedSince, withSecrets } from './sealed.ts'

const known1 = objectOf({ status: known })
const spec = (changes: object, status: CacheFacts['object']['status'] = known) =>
  objectOf({ spec: specOf(changes), status })
const failure = { is: 'retryable', reason: 'Throttled', message: 'slow down' } as const
const token = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const guarded = { authToken: true, inTransit: 'Required' } as const
const settledToken = { ...known, authToken: { version: '1', seen: '1', phase: 'Settled' as const } }
const referenced = { ...token, auth: { mode: 'Token', token: { secretRef: { name: 'mine' } } } }
const taken = { is: 'foreign', whose: "exists and is not Larder's" } as const
const withPolicy = { policyRef: { name: 'catalog' } }
const evicting = found(policyOf({ eviction: { policy: 'allkeys-lru' } }))
const wanting = { parameters: { timeout: '20' }, engineVersion: '7.1' }
const mine = contentName(owner.cluster, 'redis7', { timeout: '20' })
const memory = { ...known, parameterGroup: { name: mine, owned: true } }
const larger = { nodes: { type: 'cache.m7g.large' } }
const loss = lossOf(known1)
const moving = group({ state: 'moving', status: 'modifying' })
const creating = group({ state: 'moving', status: 'creating', createdTime: undefined, engineVersion: '' })
const failed = group({ state: 'failed', status: 'create-failed' })
const leaving = group({ state: 'deleting', status: 'deleting' })
const asAsked = withSecrets(factsOf({ object: known1, observed: seen(group()) }))

type Row = readonly [sentence: string, facts: CacheFacts, plan: string]

const nextOf = (facts: CacheFacts) => {
  const plan = planCacheCluster(facts)
  assert.ok(plan.is === 'act')
  return plan.next
}
const changing = withSecrets(factsOf({ object: spec(larger), observed: seen(group()) }))
const repeated = (times: number, sinceMs: number) => [{ hash: stepHash(nextOf(changing)), times, sinceMs }]
const unset = factsOf({
  object: spec(wanting, {}),
  parameters: found(parametersOf({}, { name: mine })),
  parametersTags: found(clusterTags(owner)),
})
const refused = (changes: object, sinceMs: number) => ({
  hash: stepHash(nextOf(withSecrets(factsOf({ object: spec(changes), observed: seen(group()) })))),
  failure: { is: 'stalled', reason: 'InvalidSpec', message: 'no such type' } as const,
  times: 1,
  sinceMs,
})
const kubernetesRefused = {
  hash: stepHash(nextOf(factsOf({ object: known1, observed: seen(group()) }))),
  failure: { is: 'stalled', reason: 'KubernetesRefused', message: 'Kubernetes refused it: quota' } as const,
  times: 1,
  sinceMs: 1000,
}
const denied = { is: 'stalled', reason: 'AccessDenied', message: 'not allowed to describe.' } as const
const limping = group({
  replicasPerShard: 1,
  members: [member(), member({ id: `${id}-002`, role: 'replica', status: 'incompatible-network', state: 'failed' })],
})
const pendingReboot = group({
  parametersInSync: false,
  replicasPerShard: 1,
  members: [member({ parametersInSync: false }), member({ id: `${id}-002`, role: 'replica', parametersInSync: false })],
})

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
      'suspended and nothing there: nothing is made, and what is held back is said',
      factsOf({ object: spec({ suspend: true }, {}) }),
      'stuck Suspended',
    ],
    [
      'suspended, and nothing differs',
      withSecrets(factsOf({ object: spec({ suspend: true }), observed: seen(group()) })),
      'settled Suspended',
    ],
    [
      'suspended, and the Secrets are kept current',
      factsOf({ object: spec({ suspend: true }), observed: seen(group()) }),
      'act WriteSecrets',
    ],
    [
      'suspended, and something differs',
      withSecrets(factsOf({ object: spec({ suspend: true, ...larger }), observed: seen(group()) })),
      'stuck Suspended',
    ],
    [
      'suspended: no token is made',
      factsOf({ object: spec({ suspend: true, ...token }, {}), token: absent }),
      'stuck Suspended',
    ],
    [
      'what is not ours is said also while suspended',
      factsOf({ object: spec({ suspend: true }, {}), observed: seen(group()), tags: found(others) }),
      'stuck NotOurs',
    ],
    ['a read failed: blocked', factsOf({ failure }), 'blocked Throttled'],
    [
      'a failed read wins over a missing policy',
      factsOf({ failure, object: spec(withPolicy), policy: absent }),
      'blocked Throttled',
    ],
    ['the policy is missing: wait', factsOf({ object: spec(withPolicy, {}), policy: absent }), 'wait WaitingForPolicy'],
    [
      'lost wins over a missing policy',
      factsOf({ object: spec(withPolicy), policy: absent, live: absent }),
      'stuck Lost',
    ],
    [
      'a policy that is missing does not come: after five minutes somebody should look',
      factsOf({ object: spec(withPolicy, {}), policy: absent, unreadyMs: 300_000 }),
      'stuck WaitingForPolicy',
    ],
    [
      'just before that: wait',
      factsOf({ object: spec(withPolicy, {}), policy: absent, unreadyMs: 299_999 }),
      'wait WaitingForPolicy',
    ],
    [
      'a policy that is missing holds up no change that it has no say in',
      factsOf({ object: spec({ ...withPolicy, ...larger }), policy: absent, observed: seen(group()) }),
      'act ModifyGroup',
    ],
    [
      'a policy that is missing, and nothing else is to do: told',
      factsOf({ object: spec(withPolicy), policy: absent, observed: seen(group()) }),
      'wait WaitingForPolicy',
    ],
    [
      'a policy that can not be read is told as that',
      factsOf({ object: spec(withPolicy, {}), policy: { is: 'unreadable', why: 'spec.ttl: no' } }),
      'stuck InvalidSpec',
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
      'a referenced token that does not come: after five minutes somebody should look',
      factsOf({ object: spec(referenced, {}), token: absent, unreadyMs: 300_000 }),
      'stuck WaitingForSecret',
    ],
    [
      'a referenced token that is missing holds up no other change',
      factsOf({
        object: spec({ ...referenced, ...larger }, settledToken),
        token: absent,
        observed: seen(group(guarded)),
      }),
      'act ModifyGroup',
    ],
    [
      'lost wins over a missing token',
      factsOf({ object: spec(referenced), token: absent, live: absent }),
      'stuck Lost',
    ],
    ['a group that was there is gone: stuck', factsOf({ object: known1, live: absent }), 'stuck Lost'],
    ['gone from the list, but there: wait', factsOf({ object: known1, live: found(group()) }), 'wait WaitingForAWS'],
    [
      'gone from the list and not looked for by id: wait, never call it lost',
      factsOf({ object: known1, live: unread }),
      'wait WaitingForAWS',
    ],
    [
      'a lost group is made anew when the user orders it for this loss',
      factsOf({ object: objectOf({ status: known, annotations: { [annotation.recreate]: loss } }), live: absent }),
      'act CreateGroup',
    ],
    [
      'recreate is good for one loss only',
      factsOf({
        object: objectOf({
          status: { ...known, createdTime: '2026-02-20T00:00:00Z' },
          annotations: { [annotation.recreate]: loss },
        }),
        live: absent,
      }),
      'stuck Lost',
    ],
    [
      'the id is no order',
      factsOf({ object: objectOf({ status: known, annotations: { [annotation.recreate]: id } }), live: absent }),
      'stuck Lost',
    ],
    [
      'ordered, but there after all: wait',
      factsOf({
        object: objectOf({ status: known, annotations: { [annotation.recreate]: loss } }),
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
      'a former owner: its tags are taken over, before any Secret leads there',
      factsOf({ observed: seen(group()), tags: found(former) }),
      'act SetTags',
    ],
    [
      'a second Kubernetes cluster of the same name: not ours',
      factsOf({ observed: seen(group()), tags: found(twins) }),
      'stuck NotOurs',
    ],
    [
      'until larder.dev/take-over names its uid',
      factsOf({
        object: objectOf({ annotations: { [annotation.takeOver]: 'kube-2' } }),
        observed: seen(group()),
        tags: found(twins),
      }),
      'act SetTags',
    ],
    [
      'another uid than the one in the tags takes nothing over',
      factsOf({
        object: objectOf({ annotations: { [annotation.takeOver]: 'kube-3' } }),
        observed: seen(group()),
        tags: found(twins),
      }),
      'stuck NotOurs',
    ],
    [
      'a cache that others own is not taken over by any annotation',
      factsOf({
        object: objectOf({ annotations: { [annotation.takeOver]: 'kube-1' }, spec: specOf({ adopt: { id } }) }),
        observed: seen(group()),
        tags: found(others),
      }),
      'stuck NotOurs',
    ],
    [
      'no owner tags, and spec.adopt.id names it: taken over',
      factsOf({ object: spec({ adopt: { id } }, {}), observed: seen(group()), tags: found({ team: 'a' }) }),
      'act SetTags',
    ],
    ...Object.keys(ours).map(
      (key): Row => [
        `the tag ${key} is lost: put right, not let go`,
        withSecrets(factsOf({ object: known1, observed: seen(group()), tags: found(without(ours, key)) })),
        'act SetTags',
      ],
    ),
    [
      'a lost uid tag, and nothing on record: taken over like that of a former owner',
      factsOf({ observed: seen(group()), tags: found(without(ours, 'larder.dev/uid')) }),
      'act SetTags',
    ],
    [
      'a lost cluster-uid tag and another uid: only a person can tell',
      factsOf({ observed: seen(group()), tags: found(without(former, 'larder.dev/cluster-uid')) }),
      'stuck NotOurs',
    ],
    [
      'another --cluster-name: the cache on record is left alone',
      factsOf({ object: { ...known1, cluster: 'test' }, observed: absent }),
      'stuck IdentityChanged',
    ],
    [
      'another --cluster-name, before the target was on record: told by the id',
      factsOf({ object: { ...objectOf({ status: { id } }), cluster: 'test' }, observed: absent }),
      'stuck IdentityChanged',
    ],
    [
      "the same one, before the target was on record, of an id that was shortened so as not to look like a node's",
      { ...factsOf({ object: objectOf({ name: 'web-001', status: { id: 'prod-shop-web-001-1a2b3c4d' } }) }) },
      'act CreateGroup',
    ],
    [
      'another --region: the cache on record is left alone',
      factsOf({ object: { ...known1, region: 'eu-west-1' }, observed: absent }),
      'stuck IdentityChanged',
    ],
    [
      'another --region, before the target was on record: told by the ARN',
      factsOf({ object: { ...objectOf({ status: { id, arn } }), region: 'eu-west-1' } }),
      'stuck IdentityChanged',
    ],
    [
      'another identity wins over everything, also over a look that was not made',
      factsOf({ object: { ...known1, cluster: 'test' }, observed: { is: 'unknown' }, failure }),
      'stuck IdentityChanged',
    ],
    [
      'an adopted id has nothing to do with the name of the cluster',
      factsOf({
        object: spec({ adopt: { id } }, { id, target: known.target }),
        observed: seen(group()),
        tags: found(ours),
      }),
      'act WriteSecrets',
    ],
    [
      'another cluster uid alone: whose it is must be read',
      factsOf({ object: { ...known1, clusterUID: 'kube-2' }, observed: seen(group()), tags: found(ours) }),
      'stuck NotOurs',
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
      factsOf({
        object: objectOf({ status: { id, target: known.target, tags: { hash: 'x', keys: [] } } }),
        observed: seen(creating),
      }),
      'wait Creating',
    ],
    [
      "a parameter group of our name that is another cluster's: stuck",
      factsOf({
        object: spec(wanting),
        observed: seen(group()),
        parameters: found(parametersOf()),
        parametersTags: found({ ...clusterTags(owner), 'larder.dev/cluster-uid': 'kube-2' }),
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
        observed: seen(group(guarded)),
        token: absent,
      }),
      'act StoreToken',
    ],
    [
      'a Secret of somebody else in the place of the token: never used, and nothing is made in AWS',
      factsOf({ object: spec(token, {}), token: absent, secrets: { ...noSecrets, token: taken } }),
      'stuck SecretTaken',
    ],
    [
      'the same beside a cache that stands',
      factsOf({
        object: spec(token),
        observed: seen(group({ inTransit: 'Required' })),
        token: absent,
        secrets: { ...noSecrets, token: taken },
      }),
      'stuck SecretTaken',
    ],
    [
      'the token of a former object is not used: wait until Kubernetes has collected it',
      factsOf({ object: spec(token, {}), token: absent, secrets: { ...noSecrets, token: { is: 'former' } } }),
      'wait WaitingForSecret',
    ],
    [
      'a Secret of somebody else: told before anything is made in AWS',
      factsOf({ secrets: { ...noSecrets, env: taken } }),
      'stuck SecretTaken',
    ],
    [
      'before a parameter group is made, too',
      factsOf({ object: spec(wanting, {}), parameters: absent, secrets: { ...noSecrets, binding: taken } }),
      'stuck SecretTaken',
    ],
    [
      'two CacheClusters on one Secret name: the younger makes nothing',
      factsOf({ secrets: { ...noSecrets, rival: { name: 'older', secret: 'sessions' } } }),
      'stuck SecretTaken',
    ],
    [
      'a name that is taken later leaves the whole pair alone: half of one would tell two ways',
      factsOf({ ...asAsked, secrets: { ...asAsked.secrets, binding: taken, env: absent } }),
      'stuck SecretTaken',
    ],
    [
      'nor does it hold up AWS',
      factsOf({ ...asAsked, object: spec(larger), secrets: { ...asAsked.secrets, binding: taken } }),
      'act ModifyGroup',
    ],
    [
      'and is said at the end',
      factsOf({ ...asAsked, secrets: { ...asAsked.secrets, binding: taken } }),
      'stuck SecretTaken',
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
      factsOf({
        object: spec(wanting, {}),
        parameters: found(parametersOf()),
        parametersTags: found(clusterTags(owner)),
      }),
      'act SetParameters',
    ],
    [
      'the parameter group stands: the cache',
      factsOf({
        object: spec(wanting, {}),
        parameters: found(parametersOf({ timeout: '20' })),
        parametersTags: found(clusterTags(owner)),
      }),
      'act CreateGroup',
    ],
    [
      'a group of those values that others made already: used as it is',
      factsOf({
        object: spec(wanting, {}),
        parameters: found(parametersOf({ timeout: '20' }, { name: mine })),
        parametersTags: found(clusterTags(owner)),
      }),
      'act CreateGroup',
    ],
    ['moving: wait', withSecrets(factsOf({ object: known1, observed: seen(moving) })), 'wait Modifying'],
    [
      'moving wins over a fixed field',
      withSecrets(factsOf({ object: spec({ network: { port: 7000 } }), observed: seen(moving) })),
      'wait Modifying',
    ],
    [
      'a snapshot is taken, and there is nothing to do: as asked meanwhile',
      withSecrets(factsOf({ object: known1, observed: seen(group({ state: 'moving', status: 'snapshotting' })) })),
      'settled InSync',
    ],
    [
      'a snapshot is taken, and there is something to do: wait',
      withSecrets(
        factsOf({ object: spec(larger), observed: seen(group({ state: 'moving', status: 'snapshotting' })) }),
      ),
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
          object: spec({ nodes: { type: 'cache.t4g.small', clusterMode: 'Disabled' } }),
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
      withSecrets(factsOf({ object: spec(larger), observed: seen(group()), repeats: repeated(1, 29_999) })),
      'wait WaitingForAWS',
    ],
    [
      'accepted a while ago and still not so: once more',
      withSecrets(factsOf({ object: spec(larger), observed: seen(group()), repeats: repeated(1, 30_000) })),
      'act ModifyGroup',
    ],
    [
      'created a moment ago and not listed yet: wait',
      factsOf({ repeats: [{ hash: stepHash(nextOf(factsOf())), times: 1, sinceMs: 1000 }] }),
      'wait WaitingForAWS',
    ],
    [
      'created three times and never listed: the id is taken by something else',
      factsOf({ repeats: [{ hash: stepHash(nextOf(factsOf())), times: 3, sinceMs: 1000 }] }),
      'stuck NotOurs',
    ],
    [
      'gone a moment after our own write: not lost yet',
      factsOf({ object: known1, live: absent, sinceWriteMs: 1000 }),
      'wait WaitingForAWS',
    ],
    [
      'the same step three times to no effect: stuck',
      withSecrets(factsOf({ object: spec(larger), observed: seen(group()), repeats: repeated(3, 1000) })),
      'stuck EndlessDifference',
    ],
    [
      'values of a parameter group that are set back again and again, before the cache is made',
      factsOf({ ...unset, repeats: [{ hash: stepHash(nextOf(unset)), times: 3, sinceMs: 1000 }] }),
      'stuck EndlessDifference',
    ],
    [
      'repeated often, and nothing differs any more: settled',
      withSecrets(factsOf({ object: known1, observed: seen(group()), repeats: repeated(9, 0) })),
      'settled InSync',
    ],
    [
      'refused for good a moment ago: no call',
      withSecrets(factsOf({ object: spec(larger), observed: seen(group()), refused: refused(larger, 1000) })),
      'stuck InvalidSpec',
    ],
    [
      'another wish than the refused one: asked at once',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.r7g.large' } }),
          observed: seen(group()),
          refused: refused(larger, 1000),
        }),
      ),
      'act ModifyGroup',
    ],
    [
      'a Secret write that Kubernetes refuses does not hold up AWS',
      factsOf({ object: spec(larger), observed: seen(group()), refused: kubernetesRefused }),
      'act ModifyGroup',
    ],
    [
      'and is said when nothing else is to do',
      factsOf({ object: known1, observed: seen(group()), refused: kubernetesRefused }),
      'stuck KubernetesRefused',
    ],
    [
      'and is tried again after a minute',
      factsOf({ object: known1, observed: seen(group()), refused: { ...kubernetesRefused, sinceMs: 60_000 } }),
      'act WriteSecrets',
    ],
    [
      'AWS can not be polled: why is told to whoever waits',
      factsOf({ observed: { is: 'unknown' }, poll: { blindMs: 1000, failure: denied } }),
      'blocked AccessDenied',
    ],
    [
      'the picture is older than five minutes: not known any more, and why',
      factsOf({ ...asAsked, poll: { blindMs: 300_000, failure: denied } }),
      'blind AccessDenied',
    ],
    [
      'just before that it counts',
      factsOf({ ...asAsked, poll: { blindMs: 299_999, failure: denied } }),
      'settled InSync',
    ],
    [
      'old, and no poll has failed: it counts',
      factsOf({ ...asAsked, poll: { blindMs: 900_000, failure: undefined } }),
      'settled InSync',
    ],
    [
      'one replica failed: changes go on, a change of number may be the cure',
      withSecrets(
        factsOf({ object: spec({ nodes: { type: 'cache.t4g.small', replicasPerShard: 0 } }), observed: seen(limping) }),
      ),
      'act SetReplicas',
    ],
    [
      'one replica failed, and nothing is to do: said as what it is',
      withSecrets(factsOf({ object: known1, observed: seen(limping) })),
      'stuck MemberFailed',
    ],
    [
      'parameters that wait for a reboot wait for approval',
      withSecrets(factsOf({ object: known1, observed: seen(pendingReboot) })),
      'stuck RebootPending',
    ],
    [
      'zones elsewhere are told',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.t4g.small', zones: ['us-east-1b'] } }),
          observed: seen(group()),
        }),
      ),
      'stuck ImmutableField',
    ],
    [
      'zones as asked',
      withSecrets(
        factsOf({
          object: spec({ nodes: { type: 'cache.t4g.small', zones: ['us-east-1a'] } }),
          observed: seen(group()),
        }),
      ),
      'settled InSync',
    ],
    [
      'values come before the cache that uses them',
      withSecrets(
        factsOf({
          object: spec({ ...wanting, nodes: { type: 'cache.m7g.large' } }, memory),
          observed: seen(group({ parameterGroupName: mine })),
          parameters: found(parametersOf({}, { name: mine })),
          parametersTags: found(clusterTags(owner)),
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
      'a former group of ours that nobody uses goes',
      withSecrets(
        factsOf({
          object: spec({ parameterGroupName: 'theirs' }, memory),
          observed: seen(group({ parameterGroupName: 'theirs' })),
          leftover: { name: mine, is: 'ours' },
        }),
      ),
      'act DeleteParameterGroup',
    ],
    [
      'one that is not ours by its tags stays',
      withSecrets(
        factsOf({
          object: spec({ parameterGroupName: 'theirs' }, memory),
          observed: seen(group({ parameterGroupName: 'theirs' })),
          leftover: { name: mine, is: 'others' },
        }),
      ),
      'settled InSync',
    ],
    [
      'one whose tags could not be read stays for now',
      withSecrets(
        factsOf({
          object: spec({ parameterGroupName: 'theirs' }, memory),
          observed: seen(group({ parameterGroupName: 'theirs' })),
          leftover: { name: mine, is: 'unread' },
        }),
      ),
      'settled InSync',
    ],
    [
      'a former group stays as long as the cache uses it',
      withSecrets(
        factsOf({
          object: spec({ parameterGroupName: 'theirs' }, memory),
          observed: seen(group({ parameterGroupName: mine })),
          leftover: { name: mine, is: 'ours' },
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
      /kubectl annotate cachecluster sessions -n shop --overwrite larder.dev\/recreate=[0-9a-f]{12}$/,
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
      withSecrets(factsOf({ object: spec(larger), observed: seen(group()), repeats: repeated(5, 0) })),
      /spec\.nodes\.type from cache\.t4g\.small to cache\.m7g\.large: AWS accepted it 5 times and AWS still has cache\.t4g\.small/,
    ],
    [
      'another cluster name tells both, and what to do',
      factsOf({ object: { ...known1, cluster: 'test' } }),
      /^prod-shop-sessions is left alone: this operator runs with --cluster-name test where it was prod\. Set it back/,
    ],
    [
      'another region too',
      factsOf({ object: { ...known1, region: 'eu-west-1' } }),
      /--region eu-west-1 where the cache is in us-east-1/,
    ],
    [
      'a twin cluster: the uid, ready to paste, and the other way out',
      factsOf({ observed: seen(group()), tags: found(twins) }),
      /larder\.dev\/take-over=kube-2; if it lives, give each cluster its own --cluster-name/,
    ],
    [
      'without owner tags: how to take it over',
      factsOf({ observed: seen(group()), tags: found({}) }),
      /set spec\.adopt\.id to prod-shop-sessions/,
    ],
    [
      'a policy that is missing: the names there are',
      factsOf({ object: spec(withPolicy, {}), policy: absent, policyNames: ['web', 'shop'] }),
      /there are: web, shop\. Create it, or correct the name/,
    ],
    [
      'a token that is missing: the command',
      factsOf({ object: spec(referenced, {}), token: absent }),
      /kubectl create secret generic mine -n shop --from-literal=token=/,
    ],
    [
      'a failed replica: which, and how many serve',
      withSecrets(factsOf({ object: known1, observed: seen(limping) })),
      /incompatible-network of the node prod-shop-sessions-002; 1 of 2 nodes serve/,
    ],
    [
      'held back: how many steps, and the first',
      withSecrets(factsOf({ object: spec({ suspend: true, ...larger }), observed: seen(group()) })),
      /^spec\.suspend is true: 1 step is held back, first changing prod-shop-sessions: spec\.nodes\.type/,
    ],
    [
      'a version that was lowered is told',
      withSecrets(factsOf({ object: spec({ engineVersion: '7.0' }), observed: seen(group()) })),
      /it runs 7\.1\.0, newer than spec\.engineVersion 7\.0, and AWS can't go back/,
    ],
    [
      'a token that was taken back and is still let in is told',
      withSecrets(
        factsOf({
          object: spec(token, { ...known, authToken: { version: '1', seen: '1', phase: 'Settled', withdrawn: true } }),
          observed: seen(group(guarded)),
          token: present('1'),
        }),
      ),
      /a token that was taken back is still let in, so the next rotation replaces the one in use at once/,
    ],
    [
      'AWS is not seen: since when',
      factsOf({
        object: objectOf({ status: { ...known, lastCheckedTime: '2026-03-01T11:50:00Z' } }),
        observed: seen(group()),
        poll: { blindMs: 600_000, failure: denied },
      }),
      /AWS can't be polled: not allowed to describe\. Not looked at since 2026-03-01T11:50:00Z/,
    ],
    [
      'what the policy asks for is not blamed on the spec',
      factsOf({
        object: spec({ ...withPolicy, engineVersion: '7.1', suspend: true }, {}),
        policy: evicting,
        parameters: absent,
      }),
      /creating the parameter group larder-prod-redis7-[0-9a-f]{12}: spec\.eviction of the CachePolicy catalog$/,
    ],
  ]
  for (const [sentence, facts, message] of rows) {
    it(sentence, () => assert.match(messageOf(facts), message))
  }
  it("a create names the cache, carries the owner tags and the user's, and never the token", () => {
    const facts = factsOf({
      object: spec({ ...token, tags: { team: 'a' } }, {}),
      token: present('u/7'),
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
    assert.deepEqual(plan.is === 'wait' && plan.later?.map(({ action }) => action.do), ['ModifyGroup'])
  })
  it('planAll tells every opinion and every step, for whoever plans without acting', () => {
    const facts = withSecrets(
      factsOf({ object: spec({ ...larger, ...withPolicy }), policy: absent, observed: seen(group()) }),
    )
    const { opinions, steps } = planAll(facts)
    assert.deepEqual(opinions.map(inShort), ['act ModifyGroup', 'wait WaitingForPolicy'])
    assert.deepEqual(
      steps.map(({ action }) => action.do),
      ['ModifyGroup'],
    )
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

describe('changes that workloads must follow', () => {
  const day = 24 * hourMs
  const tls = (inTransit: string) => ({ encryption: { inTransit } })
  const preferred = group({ inTransit: 'Preferred' })
  const at = (facts: CacheFacts, sinceMs: number, more: Partial<CacheFacts> = {}) =>
    factsOf({ ...publishedSince(facts, isoAt(-sinceMs)), ...more })
  const secondHop = (sinceMs: number, changes: object = {}) =>
    at(factsOf({ object: spec({ ...tls('Required'), ...changes }), observed: seen(preferred) }), sinceMs)
  const overlap = (sinceMs: number) =>
    at(
      factsOf({
        object: spec(token, { ...known, authToken: { version: '2', seen: '2', phase: 'Overlap' } }),
        observed: seen(group(guarded)),
        token: present('2'),
      }),
      sinceMs,
    )
  const approved = (facts: CacheFacts, hash = shownPlan(planCacheCluster(facts))?.hash ?? '') =>
    factsOf({ ...facts, object: { ...facts.object, annotations: { [annotation.approve]: hash } } })
  const renamed = (sinceMs: number) => {
    const facts = at(factsOf({ object: spec({ connection: { secretName: 'web' } }), observed: seen(group()) }), sinceMs)
    return factsOf({ ...facts, secrets: { ...facts.secrets, former: ['sessions', 'sessions-env'] } })
  }
  const sharding = { nodes: { type: 'cache.t4g.small', replicasPerShard: 1, clusterMode: 'Enabled' } }
  const compatible = group({
    clusterMode: 'Compatible',
    replicasPerShard: 1,
    automaticFailover: true,
    parameterGroupName: 'default.redis7.cluster.on',
    configuration: { host: 'cfg', port: 6379 },
  })
  const modeHop = (sinceMs: number) => at(factsOf({ object: spec(sharding), observed: seen(compatible) }), sinceMs)
  const rows: readonly Row[] = [
    ['the second hop of TLS is held until workloads had time', secondHop(day - 1000), 'wait WaitingForConsumers'],
    ['and goes when they had it', secondHop(day), 'act ModifyGroup'],
    [
      'the overlap is as long as the spec says',
      secondHop(hourMs, { maintenance: { overlap: '1h' } }),
      'act ModifyGroup',
    ],
    ['and no shorter', secondHop(hourMs - 1000, { maintenance: { overlap: '1h' } }), 'wait WaitingForConsumers'],
    [
      'TLS off: the Secrets say plain at Preferred first',
      factsOf({
        ...withSecrets(factsOf({ object: known1, observed: seen(preferred) })),
        object: spec(tls('Disabled')),
      }),
      'act WriteSecrets',
    ],
    [
      'Disabled follows after the overlap',
      at(factsOf({ object: spec(tls('Disabled')), observed: seen(preferred) }), day),
      'act ModifyGroup',
    ],
    [
      'and not before',
      at(factsOf({ object: spec(tls('Disabled')), observed: seen(preferred) }), day - 1000),
      'wait WaitingForConsumers',
    ],
    ['SET waits for the overlap, and the cache is as asked meanwhile', overlap(day - 1000), 'settled InSync'],
    ['SET after the overlap', overlap(day), 'act SetToken'],
    ['approve ends the wait', approved(overlap(1000)), 'act SetToken'],
    ['approve of another plan does not', approved(overlap(1000), '0123456789abcdef'), 'settled InSync'],
    ['approve ends the wait for TLS too', approved(secondHop(1000)), 'act ModifyGroup'],
    ['cluster mode: Enabled waits in Compatible', modeHop(day - 1000), 'wait WaitingForConsumers'],
    ['cluster mode: Enabled after the overlap', modeHop(day), 'act ModifyGroup'],
    ['the former pair leaves after the overlap', renamed(day), 'act DeleteSecrets'],
    ['and stays until then, with the cache as asked', renamed(day - 1000), 'settled InSync'],
    [
      'never published as it is now: the overlap begins now',
      at(secondHop(0), 3 * day, {
        object: spec(tls('Required'), { ...known, published: { way: 'x', since: isoAt(-3 * day), names: [] } }),
      }),
      'wait WaitingForConsumers',
    ],
    [
      'what waits for workloads is no reason to be blind to the rest',
      factsOf({ ...overlap(1000), failure }),
      'blocked Throttled',
    ],
    [
      'a missing policy is said while something waits for workloads',
      (() => {
        const facts = secondHop(1000)
        return factsOf({
          ...facts,
          object: { ...facts.object, spec: specOf({ ...tls('Required'), ...withPolicy }) },
          policy: absent,
        })
      })(),
      'wait WaitingForPolicy',
    ],
    [
      'another change does not wait behind the token',
      (() => {
        const facts = overlap(1000)
        return factsOf({ ...facts, object: { ...facts.object, spec: specOf({ ...token, ...larger }) } })
      })(),
      'act ModifyGroup',
    ],
    [
      'suspended: what waits for workloads is still shown',
      (() => {
        const facts = overlap(1000)
        return factsOf({ ...facts, object: { ...facts.object, spec: specOf({ ...token, suspend: true }) } })
      })(),
      'settled Suspended',
    ],
  ]
  for (const [sentence, facts, plan] of rows) {
    it(sentence, () => assert.equal(inShort(planCacheCluster(facts)), plan))
  }
  it('the hash to approve is the one that status shows and the message names, and the same at any time', () => {
    for (const held of [overlap(1000), secondHop(1000), modeHop(1000), renamed(1000)]) {
      const plan = planCacheCluster(held)
      const hash = shownPlan(plan)?.hash ?? ''
      assert.match('message' in plan ? plan.message : '', new RegExp(`larder.dev/approve=${hash}$`))
      const later = factsOf({ ...held, nowMs: nowMs + hourMs })
      assert.equal(shownPlan(planCacheCluster(later))?.hash, hash)
      assert.equal(planCacheCluster(approved(held, hash)).is, 'act')
    }
  })
  it('until when is shown, and that is when it wakes', () => {
    const plan = planCacheCluster(overlap(hourMs))
    assert.ok(plan.is === 'settled')
    assert.equal(shownPlan(plan)?.actions[0]?.notBefore, isoAt(day - hourMs))
    assert.equal(plan.wakeMs, day - hourMs)
  })
  it('one approval reboots all nodes that wait for it, one after the other', () => {
    const facts = withSecrets(factsOf({ object: known1, observed: seen(pendingReboot) }))
    const plan = planCacheCluster(facts)
    const hash = shownPlan(plan)?.hash ?? ''
    assert.match('message' in plan ? plan.message : '', new RegExp(`larder.dev/approve=${hash}$`))
    assert.deepEqual(
      shownPlan(plan)?.actions.map(({ do: name, when, disruption }) => [name, when, disruption]),
      [
        ['RebootNodes', 'OnApproval', 'Restart'],
        ['RebootNodes', 'OnApproval', 'Restart'],
      ],
    )
    const first = nextOf(approved(facts, hash))
    assert.ok(first.action.do === 'RebootNodes' && first.action.clusterId === `${id}-002`)
    const half = {
      ...pendingReboot,
      members: [member({ parametersInSync: false }), member({ id: `${id}-002`, role: 'replica' })],
    } as const
    const second = nextOf(approved(factsOf({ ...facts, observed: seen(half) }), hash))
    assert.ok(second.action.do === 'RebootNodes' && second.action.clusterId === `${id}-001`)
    const next = factsOf({
      ...facts,
      object: { ...facts.object, status: { ...facts.object.status, rebootPendingSince: '2026-12-24T00:00:00Z' } },
    })
    assert.equal(inShort(planCacheCluster(approved(next, hash))), 'stuck RebootPending')
  })
  it('a token call that status does not hold is not announced, also where its plan was shown before', () => {
    const due = overlap(day)
    const plan = planCacheCluster(due)
    assert.ok(plan.is === 'act')
    const shown = { ...due.object.status, plan: shownPlan(plan) } as CacheFacts['object']['status']
    assert.equal(isAnnounced(factsOf({ ...due, object: { ...due.object, status: shown } }), plan), false)
    const recorded = { ...shown, authTokenCall: { call: 'SetToken 2' } }
    assert.equal(isAnnounced(factsOf({ ...due, object: { ...due.object, status: recorded } }), plan), true)
    assert.equal(isAnnounced(due, plan), false)
  })
})
