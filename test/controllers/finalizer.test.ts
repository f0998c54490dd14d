import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { keepFinalizer } from '../../src/controllers/finalizer.ts'
import { cacheClusterKind, finalizer } from '../../src/crds/kind.ts'
import { key, scene, simple } from './scene.ts'

describe('the finalizer', () => {
  const finalizers = (here: ReturnType<typeof scene>) =>
    here.kubernetes.get(cacheClusterKind, key)?.metadata.finalizers ?? []

  it('is written before anything else, and then nothing more is to do', async () => {
    const here = scene()
    here.kubernetes.apply(cacheClusterKind, key, simple)
    await here.seen()
    assert.equal(await keepFinalizer(here.clients.kube, cacheClusterKind, here.object(), true), 'changed')
    await here.seen()
    assert.deepEqual(finalizers(here), [finalizer])
    assert.equal(await keepFinalizer(here.clients.kube, cacheClusterKind, here.object(), true), 'kept')
    assert.equal(here.kubernetes.writes.length, 1)
  })

  it('is taken off what needs no guard any more', async () => {
    const here = scene()
    await here.create()
    assert.equal(await keepFinalizer(here.clients.kube, cacheClusterKind, here.object(), false), 'changed')
    assert.deepEqual(finalizers(here), [])
  })

  it('is never put on an object that is being deleted, nor taken off before its time', async () => {
    const here = scene()
    await here.create()
    here.kubernetes.remove(cacheClusterKind, key)
    await here.seen()
    const object = here.object()
    assert.equal(await keepFinalizer(here.clients.kube, cacheClusterKind, object, false), 'kept')
    const without = { ...object, metadata: { ...object.metadata, finalizers: ['of.others/one'] } }
    assert.equal(await keepFinalizer(here.clients.kube, cacheClusterKind, without, true), 'gone')
    assert.deepEqual(finalizers(here), [finalizer])
  })
})
