import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { enqueueKeysOf } from '../../src/controllers/event-handlers.ts'
import { indexes } from '../../src/controllers/indexes.ts'
import { requeueFor } from '../../src/controllers/requeue.ts'
import { cacheClusterKind, cachePolicyKind, type Kind, secretKind } from '../../src/crds/kind.ts'
import type { Key, KubeObject } from '../../src/kube/port.ts'

const cache = (namespace: string, name: string, policy?: string): KubeObject => ({
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CacheCluster',
  metadata: { namespace, name, uid: `${namespace}/${name}`, resourceVersion: '1' },
  spec: { engine: 'redis', ...(policy === undefined ? {} : { policyRef: { name: policy } }) },
})

const stores = (...objects: readonly KubeObject[]) => ({
  by: (_: Kind, index: string, value: string) =>
    objects.filter((object) => indexes.CacheCluster?.[index as 'policy']?.(object) === value),
  read: (_: Kind, key: Key) =>
    objects.find(({ metadata }) => metadata.name === key.name && metadata.namespace === key.namespace),
})

describe('event handlers enqueue for', () => {
  const kube = stores(
    cache('shop', 'products', 'catalog'),
    cache('shop', 'sessions'),
    cache('other', 'products', 'catalog'),
  )

  const rows: readonly [string, Kind, Key, readonly string[]][] = [
    [
      'a cache that names a policy: itself and the policy, which lists its caches',
      cacheClusterKind,
      { namespace: 'shop', name: 'products' },
      ['CacheCluster/shop/products', 'CachePolicy/shop/catalog'],
    ],
    [
      'a cache without a policy: itself',
      cacheClusterKind,
      { namespace: 'shop', name: 'sessions' },
      ['CacheCluster/shop/sessions'],
    ],
    ['a cache that is gone: itself', cacheClusterKind, { namespace: 'shop', name: 'gone' }, ['CacheCluster/shop/gone']],
    [
      'a policy: itself and the caches of its own namespace that name it',
      cachePolicyKind,
      { namespace: 'shop', name: 'catalog' },
      ['CachePolicy/shop/catalog', 'CacheCluster/shop/products'],
    ],
    ['any other kind: nobody', secretKind, { namespace: 'shop', name: 'products' }, []],
  ]
  for (const [sentence, kind, key, due] of rows)
    it(sentence, () => assert.deepEqual(enqueueKeysOf(kube, kind, key, undefined), due))

  it('a cache that left a policy: itself, and both policies', () => {
    const key = { namespace: 'shop', name: 'products' }
    assert.deepEqual(enqueueKeysOf(kube, cacheClusterKind, key, cache('shop', 'products', 'before')), [
      'CacheCluster/shop/products',
      'CachePolicy/shop/catalog',
      'CachePolicy/shop/before',
    ])
  })

  it('a cache that is gone and named a policy: itself and the policy', () => {
    const key = { namespace: 'shop', name: 'gone' }
    assert.deepEqual(enqueueKeysOf(kube, cacheClusterKind, key, cache('shop', 'gone', 'catalog')), [
      'CacheCluster/shop/gone',
      'CachePolicy/shop/catalog',
    ])
  })
})

describe('a requeue', () => {
  it('is spread by a tenth either way where it is jittered, and exact where it is not', () => {
    assert.deepEqual(
      requeueFor({ is: 'after', ms: 1000, jittered: true }, () => 0),
      { is: 'again', afterMs: 900 },
    )
    assert.deepEqual(
      requeueFor({ is: 'after', ms: 1000, jittered: true }, () => 1),
      { is: 'again', afterMs: 1100 },
    )
    assert.deepEqual(
      requeueFor({ is: 'after', ms: 1000, jittered: false }, () => 1),
      { is: 'again', afterMs: 1000 },
    )
  })

  it('keeps the least wait of a backoff', () => {
    assert.deepEqual(
      requeueFor({ is: 'backoff', atLeastMs: 7 }, () => 0),
      { is: 'backoff', atLeastMs: 7 },
    )
  })
})
