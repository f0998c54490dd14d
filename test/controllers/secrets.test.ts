import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { gatherCacheCluster } from '../../src/controllers/gather.ts'
import { actOnSecrets } from '../../src/controllers/secrets.ts'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { cacheClusterKind } from '../../src/crds/kind.ts'
import { KubeError } from '../../src/kube/port.ts'
import type { KubeAction } from '../../src/plan/core/action.ts'
import { arn, createdTime, group, id, key, type Scene, scene, simple, target, withToken } from './scene.ts'

const known = { id, target, arn, createdTime }
const auth = { ...key, name: 'sessions-auth' }
const withTls = group({ inTransit: 'Required', authToken: true })
const gather = (here: Scene) =>
  gatherCacheCluster(here.clients, key, here.object(), cacheClusterSpec.parse(here.object().spec))
const act = async (here: Scene, action: KubeAction) => {
  const result = await actOnSecrets(here.clients, await gather(here), action)
  await here.seen()
  return result
}
const write: KubeAction = { do: 'WriteSecrets', secrets: ['binding', 'env'], hash: 'x' }

/** An object whose generated token stands, and is the one that AWS has. */
const settled = async () => {
  const here = scene()
  here.see(withTls)
  await here.create(withToken, known)
  await act(here, { do: 'StoreToken' })
  const { token } = await gather(here)
  assert.ok(token.is === 'present')
  await here.create(withToken, {
    ...known,
    authToken: { version: token.version, seen: token.secretVersion, phase: 'Settled' },
  })
  return here
}

describe('Secrets', () => {
  it('are written as a pair that leads to the cache, owned by the object and labelled', async () => {
    const here = scene()
    here.see(group())
    await here.create(simple, known)
    assert.deepEqual(await act(here, write), { is: 'done' })
    const [binding, env] = [here.kubernetes.secret(key), here.kubernetes.secret({ ...key, name: 'sessions-env' })]
    assert.deepEqual([binding?.type, env?.type], ['servicebinding.io/redis', 'Opaque'])
    assert.deepEqual([binding?.data.host, env?.data.REDIS_HOST], ['primary.cache', 'primary.cache'])
    assert.equal(binding?.metadata.ownerReferences[0]?.uid, here.object().metadata.uid)
    assert.equal(binding?.metadata.labels?.['app.kubernetes.io/managed-by'], 'larder')
  })

  it('of others that came under the name meanwhile are a conflict, and stay as they are', async () => {
    const here = scene()
    here.see(group())
    await here.create(simple, known)
    const facts = await gather(here)
    here.kubernetes.writeSecret(key, { mine: 'yes' })
    const before = here.kubernetes.secret(key)
    await assert.rejects(
      actOnSecrets(here.clients, facts, write),
      (error) => error instanceof KubeError && error.failure.is === 'conflict',
    )
    assert.deepEqual(here.kubernetes.secret(key), before)
  })

  it('with a token hold it, and are not written when it changed since it was looked at', async () => {
    const here = await settled()
    const facts = await gather(here)
    assert.deepEqual(await act(here, write), { is: 'done' })
    assert.equal(here.kubernetes.secret(key)?.data.password, 'generated-token-number-1')
    here.kubernetes.writeSecret(auth, { token: 'another-token-of-a-person' })
    const late = await actOnSecrets(here.clients, facts, write)
    assert.ok(late.is === 'failed' && late.failure.reason === 'Conflict')
  })

  it('for a generated token are made once: one that AWS may know is never written over', async () => {
    const here = await settled()
    const version = here.kubernetes.secret(auth)?.metadata.resourceVersion
    await act(here, { do: 'StoreToken' })
    assert.equal(here.kubernetes.secret(auth)?.metadata.resourceVersion, version)
    assert.equal(here.kubernetes.events.length, 0)
  })

  it('for a token that somebody deleted are made anew, and a warning says so', async () => {
    const here = await settled()
    here.kubernetes.deleteSecret(auth)
    await here.seen()
    await act(here, { do: 'StoreToken' })
    assert.equal(here.kubernetes.secret(auth)?.data.token, 'generated-token-number-2')
    const [told] = here.kubernetes.events
    assert.deepEqual([told?.event.type, told?.event.reason], ['Warning', 'TokenReplaced'])
    assert.equal(told?.event.message.includes('generated-token'), false)
  })

  it('with the token of a cache that is retained lose their owner and nothing else', async () => {
    const here = await settled()
    assert.deepEqual(await act(here, { do: 'KeepToken', name: 'sessions-auth' }), { is: 'done' })
    const kept = here.kubernetes.secret(auth)
    assert.deepEqual(kept?.metadata.ownerReferences, [])
    assert.deepEqual(kept?.data, { token: 'generated-token-number-1' })
    here.kubernetes.remove(cacheClusterKind, key)
    here.clock.jumpTo(here.clock.nowMs() + 10_000)
    assert.ok(here.kubernetes.secret(auth))
  })

  it('of former names are deleted by uid: what was made anew under the name stays', async () => {
    const here = await settled()
    await act(here, write)
    const uid = here.kubernetes.secret(key)?.metadata.uid
    here.kubernetes.lag(99)
    here.kubernetes.deleteSecret(key)
    here.kubernetes.writeSecret(key, { mine: 'yes' })
    const facts = await gather(here)
    await assert.rejects(actOnSecrets(here.clients, facts, { do: 'DeleteSecrets', names: ['sessions'] }), /conflict/)
    assert.notEqual(here.kubernetes.secret(key)?.metadata.uid, uid)
    here.kubernetes.lag(0)
    await here.seen()
    assert.deepEqual(await act(here, { do: 'DeleteSecrets', names: ['sessions', 'sessions-env'] }), { is: 'done' })
    assert.deepEqual(
      [here.kubernetes.secret(key)?.data, here.kubernetes.secret({ ...key, name: 'sessions-env' })],
      [{ mine: 'yes' }, undefined],
    )
  })
})
