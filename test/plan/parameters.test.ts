import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type CacheFacts, unread } from '../../src/plan/cache-cluster/facts.ts'
import { attachedOwnGroup, intentOf, knownOurs } from '../../src/plan/cache-cluster/intent.ts'
import {
  newParameterGroupSteps,
  parameterSteps,
  unsettable,
  wantedParameters,
} from '../../src/plan/cache-cluster/parameters.ts'
import {
  factsOf,
  found,
  group,
  id,
  known,
  memcachedSpec,
  objectOf,
  parametersOf,
  policyOf,
  seen,
  specOf,
} from './facts.ts'

const evicting = policyOf({ eviction: { policy: 'allkeys-lru', reservedMemoryPercent: 30 } })
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 'x']))

describe('engine parameters that are asked for', () => {
  const rows = [
    ['nothing is asked for', specOf(), undefined, {}],
    ['the spec asks', specOf({ parameters: { timeout: '20' } }), undefined, { timeout: '20' }],
    ['the policy asks', specOf(), evicting, { 'maxmemory-policy': 'allkeys-lru', 'reserved-memory-percent': '30' }],
    ['a policy without eviction asks for nothing', specOf(), policyOf(), {}],
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
    assert.equal(wantedParameters(specOf({ parameterGroupName: 'theirs' }), policyOf()).is, 'values')
    assert.equal(wantedParameters(memcachedSpec({ parameterGroupName: 'theirs' }), evicting).is, 'values')
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
      description: 'Owned by Larder',
      tags: { a: 'b' },
    })
  })
  it('a name that the family does not let one set is told, unless it has that value anyway', () => {
    assert.deepEqual(unsettable({ timeout: '1', maxclients: '9' }, parametersOf()), ['maxclients'])
    assert.deepEqual(unsettable({ maxclients: '9' }, parametersOf({ maxclients: '9' })), [])
    assert.deepEqual(unsettable({ maxclients: '9' }, parametersOf({ maxclients: '8' })), ['maxclients'])
  })
})

describe("the parameter group of the object's own", () => {
  const spec = (changes: object) => objectOf({ spec: specOf(changes) })
  const asking = { parameters: { timeout: '20' } }
  const clustered = { nodes: { type: 'cache.t4g.small', clusterMode: 'Enabled' } }
  const nameOf = (changes: Partial<CacheFacts>) => intentOf(factsOf(changes)).ownGroup?.name
  const rows = [
    ['none when nothing is asked for', { object: spec({ engineVersion: '7.1' }) }, undefined],
    [
      'none in cluster mode alone: AWS has a group for that',
      { object: spec({ engineVersion: '7.1', ...clustered }) },
      undefined,
    ],
    ['named for the cache and the family', { object: spec({ engineVersion: '7.1', ...asking }) }, `${id}-redis7`],
    ['a dot is not allowed in the name', { object: spec({ engineVersion: '6.2', ...asking }) }, `${id}-redis6-x`],
    [
      'one for cluster mode has a name of its own',
      { object: spec({ engineVersion: '7.1', ...asking, ...clustered }) },
      `${id}-redis7-cluster`,
    ],
    [
      'of the version that runs where none is named',
      { object: spec(asking), observed: seen(group({ engineVersion: '7.0.7' })) },
      `${id}-redis7`,
    ],
    [
      'of the version that AWS would take where nothing runs',
      { object: spec(asking), defaultFamily: 'redis7' },
      `${id}-redis7`,
    ],
    ['unknown while no version is', { object: spec(asking) }, undefined],
    [
      'of the version that runs where that is newer than asked',
      { object: spec({ ...asking, engineVersion: '6.2' }), observed: seen(group()) },
      `${id}-redis7`,
    ],
    [
      'of the version asked for where an older one runs',
      { object: spec({ ...asking, engineVersion: '7.1' }), observed: seen(group({ engineVersion: '6.2.6' })) },
      `${id}-redis7`,
    ],
    [
      'of the engine asked for',
      { object: spec({ ...asking, engine: 'valkey', engineVersion: '8.0' }), observed: seen(group()) },
      `${id}-valkey8`,
    ],
    [
      'not for cluster mode before the upgrade that goes first',
      { object: spec({ ...asking, ...clustered, engine: 'valkey', engineVersion: '8.0' }), observed: seen(group()) },
      `${id}-valkey8`,
    ],
    [
      'for cluster mode when no upgrade is left',
      { object: spec({ ...asking, ...clustered }), observed: seen(group()) },
      `${id}-redis7-cluster`,
    ],
    [
      "none beside one of the user's",
      { object: spec({ parameterGroupName: 'theirs' }), observed: seen(group()) },
      undefined,
    ],
    [
      'one that is attached stays, also when nothing is asked any more',
      { object: spec({}), observed: seen(group({ parameterGroupName: `${id}-redis7` })) },
      `${id}-redis7`,
    ],
    [
      'one that is attached goes along with an upgrade, also empty',
      {
        object: spec({ engine: 'valkey', engineVersion: '8.0' }),
        observed: seen(group({ parameterGroupName: `${id}-redis7` })),
      },
      `${id}-valkey8`,
    ],
    ['one that is not attached is not kept', { object: spec({}), observed: seen(group()) }, undefined],
    [
      'a deletion looks for one in any case',
      { object: { ...spec({ engineVersion: '7.1' }), deleting: true } },
      `${id}-redis7`,
    ],
    [
      'a deletion goes by what ran last',
      { object: { ...spec({}), deleting: true, status: { engineVersion: '7.1.0' } } },
      `${id}-redis7`,
    ],
  ] as const
  for (const [sentence, changes, name] of rows) {
    it(sentence, () => assert.equal(nameOf(changes), name))
  }
  it('one for cluster mode says so in its values, also when it is emptied', () => {
    const values = (changes: Partial<CacheFacts>) => intentOf(factsOf(changes)).parameters
    assert.deepEqual(values({ object: spec({ engineVersion: '7.1', ...asking, ...clustered }) }), {
      is: 'values',
      values: { timeout: '20', 'cluster-enabled': 'yes' },
    })
    const attached = seen(group({ clusterMode: 'Enabled', parameterGroupName: `${id}-redis7-cluster` }))
    assert.deepEqual(values({ object: spec(clustered), observed: attached }), {
      is: 'values',
      values: { 'cluster-enabled': 'yes' },
    })
  })
  it('other values are another hash, the same values the same', () => {
    const hash = (timeout: string) =>
      intentOf(factsOf({ object: spec({ engineVersion: '7.1', parameters: { timeout } }) })).ownGroup?.hash
    assert.equal(hash('20'), hash('20'))
    assert.notEqual(hash('20'), hash('30'))
  })
  it('the family is missed only when a group is wanted', () => {
    assert.equal(intentOf(factsOf({ object: spec(asking) })).familyMissing, true)
    assert.equal(intentOf(factsOf({ object: spec({}) })).familyMissing, false)
  })
  it('the policy counts as soon as it is found', () => {
    const facts = { object: spec({ engineVersion: '7.1', policyRef: { name: 'p' } }), policy: found(evicting) }
    assert.equal(nameOf(facts), `${id}-redis7`)
    assert.equal(nameOf({ ...facts, policy: unread }), undefined)
  })
  it('an attached group is known by its name, in the family that runs', () => {
    assert.equal(attachedOwnGroup(id, group({ parameterGroupName: `${id}-redis7-cluster` })), `${id}-redis7-cluster`)
    assert.equal(attachedOwnGroup(id, group({ parameterGroupName: `${id}-valkey8` })), undefined)
    assert.equal(attachedOwnGroup(id, group()), undefined)
    assert.equal(attachedOwnGroup(id, group({ engineVersion: '', parameterGroupName: `${id}-redis7` })), undefined)
    assert.equal(attachedOwnGroup(id, undefined), undefined)
  })
})

describe('whether a cache is known to be ours without its tags', () => {
  const rows = [
    ['id, ARN and creation time match', known, group(), true],
    ['nothing is known', {}, group(), false],
    ['another id', { ...known, id: 'x' }, group(), false],
    ['another ARN', { ...known, arn: 'x' }, group(), false],
    ['another creation time: it was made anew', { ...known, createdTime: 'x' }, group(), false],
    ['AWS had not told the creation time yet', { id, arn: known.arn }, group(), true],
    ['our own create call carried the tags', { id, tags: { hash: 'x', keys: [] } }, group(), true],
    ['only the id is known', { id }, group(), false],
  ] as const
  for (const [sentence, status, cache, yes] of rows) {
    it(sentence, () =>
      assert.equal(knownOurs(objectOf({ status: status as CacheFacts['object']['status'] }), cache), yes),
    )
  }
})
