import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cachePolicy } from '../../src/controllers/cache-policy.ts'
import { reconcile } from '../../src/controllers/reconcile.ts'
import { cacheClusterKind, cachePolicyKind, finalizer } from '../../src/crds/kind.ts'
import { key, scene, simple } from './scene.ts'

const policyKey = { namespace: 'shop', name: 'catalog' }

const open = async (...users: readonly string[]) => {
  const here = scene()
  here.kubernetes.apply(cachePolicyKind, policyKey, { ttl: { default: '10m' } })
  for (const name of users)
    here.kubernetes.apply(cacheClusterKind, { ...key, name }, { ...simple, policyRef: { name: 'catalog' } })
  await here.seen()
  const run = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await reconcile(cachePolicy, here.clients)('CachePolicy/shop/catalog')
      await here.seen()
    }
  }
  const policy = () => here.kubernetes.get(cachePolicyKind, policyKey)
  return {
    here,
    run,
    policy,
    status: () => policy()?.status as { readonly caches?: readonly string[]; readonly cacheCount?: number },
  }
}

describe('a CachePolicy', () => {
  it('that nobody uses carries no finalizer, and goes without us', async () => {
    const { here, run, policy } = await open()
    await run()
    assert.deepEqual(policy()?.metadata.finalizers ?? [], [])
    here.kubernetes.remove(cachePolicyKind, policyKey)
    assert.equal(policy(), undefined)
  })

  it('that caches use is held by our finalizer until the last has left it', async () => {
    const { here, run, policy, status } = await open('sessions', 'carts')
    await run()
    assert.deepEqual(policy()?.metadata.finalizers, [finalizer])
    assert.deepEqual([status().cacheCount, status().caches], [2, ['carts', 'sessions']])
    here.kubernetes.remove(cachePolicyKind, policyKey)
    here.kubernetes.apply(cacheClusterKind, key, simple)
    await here.seen()
    await run()
    assert.deepEqual(status().caches, ['carts'])
    here.kubernetes.remove(cacheClusterKind, { ...key, name: 'carts' })
    await here.seen()
    await run()
    assert.equal(policy(), undefined)
  })

  it('whose spec this version cannot read says so while it stands, and is let go when it is deleted', async () => {
    const { here, policy } = await open()
    const stored = policy()
    assert.ok(stored)
    const strange = { ...stored, spec: { ttl: 'of another version' } }
    assert.equal(cachePolicy.parse(here.clients, strange).is, 'unreadable')
    const leaving = { ...strange, metadata: { ...strange.metadata, deletionTimestamp: '2026-12-01T00:00:00Z' } }
    assert.equal(cachePolicy.parse(here.clients, leaving).is, 'spec')
  })

  it('of another namespace is another policy', async () => {
    const { here, run, status } = await open()
    here.kubernetes.apply(
      cacheClusterKind,
      { namespace: 'pay', name: 'sessions' },
      { ...simple, policyRef: { name: 'catalog' } },
    )
    await here.seen()
    await run()
    assert.equal(status().cacheCount, 0)
  })
})
