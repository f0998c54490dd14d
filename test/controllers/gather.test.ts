import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { gatherCacheCluster } from '../../src/controllers/gather.ts'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import { arn, createdTime, group, id, key, type Scene, scene, simple, target, withToken } from './scene.ts'

const known = { id, target, arn, createdTime }
const referenced = { ...withToken, auth: { mode: 'Token', token: { secretRef: { name: 'mine' } } } }

const gather = (here: Scene) => {
  const object = here.object()
  return gatherCacheCluster(here.clients, key, object, cacheClusterSpec.parse(object.spec))
}
/** Which Secrets are read with their contents. */
const contentsRead = (here: Scene): readonly string[] => {
  const names: string[] = []
  const { readSecret } = here.kubernetes.kube
  Object.assign(here.kubernetes.kube, {
    readSecret: (asked: { name: string; namespace: string }) => {
      names.push(asked.name)
      return readSecret(asked)
    },
  })
  return names
}

describe('gathering', () => {
  it('asks AWS and Kubernetes for nothing where the snapshot and the store tell all', async () => {
    const here = scene()
    here.see(group())
    await here.create(simple, known)
    for (const name of ['sessions', 'sessions-env'])
      await here.kubernetes.kube.applySecret(
        {
          key: { ...key, name },
          type: 'Opaque',
          data: { a: 'b' },
          contentHash: 'x',
          owner: { kind: cacheClusterKind, name: 'sessions', uid: here.object().metadata.uid },
          labels: {},
          annotations: {},
        },
        undefined,
      )
    await here.seen()
    const asked: unknown[] = []
    here.kubernetes.refuse((one) => void asked.push(one))
    const facts = await gather(here)
    assert.deepEqual(asked, [])
    assert.deepEqual(
      here.asked.filter((one) => one !== 'readTags'),
      [],
    )
    assert.deepEqual([facts.secrets.binding.is, facts.secrets.env.is], ['ours', 'ours'])
  })

  it("sees that a name is somebody else's, and reads nothing of it but its metadata", async () => {
    const here = scene()
    await here.create(withToken)
    for (const name of ['sessions', 'sessions-auth'])
      here.kubernetes.writeSecret({ ...key, name }, { token: 'a-token-of-somebody-else' })
    await here.seen()
    const read = contentsRead(here)
    const { secrets, token } = await gather(here)
    assert.deepEqual([secrets.binding.is, secrets.env.is, secrets.token.is], ['foreign', 'absent', 'foreign'])
    assert.deepEqual(read, [])
    assert.notEqual(token.is, 'present')
  })

  it('reads the Secret that the spec names for the token', async () => {
    const here = scene()
    here.kubernetes.writeSecret({ ...key, name: 'mine' }, { token: 'a-token-of-the-user' })
    await here.create(referenced)
    const read = contentsRead(here)
    assert.equal((await gather(here)).token.is, 'present')
    assert.deepEqual(read, ['mine'])
    assert.equal(JSON.stringify(await gather(here)).includes('a-token-of-the-user'), false, 'facts hold no secret')
  })

  it('makes a fact of what Kubernetes refuses, in its own words', async () => {
    const here = scene()
    await here.create(referenced)
    here.kubernetes.refuse(({ kind }) =>
      kind === 'Secret' ? { is: 'forbidden', status: 403, message: 'x', words: 'you may not' } : undefined,
    )
    const { failure, secretFailure, token } = await gather(here)
    assert.equal(failure, undefined)
    assert.deepEqual([secretFailure?.is, secretFailure?.reason, token.is], ['stalled', 'KubernetesRefused', 'unread'])
    assert.match(secretFailure?.message ?? '', /reading the Secret .*you may not/)
  })

  it('reads no token of an object that is being deleted: what can not be read must not hold it', async () => {
    const here = scene()
    here.see(group())
    await here.create(referenced, known)
    here.kubernetes.remove(cacheClusterKind, key)
    await here.seen()
    here.kubernetes.refuse(({ kind }) => (kind === 'Secret' ? { is: 'transient', message: 'down' } : undefined))
    const { failure } = await gather(here)
    assert.equal(failure, undefined)
    assert.deepEqual(here.asked, ['readCache', 'readTags'], 'a delete is decided from live reads')
  })

  it('asks nobody for anything while AWS is not known', async () => {
    const here = scene()
    here.blind()
    await here.create(simple, known)
    await gather(here)
    assert.deepEqual(here.asked, [])
  })

  it('is not stopped by a refresh that fails, but by a read that is needed', async () => {
    const failure = { is: 'retryable', reason: 'Throttled', message: 'slowly' } as const
    for (const [status, expected] of [
      [{ ...known, tags: { hash: '', keys: [] as string[] } }, failure],
      [undefined, failure],
    ] as const) {
      const here = scene()
      here.see(group())
      await here.create(simple, status)
      Object.assign(here.aws, { readTags: async () => ({ ok: false, failure }) })
      assert.deepEqual((await gather(here)).failure, expected)
    }
    const here = scene()
    here.see(group())
    const object = await here.create(simple, known)
    const { tags } = await gather(here)
    assert.equal(tags.is, 'found')
    const { wantedTags, tagsRecord } = await import('../../src/plan/core/tags.ts')
    const facts = await gather(here)
    await here.kubernetes.kube.report(cacheClusterKind, object, {
      ...known,
      tags: tagsRecord(wantedTags(facts.object, undefined)),
    })
    await here.seen()
    Object.assign(here.aws, { readTags: async () => ({ ok: false, failure }) })
    here.clock.jumpTo(here.clock.nowMs() + 5_000_000)
    assert.equal((await gather(here)).failure, undefined)
  })

  it('answers a person who asks for a look once a poll was begun after that', async () => {
    const here = scene()
    here.see(group())
    await here.create(simple, known)
    here.kubernetes.annotate(cacheClusterKind, key, { [annotation.reconcileAt]: 'now' })
    await here.seen()
    let ageMs = 60_000
    Object.assign(here.aws, { pollState: () => ({ ageMs, failure: undefined }) })
    here.clock.jumpTo(120_000)
    assert.equal((await gather(here)).reconcileAnswered, undefined)
    assert.equal(here.said.filter((one) => one === 'pollSoon').length, 1)
    here.clock.jumpTo(130_000)
    ageMs = 1000
    assert.equal((await gather(here)).reconcileAnswered, 'now')
    assert.equal(here.said.filter((one) => one === 'pollSoon').length, 1, 'asked once')
  })

  it('names the policies that there are when the one that is named is missing', async () => {
    const here = scene()
    here.kubernetes.apply(cachePolicyKind, { namespace: 'shop', name: 'catalogue' }, {})
    here.kubernetes.apply(cachePolicyKind, { namespace: 'pay', name: 'others' }, {})
    await here.create({ ...simple, policyRef: { name: 'catalog' } })
    const { policy, policyNames } = await gather(here)
    assert.deepEqual([policy.is, policyNames], ['absent', ['catalogue']])
  })
})
