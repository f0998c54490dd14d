import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { annotation } from '../../src/crds/kind.ts'
import { claimedBy } from '../../src/plan/cache-cluster/claims.ts'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { intentOf } from '../../src/plan/cache-cluster/intent.ts'
import { planCacheCluster } from '../../src/plan/cache-cluster/plan.ts'
import { readsOf } from '../../src/plan/cache-cluster/reads.ts'
import { judgeCacheCluster } from '../../src/plan/cache-cluster/status.ts'
import { policyWarnings } from '../../src/plan/cache-policy/warnings.ts'
import { hashOf } from '../../src/plan/core/hash.ts'
import { wantedTags } from '../../src/plan/core/tags.ts'
import { isoOfMs } from '../../src/plan/core/time.ts'
import { shownPlan } from '../../src/plan/core/verdict.ts'
import { publishedWay } from '../../src/plan/secrets/steps.ts'
import {
  account,
  arn,
  factsOf,
  found,
  group,
  id,
  known,
  member,
  nowMs,
  objectOf,
  ours,
  owner,
  policyOf,
  present,
  region,
  seen,
  specOf,
} from './facts.ts'

const noUsers = () => []
const holding = (spec: object) =>
  factsOf({
    object: objectOf({
      spec: { ...(spec as ReturnType<typeof specOf>), encryption: { inTransit: 'Required' } },
      status: known,
    }),
    observed: seen(group({ inTransit: 'Preferred' })),
  })

const unreadSecrets: CacheFacts['secrets'] = {
  binding: { is: 'unread' },
  env: { is: 'unread' },
  token: { is: 'unread' },
  rival: undefined,
  former: [],
}

describe('fresh eyes: plan', () => {
  it('a status that a thief wrote does not make the cache of another Kubernetes cluster of this name, or of a person, his', () => {
    const thief = { ...owner, namespace: 'thief', name: 'mine', uid: 'uid-thief' }
    const spec = specOf({
      nodes: { type: 'cache.t4g.small', replicasPerShard: 0 },
      engineVersion: '7.1',
      encryption: { inTransit: 'Required' },
      auth: { mode: 'Token' },
    })
    // All of it can be guessed: his own status tells account, region, cluster and its uid; the id follows from names.
    const status = {
      id,
      target: { account, region, cluster: owner.cluster, clusterUID: owner.clusterUID },
      arn,
      tags: { hash: hashOf(wantedTags(thief, undefined)), keys: [] },
    }
    const facts = factsOf({
      object: objectOf({ ...thief, spec, status }),
      token: present('v1'),
      observed: seen(
        group({
          replicasPerShard: 1,
          authToken: true,
          inTransit: 'Required',
          members: [member(), member({ id: `${id}-002`, role: 'replica' })],
        }),
      ),
    })
    const plan = planCacheCluster(facts)
    const reads = readsOf(facts, intentOf(facts), false, noUsers)
    assert.ok(
      reads.tags === 'needed' || plan.is !== 'act',
      `tags: ${reads.tags}; ${plan.is === 'act' ? JSON.stringify([plan.next.action, ...plan.later.map((l) => l.action)]) : plan.is}`,
    )
  })

  it('a reboot that was approved is not carried out again when parameters change the next time', () => {
    const spec = specOf({ parameterGroupName: 'standing' })
    const facts = (inSync: boolean, status: object, annotations: Record<string, string> = {}) =>
      factsOf({
        object: objectOf({ spec, status: { ...known, ...status }, annotations }),
        tags: found(ours),
        observed: seen(
          group({
            parameterGroupName: 'standing',
            parametersInSync: inSync,
            members: [member(inSync ? {} : { parametersInSync: false })],
          }),
        ),
        // The pair stands or not: it is not what this is about.
        secrets: unreadSecrets,
      })
    const first = { rebootPendingSince: '2026-01-01T00:00:00Z' }
    const hash = shownPlan(planCacheCluster(facts(false, first)))?.hash ?? ''
    const approved = { [annotation.approve]: hash }
    const plan = planCacheCluster(facts(false, first, approved))
    assert.equal(plan.is === 'act' && plan.next.action.do, 'RebootNodes')
    // Rebooted and in sync. A month later the owner of `standing` changes a value in it.
    assert.equal(planCacheCluster(facts(true, {}, approved)).is, 'settled')
    assert.notEqual(planCacheCluster(facts(false, { rebootPendingSince: '2026-02-01T00:00:00Z' }, approved)).is, 'act')
  })

  it('nobody is told to approve a reboot in cluster mode, where AWS knows none', () => {
    const facts = factsOf({
      object: objectOf({
        spec: specOf({ parameterGroupName: 'standing', nodes: { type: 'cache.t4g.small', clusterMode: 'Enabled' } }),
        status: known,
      }),
      tags: found(ours),
      observed: seen(
        group({
          clusterMode: 'Enabled',
          configuration: { host: 'cfg', port: 6379 },
          automaticFailover: true,
          parameterGroupName: 'standing',
          parametersInSync: false,
          members: [member({ parametersInSync: false })],
        }),
      ),
      secrets: unreadSecrets,
    })
    const plan = planCacheCluster(facts)
    assert.ok(!('message' in plan && plan.message.includes(annotation.approve)), JSON.stringify(plan))
  })

  it('the cure for a cache without owner tags is one that the API server takes', () => {
    const facts = factsOf({ object: objectOf(), tags: found({}), observed: seen(group()) })
    const plan = planCacheCluster(facts)
    assert.ok('message' in plan)
    const immutable = JSON.stringify(cacheClusterSpec.meta()).includes("spec.adopt.id can't be changed after creation")
    assert.ok(!(immutable && /: set spec\.adopt\.id to/.test(plan.message)), plan.message)
  })

  it('warnings of a policy with ten thousand memcached users stay small', () => {
    const caches = Array.from({ length: 10_000 }, (_, n) => ({ name: `cache-${n}`, engine: 'memcached' as const }))
    const warnings = policyWarnings({
      nowIso: isoOfMs(nowMs),
      generation: 1,
      deleting: false,
      spec: policyOf({ eviction: { policy: 'allkeys-lru' } }),
      status: {},
      reconcileAt: undefined,
      caches,
    })
    assert.ok(JSON.stringify(warnings).length < 10_000, `${JSON.stringify(warnings).length} characters`)
  })

  it('while the Secrets cannot be written, the words do not change from look to look', () => {
    const spec = specOf({ encryption: { inTransit: 'Required' }, auth: { mode: 'Token' }, policyRef: { name: 'gone' } })
    const at = (afterMs: number) =>
      factsOf({
        nowMs: nowMs + afterMs,
        nowIso: isoOfMs(nowMs + afterMs),
        object: objectOf({
          spec,
          status: {
            ...known,
            authToken: { version: '2', seen: '2', phase: 'Overlap' },
            published: { way: 'old', since: isoOfMs(nowMs - 1000), token: '1', names: [] },
          },
        }),
        unreadyMs: 3_600_000,
        tags: found(ours),
        policy: { is: 'absent' },
        token: present('2'),
        observed: seen(group({ authToken: true, inTransit: 'Required' })),
        secrets: unreadSecrets,
      })
    const said = (afterMs: number) => {
      const { lastCheckedTime: _, ...rest } = judgeCacheCluster(at(afterMs), planCacheCluster(at(afterMs)), {
        is: 'nothing',
      })
      return JSON.stringify([rest.plan, rest.conditions?.map(({ lastTransitionTime: __, ...words }) => words)])
    }
    assert.equal(said(0), said(5000))
  })

  it('an overlap of any length that the schema takes gives times that the API server takes', () => {
    const spec = cacheClusterSpec.safeParse({
      engine: 'redis',
      nodes: { type: 'cache.t4g.small' },
      maintenance: { overlap: '99999999h' },
    })
    if (!spec.success) return
    const facts = factsOf({
      object: objectOf({
        spec: { ...spec.data, encryption: { inTransit: 'Required' } },
        status: {
          ...known,
          published: { way: publishedWay(holding(spec.data)) ?? '', since: isoOfMs(nowMs), names: [] },
        },
      }),
      tags: found(ours),
      observed: seen(group({ inTransit: 'Preferred' })),
      secrets: unreadSecrets,
    })
    const status = judgeCacheCluster(facts, planCacheCluster(facts), { is: 'nothing' })
    for (const { notBefore } of status.plan?.actions ?? [])
      assert.match(notBefore ?? '2026-01-01T00:00:00Z', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  it('a deletion that cannot read the tags of a parameter group does not wait for ever without a word of why', () => {
    const name = 'larder-prod-redis7-0123456789ab'
    const facts = factsOf({
      reconcilingMs: 3_600_000,
      unreadyMs: 3_600_000,
      object: objectOf({ deleting: true, status: { ...known, parameterGroup: { name, owned: true } } }),
      observed: { is: 'absent' },
      live: { is: 'absent' },
      leftover: { name, is: 'unread' },
    })
    assert.notEqual(planCacheCluster(facts).is, 'wait')
  })

  it("an id that another object makes by its name is that object's, whatever a status or spec.adopt says", () => {
    const victim = {
      metadata: {
        name: owner.name,
        namespace: owner.namespace,
        uid: owner.uid,
        creationTimestamp: '2026-02-01T00:00:00Z',
      },
      spec: specOf(),
      status: known,
    }
    const mine = {
      metadata: { name: 'mine', namespace: 'thief', uid: 'uid-thief', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: specOf(),
      status: known,
    }
    const thief = objectOf({ namespace: 'thief', name: 'mine', uid: 'uid-thief', status: known })
    assert.equal(claimedBy(thief, mine, [victim, mine]), 'shop/sessions')
    assert.equal(claimedBy(objectOf({ status: known }), victim, [victim, mine]), undefined)
    assert.equal(claimedBy(thief, mine, [{ ...victim, status: { id } }, mine]), undefined, 'only a proven one counts')
    const plan = planCacheCluster(factsOf({ object: thief, claimedBy: 'shop/sessions', observed: { is: 'unknown' } }))
    assert.equal('reason' in plan && plan.reason, 'NotOurs')
    const leaves = planCacheCluster(
      factsOf({ object: { ...thief, deleting: true }, claimedBy: 'shop/sessions', observed: seen(group()) }),
    )
    assert.equal(leaves.is, 'released')
  })
})
