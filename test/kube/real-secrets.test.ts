import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'mocha'
import type { Clients, Scene } from './real-scene.ts'
import { canary, failureOf, keyOf, openThings, type Things } from './real-things.ts'
import { until } from './until.ts'

describe('Secrets in a real API server', () => {
  let scene: Scene
  let clients: Clients
  let newThing: Things['newThing']
  let wanted: Things['wanted']
  let apply: Things['apply']
  let patch: Things['patch']
  let referenceOf: Things['referenceOf']

  before(async () => {
    ;({ scene, clients, newThing, wanted, apply, patch, referenceOf } = await openThings())
  })
  after(() => scene?.stop())
  beforeEach(() => {
    clients.notices.length = 0
  })

  it('are written, read back, told apart, and not written again when nothing differs', async () => {
    const thing = await newThing()
    const secret = wanted(thing, { uri: `rediss://:${canary}@h:6379`, port: '6379' })
    const version = await apply(secret)
    const meta = {
      uid: version.split('/')[0],
      resourceVersion: version.split('/')[1],
      contentHash: 'h1',
      keys: ['port', 'uri'],
      foreign: false,
      labelled: true,
      ownerUid: thing.metadata.uid,
      owner: referenceOf(thing),
      annotatedOwnerUid: thing.metadata.uid,
      deleting: false,
    }
    assert.deepEqual(clients.kube.secretMeta(secret.key), meta)
    assert.deepEqual(await clients.kube.readSecretMeta(secret.key), meta)
    assert.deepEqual(await clients.kube.readSecret(secret.key), { version, data: secret.data, meta })
    assert.equal(await clients.kube.applySecret(secret, meta.uid), version)
    await apply({ ...secret, data: { port: '6380' }, contentHash: 'h2' })
    assert.deepEqual((await clients.kube.readSecret(secret.key))?.data, { port: '6380' })
    for (const name of ['nobody', 'team/redis', 'a..', '../x', '']) {
      assert.equal(await clients.kube.readSecretMeta(keyOf(name)), undefined)
      assert.equal(await clients.kube.readSecret(keyOf(name)), undefined)
    }
  })

  it('are never taken over: a name that was taken, another uid and a Secret that is gone are conflicts', async () => {
    const thing = await newThing()
    const secret = wanted(thing, { password: canary })
    await scene.kubectl('create', 'secret', 'generic', secret.key.name, '--from-literal=password=theirs')
    const theirs = await scene.kubectl('get', 'secret', secret.key.name, '-o', 'json')
    const other = '11111111-1111-1111-1111-111111111111'
    for (const standing of [undefined, other])
      assert.equal((await failureOf(clients.kube.applySecret(secret, standing))).is, 'conflict')
    assert.equal((await failureOf(clients.kube.deleteSecret(secret.key, other))).is, 'conflict')
    assert.equal(await scene.kubectl('get', 'secret', secret.key.name, '-o', 'json'), theirs)
    await scene.kubectl('delete', 'secret', secret.key.name)
    assert.equal((await failureOf(clients.kube.applySecret(secret, other))).is, 'conflict')
    assert.equal(await clients.kube.readSecretMeta(secret.key), undefined)
  })

  it('are deleted by uid, and deleting what is gone already is fine', async () => {
    const secret = wanted(await newThing(), { uri: 'u' })
    await apply(secret)
    const uid = clients.kube.secretMeta(secret.key)?.uid ?? ''
    await clients.kube.deleteSecret(secret.key, uid)
    await until(() => clients.kube.secretMeta(secret.key) === undefined, 'the end is seen')
    await clients.kube.deleteSecret(secret.key, uid)
  })

  it('that are kept lose their owner, whoever made the record of it, and outlive the object', async () => {
    for (const more of [{}, { more: 'x' }]) {
      const thing = await newThing()
      const secret = wanted(thing, { password: canary, ...more })
      await apply(secret)
      // Restored from a backup by somebody else: the same owner and annotations, under another manager.
      if ('more' in more) {
        const standing = await clients.kube.readSecretMeta(secret.key)
        const ownerReferences = [{ ...referenceOf(thing), controller: true, blockOwnerDeletion: false }]
        const annotations = { 'larder.dev/owner-uid': 'old', 'larder.dev/owner': 'Thing/old' }
        assert.ok(standing)
        await patch(secret, { metadata: { ownerReferences: [], annotations: null } })
        await patch(secret, { metadata: { ownerReferences, annotations } })
      }
      await apply({ ...secret, owner: undefined })
      const meta = await clients.kube.readSecretMeta(secret.key)
      assert.deepEqual([meta?.ownerUid, meta?.annotatedOwnerUid, meta?.labelled], [undefined, '', true])
      await scene.kubectl('delete', 'thing', thing.metadata.name)
      assert.equal((await clients.kube.readSecret(secret.key))?.data['password'], canary)
      // And taken back by the next object of that name.
      const next = await newThing()
      const back = { ...wanted(next, secret.data), key: secret.key }
      await apply(back)
      assert.equal(clients.kube.secretMeta(secret.key)?.ownerUid, next.metadata.uid)
    }
  })

  it('whose owner reference was taken off tell the owner, still know it, and get it back', async () => {
    const thing = await newThing()
    const secret = wanted(thing, { uri: 'u' })
    await apply(secret)
    clients.notices.length = 0
    await patch(secret, { metadata: { ownerReferences: null } })
    await until(() => clients.kube.secretMeta(secret.key)?.ownerUid === undefined, 'the edit is seen')
    assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} resync`])
    assert.equal(clients.kube.secretMeta(secret.key)?.annotatedOwnerUid, thing.metadata.uid)
    // And again without a reference: the annotation finds the owner.
    clients.notices.length = 0
    await patch(secret, { metadata: { annotations: { note: 'y' } } })
    await until(() => clients.notices.length > 0, 'the second edit is seen')
    assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} resync`])
    await apply(secret)
    assert.equal(clients.kube.secretMeta(secret.key)?.ownerUid, thing.metadata.uid)
  })

  it('that lose reference and annotations at once, or pass to another, tell the owner that they had', async () => {
    const [one, two] = [await newThing(), await newThing()]
    const secret = wanted(one, { uri: 'u' })
    await apply(secret)
    clients.notices.length = 0
    await patch(secret, { metadata: { ownerReferences: null, annotations: null } })
    await until(() => clients.notices.length > 0, 'the edit is seen')
    assert.deepEqual(clients.notices, [`Thing/default/${one.metadata.name} resync`])
    await apply(secret)
    clients.notices.length = 0
    await patch(secret, { metadata: { ownerReferences: [{ ...referenceOf(two), controller: true }] } })
    await until(() => clients.notices.length > 1, 'both are told')
    assert.deepEqual(clients.notices.toSorted(), [
      `Thing/default/${one.metadata.name} resync`,
      `Thing/default/${two.metadata.name} resync`,
    ])
  })

  for (const [what, edit, keys, foreign] of [
    ['a value that was changed', { data: { uri: 'aGk=' } }, ['port'], true],
    ['a value that was changed as text', { stringData: { uri: 'hi' } }, ['port'], true],
    ['a key that was removed', { data: { uri: null } }, ['port'], false],
    ['a key that was added', { data: { more: 'aGk=' } }, ['port', 'uri'], true],
  ] as const)
    it(`show ${what}, tell their owner, and applying heals it`, async () => {
      const thing = await newThing()
      const secret = wanted(thing, { uri: 'u', port: 'p' })
      await apply(secret)
      clients.notices.length = 0
      await patch(secret, edit)
      await until(() => clients.notices.length > 0, 'the edit is seen')
      const meta = clients.kube.secretMeta(secret.key)
      assert.deepEqual([meta?.keys, meta?.foreign], [keys, foreign])
      assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} resync`])
      await clients.kube.applySecret(secret, meta?.uid)
      const after = await clients.kube.readSecret(secret.key)
      assert.deepEqual({ uri: after?.data['uri'], port: after?.data['port'] }, secret.data)
      const added = 'more' in (edit.data ?? {})
      await until(() => clients.kube.secretMeta(secret.key)?.keys.join() === 'port,uri', 'our keys are ours')
      // A stranger's own key is not ours to remove: it stays, and shows.
      assert.equal(clients.kube.secretMeta(secret.key)?.foreign, added)
    })

  it('that were made, and not settled because we died in between, are mended by the next write', async () => {
    const thing = await newThing()
    const secret = wanted(thing, { uri: 'u' })
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: secret.key.name,
        labels: { 'app.kubernetes.io/managed-by': 'larder' },
        ownerReferences: [{ ...referenceOf(thing), controller: true }],
      },
      data: { uri: 'dQ==', old: 'dQ==' },
    }
    const path = '/api/v1/namespaces/default/secrets'
    await scene.transport.request({ method: 'POST', path, query: { fieldManager: 'larder' }, body })
    assert.equal((await clients.kube.readSecretMeta(secret.key))?.foreign, true)
    const version = await apply(secret)
    assert.equal(await apply(secret), version)
    const read = await clients.kube.readSecret(secret.key)
    assert.deepEqual([read?.data, read?.meta.keys, read?.meta.foreign], [secret.data, ['uri'], false])
  })

  it('that were deleted, or lost our label, are seen as gone and tell their owner', async () => {
    const thing = await newThing()
    const secret = wanted(thing, { uri: 'u' })
    for (const act of [
      ['delete', 'secret', secret.key.name],
      ['label', 'secret', secret.key.name, 'app.kubernetes.io/managed-by-'],
    ]) {
      await apply(secret)
      clients.notices.length = 0
      await scene.kubectl(...act)
      await until(() => clients.kube.secretMeta(secret.key) === undefined, 'it is gone')
      assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} resync`])
    }
    const bare = await clients.kube.readSecretMeta(secret.key)
    assert.deepEqual([bare?.labelled, bare?.annotatedOwnerUid], [false, thing.metadata.uid])
    await apply(secret)
  })

  it('of others are never seen, and their contents are in no store and no log', async () => {
    await scene.kubectl('create', 'secret', 'generic', 'foreign', `--from-literal=password=${canary}`)
    await apply(wanted(await newThing(), { uri: canary }))
    assert.equal(clients.kube.secretMeta(keyOf('foreign')), undefined)
    assert.equal((await clients.kube.readSecretMeta(keyOf('foreign')))?.labelled, false)
    assert.equal(clients.log.lines.join('\n').includes(canary), false)
  })
})
