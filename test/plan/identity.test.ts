import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  arnParts,
  clusterInTags,
  clusterTags,
  idOf,
  isClusters,
  namesAnother,
  type Owner,
  ownerInWords,
  ownershipOf,
  ownerTagKeys,
  ownerTags,
  parameterGroupArn,
  topologyOf,
} from '../../src/plan/core/identity.ts'
import { arn, owner, region, twins, without } from './facts.ts'

const named = (cluster: string, namespace: string, name: string): Owner => ({ ...owner, cluster, namespace, name })

/** AWS's rule for ids: letters, digits and single hyphens, beginning with a letter, no hyphen at the end. */
const valid = /^[a-z]([a-z0-9]|-(?!-))*(?<!-)$/

describe('ids', () => {
  const table: readonly (readonly [string, Owner, RegExp])[] = [
    ['cluster, namespace and name, as they are', named('prod', 'shop', 'sessions'), /^prod-shop-sessions$/],
    ['hyphens in the name stay', named('prod', 'shop', 'my-sessions'), /^prod-shop-my-sessions$/],
    [
      'a hyphen in the namespace is told from one in the name',
      named('prod', 'my-shop', 'web'),
      /^prod-my-shop-web-[0-9a-f]{8}$/,
    ],
    ['dots become hyphens, with a hash', named('prod', 'shop', 'a.b'), /^prod-shop-a-b-[0-9a-f]{8}$/],
    ['two hyphens become one, with a hash', named('prod', 'shop', 'a--b'), /^prod-shop-a-b-[0-9a-f]{8}$/],
    ['digits in front go, with a hash', named('1st', 'shop', 'web'), /^st-shop-web-[0-9a-f]{8}$/],
    ['nothing but digits still gives an id', named('1', '2', '3'), /^cache-[0-9a-f]{8}$/],
    ['upper case is lowered, with a hash', named('Prod', 'shop', 'web'), /^prod-shop-web-[0-9a-f]{8}$/],
    [
      "a name that ends like AWS's names of members gets a hash: they never meet",
      named('prod', 'shop', 'web-001'),
      /^prod-shop-web-001-[0-9a-f]{8}$/,
    ],
    [
      'the name of a member of a shard too',
      named('prod', 'shop', 'web-0001-002'),
      /^prod-shop-web-0001-002-[0-9a-f]{8}$/,
    ],
    ['a number of other length is no such name', named('prod', 'shop', 'web-01'), /^prod-shop-web-01$/],
    [
      'a name that looks like a hash gets one of its own',
      named('prod', 'shop', 'web-0123abcd'),
      /^prod-shop-web-0123abcd-[0-9a-f]{8}$/,
    ],
  ]
  for (const [sentence, who, id] of table) {
    it(sentence, () => assert.match(idOf(who, 'redis'), id))
  }
  it('a replication group has at most 40 characters, a memcached cluster at most 50', () => {
    const long = named('production', 'shop', 'a'.repeat(60))
    assert.equal(idOf(long, 'redis').length, 40)
    assert.equal(idOf(long, 'valkey').length, 40)
    assert.equal(idOf(long, 'memcached').length, 50)
    const fits = named('prod', 'shop', 'a'.repeat(30))
    assert.equal(idOf(fits, 'redis'), `prod-shop-${'a'.repeat(30)}`)
    assert.notEqual(idOf(named('prod', 'shop', 'a'.repeat(31)), 'redis'), `prod-shop-${'a'.repeat(31)}`)
    assert.equal(idOf(named('prod', 'shop', 'a'.repeat(40)), 'memcached'), `prod-shop-${'a'.repeat(40)}`)
  })
  it('the same object has the same id in every life; its uid has no part in it', () => {
    const reborn = { ...owner, uid: 'other' }
    assert.equal(idOf(reborn, 'redis'), idOf(owner, 'redis'))
  })

  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
  const dns = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,40}[a-z0-9])?$/)
  const confusable = fc.constantFrom('a', 'b', 'a-b', 'b-c', 'a-b-c', 'a.b', 'a--b', '1a', 'a-0123abcd')
  const anybody = fc.tuple(fc.oneof(label, confusable), fc.oneof(label, confusable), fc.oneof(dns, confusable))
  const engine = fc.constantFrom('redis', 'valkey', 'memcached') as fc.Arbitrary<'redis' | 'valkey' | 'memcached'>

  it('AWS takes every id', () => {
    fc.assert(
      fc.property(anybody, engine, (who, engine) => {
        const id = idOf(named(...who), engine)
        assert.match(id, valid)
        assert.ok(id.length <= (topologyOf(engine) === 'group' ? 40 : 50))
      }),
      { numRuns: 2000 },
    )
  })
  it('two different objects never share an id', () => {
    fc.assert(
      fc.property(anybody, anybody, engine, (one, other, engine) => {
        fc.pre(one.join('/') !== other.join('/'))
        assert.notEqual(idOf(named(...one), engine), idOf(named(...other), engine))
      }),
      { numRuns: 4000 },
    )
  })
})

describe('ownership', () => {
  const mine = ownerTags(owner)
  const table = [
    ['all owner tags are ours: ours', mine, 'ours'],
    ['ours among tags of others: ours', { ...mine, team: 'shop', Name: 'x' }, 'ours'],
    ['the same name with another uid: a former owner', { ...mine, 'larder.dev/uid': 'uid-0' }, 'former'],
    ['the same name without a uid: a former owner', without(mine, 'larder.dev/uid'), 'former'],
    ['the same name in a Kubernetes cluster of another uid', twins, 'otherCluster'],
    [
      'the same in another Kubernetes cluster, even with our uid',
      { ...mine, 'larder.dev/cluster-uid': 'kube-2' },
      'otherCluster',
    ],
    ['ours, and the cluster uid is lost: ours', without(mine, 'larder.dev/cluster-uid'), 'ours'],
    [
      'another uid, and no cluster uid: only a person can tell',
      { ...without(mine, 'larder.dev/cluster-uid'), 'larder.dev/uid': 'uid-0' },
      'otherCluster',
    ],
    ['another name: somebody else', { ...mine, 'larder.dev/name': 'carts' }, 'other'],
    ['another namespace: somebody else', { ...mine, 'larder.dev/namespace': 'bank' }, 'other'],
    [
      'another Kubernetes cluster: somebody else, even with our uid',
      { ...mine, 'larder.dev/cluster': 'test' },
      'other',
    ],
    ['half of the tags: somebody else', { 'larder.dev/cluster': 'prod' }, 'other'],
    ['only a uid of ours: somebody else', { 'larder.dev/uid': 'uid-1' }, 'other'],
    ['no owner tags: nobody', { team: 'shop' }, 'nobody'],
    ['no tags at all: nobody', {}, 'nobody'],
  ] as const
  for (const [sentence, tags, whose] of table) {
    it(sentence, () => assert.equal(ownershipOf(tags, owner), whose))
  }
  it('the owner is told in words, also when tags are missing', () => {
    assert.equal(ownerInWords(mine), 'shop/sessions of cluster prod')
    assert.equal(ownerInWords({}), '?/? of cluster ?')
    assert.equal(ownerTagKeys.length, 5)
  })
  it('a tag that is missing names nobody, one with another value does', () => {
    for (const key of ownerTagKeys) {
      assert.equal(namesAnother(without(mine, key), owner), false)
      assert.equal(namesAnother({ ...mine, [key]: 'x' }, owner), true)
    }
    assert.equal(namesAnother({}, owner), false)
  })
  it('what a cluster of ours shares carries its name and its uid, and is known by both', () => {
    assert.equal(isClusters({ ...clusterTags(owner), team: 'a' }, owner), true)
    assert.equal(isClusters(twins, owner), false)
    assert.equal(isClusters(without(clusterTags(owner), 'larder.dev/cluster-uid'), owner), false)
    assert.equal(isClusters({}, owner), false)
  })
  it('the annotation that takes over names the uid in the tags', () => {
    assert.equal(clusterInTags(twins), 'kube-2')
    assert.equal(clusterInTags({}), 'unknown')
  })
  it('an ARN tells account and region, and gives those of its neighbours', () => {
    assert.deepEqual(arnParts(arn), {
      partition: 'aws',
      region,
      account: '123456789012',
      kind: 'replicationgroup',
      name: 'prod-shop-sessions',
    })
    assert.equal(
      parameterGroupArn('arn:aws-cn:elasticache:cn-north-1:1:cluster:x', 'mine'),
      'arn:aws-cn:elasticache:cn-north-1:1:parametergroup:mine',
    )
  })
})
