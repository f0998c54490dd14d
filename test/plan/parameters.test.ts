import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type CacheFacts, unread } from '../../src/plan/cache-cluster/facts.ts'
import { intentOf, knownOurs, lossOf, recordedIdOf, whose } from '../../src/plan/cache-cluster/intent.ts'
import {
  contentName,
  isContentName,
  newParameterGroupSteps,
  parameterSteps,
  unsettable,
  wantedParameters,
} from '../../src/plan/cache-cluster/parameters.ts'
import {
  factsOf,
  former,
  found,
  group,
  id,
  known,
  memcachedSpec,
  objectOf,
  others,
  ours,
  owner,
  parametersOf,
  policyOf,
  seen,
  specOf,
  twins,
  without,
} from './facts.ts'

const evicting = policyOf({ eviction: { policy: 'allkeys-lru', reservedMemoryPercent: 30 } })
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 'x']))

describe('engine parameters that are asked for', () => {
  const rows = [
    ['the spec asks', specOf({ parameters: { timeout: '20' } }), undefined, { timeout: '20' }],
    ['the policy asks', specOf(), evicting, { 'maxmemory-policy': 'allkeys-lru', 'reserved-memory-percent': '30' }],
    ['{} asks for the defaults', specOf({ parameters: {} }), undefined, {}],
    [
      'half an eviction asks for half',
      specOf(),
      policyOf({ eviction: { policy: 'noeviction' } }),
      { 'maxmemory-policy': 'noeviction' },
    ],
    [
      'zero percent is asked for too',
      specOf(),
      policyOf({ eviction: { reservedMemoryPercent: 0 } }),
      { 'reserved-memory-percent': '0' },
    ],
    [
      'both ask, and agree',
      specOf({ parameters: { 'maxmemory-policy': 'allkeys-lru', timeout: '20' } }),
      evicting,
      { 'maxmemory-policy': 'allkeys-lru', 'reserved-memory-percent': '30', timeout: '20' },
    ],
    [
      'memcached knows no eviction',
      memcachedSpec({ parameters: { max_item_size: '10' } }),
      evicting,
      { max_item_size: '10' },
    ],
  ] as const
  for (const [sentence, spec, policy, values] of rows) {
    it(sentence, () => assert.deepEqual(wantedParameters(spec, policy), { is: 'values', values }))
  }
  it('nobody asks: as it is', () => {
    assert.deepEqual(wantedParameters(specOf(), undefined), { is: 'asIs' })
    assert.deepEqual(wantedParameters(specOf(), policyOf()), { is: 'asIs' })
    assert.deepEqual(wantedParameters(memcachedSpec(), evicting), { is: 'asIs' })
  })
  it('both ask for something else: refused, with both values', () => {
    const refused = wantedParameters(specOf({ parameters: { 'maxmemory-policy': 'noeviction' } }), evicting)
    assert.ok(refused.is === 'refused')
    assert.match(refused.message, /maxmemory-policy is noeviction.*asks for allkeys-lru/)
  })
  it('eviction and a parameter group that is never changed: refused', () => {
    const refused = wantedParameters(specOf({ parameterGroupName: 'theirs' }), evicting)
    assert.ok(refused.is === 'refused')
    assert.match(refused.message, /theirs is never changed/)
  })
  it("a parameter group of the user's and a policy without eviction go together", () => {
    assert.equal(wantedParameters(specOf({ parameterGroupName: 'theirs' }), policyOf()).is, 'asIs')
    assert.equal(wantedParameters(memcachedSpec({ parameterGroupName: 'theirs' }), evicting).is, 'asIs')
  })
})

describe('the calls that bring a parameter group there', () => {
  const rows = [
    ['nothing asked, nothing set', {}, {}, []],
    ['a value is set', { timeout: '20' }, {}, [{ do: 'SetParameters', name: 'g', values: { timeout: '20' } }]],
    ['a value that stands is left', { timeout: '20' }, { timeout: '20' }, []],
    ['a value that is the default needs no call', { timeout: '0' }, {}, []],
    [
      'a default that somebody changed is set back',
      { timeout: '0' },
      { timeout: '5' },
      [{ do: 'SetParameters', name: 'g', values: { timeout: '0' } }],
    ],
    [
      'what nobody asks for any more is reset',
      {},
      { timeout: '20' },
      [{ do: 'ResetParameters', name: 'g', names: ['timeout'] }],
    ],
    [
      'setting comes before resetting',
      { timeout: '20' },
      { 'maxmemory-policy': 'noeviction' },
      [
        { do: 'SetParameters', name: 'g', values: { timeout: '20' } },
        { do: 'ResetParameters', name: 'g', names: ['maxmemory-policy'] },
      ],
    ],
    [
      'an empty value is a value',
      { 'notify-keyspace-events': '' },
      { 'notify-keyspace-events': 'Ex' },
      [{ do: 'SetParameters', name: 'g', values: { 'notify-keyspace-events': '' } }],
    ],
  ] as const
  for (const [sentence, wanted, values, steps] of rows) {
    it(sentence, () => assert.deepEqual(parameterSteps(wanted, parametersOf(values, { name: 'g' })), steps))
  }
  it('at most 20 values a call, to set and to reset, none lost', () => {
    const sizes = (wanted: Record<string, string>, values: Record<string, string>) =>
      parameterSteps(wanted, parametersOf(values)).map((step) =>
        step.do === 'SetParameters'
          ? Object.keys(step.values).length
          : step.do === 'ResetParameters'
            ? step.names.length
            : 0,
      )
    assert.deepEqual(sizes(many(20), {}), [20])
    assert.deepEqual(sizes(many(41), {}), [20, 20, 1])
    assert.deepEqual(sizes({}, many(21)), [20, 1])
    const set = parameterSteps(many(41), parametersOf()).flatMap((step) =>
      step.do === 'SetParameters' ? [step.values] : [],
    )
    assert.deepEqual(Object.assign({}, ...set), many(41))
  })
  it('a new group is made with its tags, then given its values', () => {
    const steps = newParameterGroupSteps('g', 'redis7', many(21), { a: 'b' })
    assert.deepEqual(
      steps.map((step) => step.do),
      ['CreateParameterGroup', 'SetParameters', 'SetParameters'],
    )
    assert.deepEqual(steps[0], {
      do: 'CreateParameterGroup',
      name: 'g',
      family: 'redis7',
      description: 'Made by Larder, shared by caches that want these values',
      tags: { a: 'b' },
    })
  })
  it('a name that the family does not let one set is told, unless it has that value anyway', () => {
    assert.deepEqual(unsettable({ timeout: '1', maxclients: '9' }, parametersOf()), ['maxclients'])
    assert.deepEqual(unsettable({ maxclients: '9' }, parametersOf({ maxclients: '9' })), [])
    assert.deepEqual(unsettable({ maxclients: '9' }, parametersOf({ maxclients: '8' })), ['maxclients'])
  })
})

describe('the parameter group that is wanted', () => {
  const spec = (changes: object) => objectOf({ spec: specOf(changes) })
  const asking = { parameters: { timeout: '20' } }
  const clustered = { nodes: { type: 'cache.t4g.small', clusterMode: 'Enabled' } }
  const values = { timeout: '20' }
  const whole = { ...values, 'cluster-enabled': 'yes' }
  const own = (family: string, holds: Record<string, string>, cluster = owner.cluster) =>
    ({ is: 'own', name: contentName(cluster, family, holds), family, values: holds }) as const
  const asIs = { is: 'asIs' } as const
  const named = (name: string) => ({ is: 'named', name }) as const
  const mine = contentName(owner.cluster, 'redis7', values)
  const groupOf = (changes: Partial<CacheFacts>) => intentOf(factsOf(changes)).group
  const rows: readonly (readonly [string, Partial<CacheFacts>, unknown])[] = [
    ['nothing is asked for: as it is', { object: spec({ engineVersion: '7.1' }) }, asIs],
    [
      'cluster mode alone asks for none: AWS has a group for that',
      { object: spec({ engineVersion: '7.1', ...clustered }) },
      asIs,
    ],
    ['named for family and values', { object: spec({ engineVersion: '7.1', ...asking }) }, own('redis7', values)],
    [
      'a dot is not allowed in the name',
      { object: spec({ engineVersion: '6.2', ...asking }) },
      own('redis6.x', values),
    ],
    [
      'in cluster mode that is one of its values',
      { object: spec({ engineVersion: '7.1', ...asking, ...clustered }) },
      own('redis7', whole),
    ],
    [
      'of the version that runs where none is named',
      { object: spec(asking), observed: seen(group({ engineVersion: '7.0.7' })) },
      own('redis7', values),
    ],
    [
      'of the version that AWS would take where nothing runs',
      { object: spec(asking), defaultFamily: 'redis7' },
      own('redis7', values),
    ],
    ['unknown while no version is', { object: spec(asking) }, { is: 'familyMissing' }],
    [
      'of the version that runs where that is newer than asked',
      { object: spec({ ...asking, engineVersion: '6.2' }), observed: seen(group()) },
      own('redis7', values),
    ],
    [
      'of the version asked for where an older one runs',
      { object: spec({ ...asking, engineVersion: '7.1' }), observed: seen(group({ engineVersion: '6.2.6' })) },
      own('redis7', values),
    ],
    [
      'of the engine asked for',
      { object: spec({ ...asking, engine: 'valkey', engineVersion: '8.0' }), observed: seen(group()) },
      own('valkey8', values),
    ],
    [
      'not for cluster mode before the upgrade that goes first',
      { object: spec({ ...asking, ...clustered, engine: 'valkey', engineVersion: '8.0' }), observed: seen(group()) },
      own('valkey8', values),
    ],
    [
      'for cluster mode when no upgrade is left',
      { object: spec({ ...asking, ...clustered }), observed: seen(group()) },
      own('redis7', whole),
    ],
    [
      'for the cluster mode that stands where the spec is silent',
      { object: spec(asking), observed: seen(group({ clusterMode: 'Enabled' })) },
      own('redis7', whole),
    ],
    ["one of the user's", { object: spec({ parameterGroupName: 'theirs' }), observed: seen(group()) }, named('theirs')],
    [
      'a line of YAML that was dropped changes nothing: what is attached stays',
      { object: spec({}), observed: seen(group({ parameterGroupName: mine })) },
      asIs,
    ],
    [
      'another family makes one of ours impossible: the default group of that family',
      { object: spec({ engine: 'valkey', engineVersion: '8.0' }), observed: seen(group({ parameterGroupName: mine })) },
      named('default.valkey8'),
    ],
    [
      'so does cluster mode',
      { object: spec(clustered), observed: seen(group({ parameterGroupName: mine })) },
      named('default.redis7.cluster.on'),
    ],
    [
      'but not one that somebody else made',
      { object: spec(clustered), observed: seen(group({ parameterGroupName: 'theirs' })) },
      asIs,
    ],
    [
      'parameters {} put the defaults back',
      { object: spec({ parameters: {} }), observed: seen(group({ parameterGroupName: mine })) },
      named('default.redis7'),
    ],
    [
      'parameters {} take nobody off a group that Larder did not make',
      { object: spec({ parameters: {} }), observed: seen(group({ parameterGroupName: 'theirs' })) },
      asIs,
    ],
    ['parameters {} ask for nothing at creation', { object: spec({ parameters: {}, engineVersion: '7.1' }) }, asIs],
  ]
  for (const [sentence, changes, wanted] of rows) {
    it(sentence, () => assert.deepEqual(groupOf(changes), wanted))
  }
  it('caches that want the same meet in one group, others never', () => {
    const name = (changes: object, more: Partial<CacheFacts['object']> = {}) => {
      const wanted = groupOf({ object: { ...spec({ engineVersion: '7.1', ...changes }), ...more } })
      return wanted.is === 'own' ? wanted.name : wanted.is
    }
    assert.equal(name(asking), name(asking, { name: 'carts', namespace: 'bank' }))
    assert.equal(name({ parameters: { a: '1', b: '2' } }), name({ parameters: { b: '2', a: '1' } }))
    assert.notEqual(name(asking), name({ parameters: { timeout: '30' } }))
    assert.notEqual(name(asking), name(asking, { cluster: 'test' }))
    assert.notEqual(name(asking), name({ ...asking, engineVersion: '6.2' }))
    assert.match(name(asking), /^larder-prod-redis7-[0-9a-f]{12}$/)
  })
  it('a name of ours is known as one of this Kubernetes cluster only', () => {
    assert.equal(isContentName(owner.cluster, mine), true)
    for (const name of ['default.redis7', 'larder-prod-mine', contentName('test', 'redis7', values), undefined]) {
      assert.equal(isContentName(owner.cluster, name), false, name)
    }
  })
  it('the policy counts as soon as it is found, and until then nothing is taken away', () => {
    const facts = { object: spec({ engineVersion: '7.1', policyRef: { name: 'p' } }), policy: found(evicting) }
    assert.equal(groupOf(facts).is, 'own')
    assert.deepEqual(groupOf({ ...facts, policy: unread }), asIs)
  })
})

describe('the id and the target', () => {
  it('what status has recorded wins, then what is adopted, then what is worked out', () => {
    const adopting = { spec: specOf({ adopt: { id: 'legacy' } }) }
    assert.equal(recordedIdOf(objectOf()), id)
    assert.equal(recordedIdOf(objectOf(adopting)), 'legacy')
    assert.equal(recordedIdOf(objectOf({ ...adopting, status: { id: 'old' } })), 'old')
  })
})

describe('whether a cache is known to be ours without its tags', () => {
  const rows = [
    ['id, ARN and creation time match', known, group(), true],
    ['nothing is known', {}, group(), false],
    ['another id', { ...known, id: 'x' }, group(), false],
    ['another ARN', { ...known, arn: 'x' }, group(), false],
    ['another creation time: it was made anew', { ...known, createdTime: 'x' }, group(), false],
    ['AWS had not told the creation time yet', { ...known, createdTime: undefined }, group(), true],
    [
      'our own create call carried the tags',
      { id, target: known.target, tags: { hash: 'x', keys: [] } },
      group(),
      true,
    ],
    [
      'status was written for another Kubernetes cluster, as in a restored backup',
      { ...known, target: { ...known.target, clusterUID: 'kube-2' } },
      group(),
      false,
    ],
    ['status tells no Kubernetes cluster', { ...known, target: undefined }, group(), false],
    ['only the id is known', { id }, group(), false],
  ] as const
  for (const [sentence, status, cache, yes] of rows) {
    it(sentence, () =>
      assert.equal(knownOurs(objectOf({ status: status as CacheFacts['object']['status'] }), cache), yes),
    )
  }
  it('lost tags leave it ours while ARN and creation time prove it; tags of others do not', () => {
    const mine = objectOf({ status: known })
    const tagless = objectOf()
    for (const key of Object.keys(ours)) {
      assert.equal(whose(mine, group(), without(ours, key)), 'ours', key)
      assert.equal(whose(mine, group(), { ...without(ours, key), team: 'a' }), 'ours', key)
    }
    assert.equal(whose(mine, group(), {}), 'ours')
    assert.equal(whose(tagless, group(), {}), 'nobody')
    assert.equal(whose(mine, group(), others), 'other')
    assert.equal(whose(mine, group(), twins), 'otherCluster')
    assert.equal(whose(mine, group(), former), 'former')
    assert.equal(whose(mine, group({ createdTime: 'x' }), without(ours, 'larder.dev/uid')), 'former')
  })
  it('a loss is named by what was lost', () => {
    const loss = (status: CacheFacts['object']['status']) => lossOf(objectOf({ status }))
    assert.match(loss(known), /^[0-9a-f]{12}$/)
    assert.notEqual(loss(known), loss({ ...known, createdTime: '2026-03-03T00:00:00Z' }))
    assert.equal(loss(known), loss({ ...known, observedGeneration: 9 }))
  })
})
