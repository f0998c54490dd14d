import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Aws } from '../../src/aws/port.ts'
import { listPageHandlerOf } from '../../src/controllers/list-page.ts'
import { createMemory } from '../../src/controllers/memory.ts'
import { cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import { fakeClock } from '../loop/fake-clock.ts'

const object = (name: string, spec?: object): KubeObject => ({
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CacheCluster',
  metadata: { namespace: 'shop', name, uid: name, resourceVersion: '1' },
  ...(spec && { spec }),
})

describe('objects of a list that is still coming in', () => {
  const scene = () => {
    const watched: string[] = []
    const aws = { watch: (id: string, kind: string) => void watched.push(`${kind} ${id}`) } as Partial<Aws> as Aws
    const memory = createMemory(fakeClock(), () => 0.5)
    return { watched, memory, onListPage: listPageHandlerOf({ aws, memory, cluster: 'larder' }) }
  }

  it('are looked at before they are reconciled, each as what it is', () => {
    const { watched, memory, onListPage } = scene()
    onListPage(cacheClusterKind, [object('products', { engine: 'valkey' }), object('pages', { engine: 'memcached' })])
    assert.deepEqual(watched, ['group larder-shop-products', 'memcached larder-shop-pages'])
    assert.equal(memory.keyOf('larder-shop-pages'), 'CacheCluster/shop/pages')
  })

  it('are watched once, however often a list begins anew', () => {
    const { watched, onListPage } = scene()
    onListPage(cacheClusterKind, [object('products', { engine: 'redis' })])
    onListPage(cacheClusterKind, [object('products', { engine: 'redis' })])
    assert.equal(watched.length, 1)
  })

  it('are left for their reconcile when nothing can be told from them', () => {
    const { watched, onListPage } = scene()
    onListPage(cachePolicyKind, [object('products', { engine: 'redis' })])
    onListPage(cacheClusterKind, [object('bare'), object('strange', { engine: 'dragonfly' })])
    assert.deepEqual(watched, [])
  })
})
