import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'mocha'
import { secretKind } from '../../src/crds/kind.ts'
import { KubeError, type KubeFailure, type KubeObject, type SecretWanted } from '../../src/kube/port.ts'
import { kubeRefusal } from '../../src/kube/refusal.ts'
import type { Failure } from '../../src/plan/core/outcome.ts'
import { type Clients, openScene, type Scene, thingKind } from './real-scene.ts'
import { until } from './until.ts'

const failureOf = async (promise: Promise<unknown>): Promise<KubeFailure> => {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof KubeError, String(error))
    return error.failure
  }
  return assert.fail('it did not fail')
}
const keyOf = (name: string) => ({ namespace: 'default', name })
const canary = 'canary-0f5d1c-b7a2'

describe('Secrets in a real API server', function () {
  this.timeout(120_000)
  let scene: Scene
  let clients: Clients
  let made = 0

  const newThing = async (): Promise<KubeObject> => {
    const name = `thing-${made++}`
    await scene.createThing(name)
    await until(() => clients.kube.read(thingKind, keyOf(name)) !== undefined, 'the new thing is seen')
    const thing = clients.kube.read(thingKind, keyOf(name))
    assert.ok(thing)
    return thing
  }
  const wanted = ({ metadata }: KubeObject, data: Record<string, string>, contentHash = 'h1'): SecretWanted => ({
    key: keyOf(`${metadata.name}-conn`),
    type: 'Opaque',
    data,
    contentHash,
    owner: { kind: thingKind, name: metadata.name, uid: metadata.uid },
    labels: { team: 'shop' },
    annotations: { note: 'x' },
  })
  /** Writes over whatever stands there, and waits until the store has it. */
  const apply = async (secret: SecretWanted): Promise<string> => {
    const standing = await clients.kube.readSecretMeta(secret.key)
    const version = await clients.kube.applySecret(secret, standing?.uid)
    await until(() => {
      const meta = clients.kube.secretMeta(secret.key)
      return version === `${meta?.uid}/${meta?.resourceVersion}`
    }, 'the Secret is seen')
    return version
  }
  const referenceOf = ({ metadata }: KubeObject) => ({
    apiVersion: 'example.dev/v1',
    kind: 'Thing',
    name: metadata.name,
    uid: metadata.uid,
  })
  const patch = (secret: SecretWanted, change: object) =>
    scene.kubectl('patch', 'secret', secret.key.name, '--type=merge', '-p', JSON.stringify(change))

  before(async function () {
    this.timeout(900_000)
    scene = await openScene()
    clients = scene.connect()
    await Promise.all([clients.kube.whenSynced(thingKind), clients.kube.whenSynced(secretKind)])
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
    assert.equal(await clients.kube.readSecret(keyOf('nobody')), undefined)
    assert.equal(await clients.kube.readSecretMeta(keyOf('nobody')), undefined)
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
    assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} user`])
    assert.equal(clients.kube.secretMeta(secret.key)?.annotatedOwnerUid, thing.metadata.uid)
    // And again without a reference: the annotation finds the owner.
    clients.notices.length = 0
    await patch(secret, { metadata: { annotations: { note: 'y' } } })
    await until(() => clients.notices.length > 0, 'the second edit is seen')
    assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} user`])
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
    assert.deepEqual(clients.notices, [`Thing/default/${one.metadata.name} user`])
    await apply(secret)
    clients.notices.length = 0
    await patch(secret, { metadata: { ownerReferences: [{ ...referenceOf(two), controller: true }] } })
    await until(() => clients.notices.length > 1, 'both are told')
    assert.deepEqual(clients.notices.toSorted(), [
      `Thing/default/${one.metadata.name} user`,
      `Thing/default/${two.metadata.name} user`,
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
      assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} user`])
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
    await apply({ ...secret, data: { ...secret.data, old: 'u' } })
    await apply(secret)
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
      assert.deepEqual(clients.notices, [`Thing/default/${thing.metadata.name} user`])
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

  describe('that are refused', () => {
    const refusal = async (secret: SecretWanted, standing?: string): Promise<Failure | undefined> => {
      const error = await clients.kube.applySecret(secret, standing).then(
        () => assert.fail('it was written'),
        (caught: unknown) => caught,
      )
      const found = kubeRefusal(error, `writing the Secret ${secret.key.name}`)
      const said = `${String(error)} ${JSON.stringify(error)} ${JSON.stringify(found)} ${clients.log.lines.join('\n')}`
      assert.equal(said.includes(canary), false, said)
      assert.equal(said.includes(Buffer.from(canary).toString('base64').slice(0, 16)), false, said)
      return found
    }
    const policy = async (name: string, expression: string, messageExpression: string) => {
      const apiVersion = 'admissionregistration.k8s.io/v1'
      const path = `/apis/${apiVersion}`
      const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] }
      const spec = {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression, messageExpression }],
      }
      const metadata = { name }
      await scene.transport.request({
        method: 'POST',
        path: `${path}/validatingadmissionpolicies`,
        body: { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata, spec },
      })
      await scene.transport.request({
        method: 'POST',
        path: `${path}/validatingadmissionpolicybindings`,
        body: {
          apiVersion,
          kind: 'ValidatingAdmissionPolicyBinding',
          metadata,
          spec: { policyName: name, validationActions: ['Deny'] },
        },
      })
    }

    it('say so in the words of the server, by quota', async () => {
      await scene.kubectl('create', 'namespace', 'poor')
      await scene.kubectl('create', 'quota', 'few', '-n', 'poor', '--hard=secrets=0')
      const secret = { ...wanted(await newThing(), { uri: canary }), key: { namespace: 'poor', name: 'web-env' } }
      let found: Failure | undefined
      await until(async () => {
        found = await refusal(secret)
        return found?.message.includes('exceeded quota') === true
      }, 'the quota counts')
      assert.equal(found?.is, 'stalled')
      assert.equal(found?.reason, 'QuotaExceeded')
      assert.match(
        found?.message ?? '',
        /^writing the Secret web-env: secrets "web-env" is forbidden: exceeded quota: few/,
      )
    })

    it('say so in the words of the server, by name and by type', async () => {
      const secret = wanted(await newThing(), { uri: canary })
      const named = await refusal({ ...secret, key: keyOf('a..b') })
      assert.ok(named?.is === 'stalled' && named.reason === 'InvalidSpec')
      assert.match(named.message, /Secret "a\.\.b" is invalid: metadata\.name/)
      await apply(secret)
      const typed = await refusal({ ...secret, type: 'a/b' }, clients.kube.secretMeta(secret.key)?.uid)
      assert.match(typed?.message ?? '', /field is immutable/)
      const quoting = await refusal({ ...secret, type: `${canary}/x` }, clients.kube.secretMeta(secret.key)?.uid)
      assert.equal(quoting?.message, `writing the Secret ${secret.key.name}: Invalid`)
    })

    it('say so in the words of a policy, unless it quotes what is in them', async () => {
      const guard = (label: string) => `!has(object.metadata.labels) || !('${label}' in object.metadata.labels)`
      await policy('plain', guard('plain'), `'team ' + object.metadata.labels['plain'] + ' may not have Secrets'`)
      await policy('blab', guard('blab'), `'what is ' + object.data['uri'] + ' for?'`)
      const secret = wanted(await newThing(), { uri: canary })
      // A policy is in force a moment after it was made; what is let in until then is taken away again.
      const refusedBy = async (label: string): Promise<Failure | undefined> => {
        let found: Failure | undefined
        await until(async () => {
          const labelled = { ...secret, labels: { [label]: 'red' } }
          const slipped = await clients.kube.applySecret(labelled, undefined).catch(() => undefined)
          if (slipped !== undefined) await scene.kubectl('delete', 'secret', secret.key.name)
          else found = await refusal(labelled)
          return found !== undefined
        }, 'the policy is in force')
        return found
      }
      const plain = await refusedBy('plain')
      assert.match(plain?.message ?? '', /team red may not have Secrets/)
      assert.equal(plain?.is, 'stalled')
      const blab = await refusedBy('blab')
      assert.match(blab?.message ?? '', new RegExp(`^writing the Secret ${secret.key.name}: (Invalid|Forbidden)$`))
    })

    it('wait where the namespace is being deleted: nobody has to do anything', async () => {
      await scene.kubectl('create', 'namespace', 'leaving')
      await scene.kubectl('create', 'configmap', 'stays', '-n', 'leaving')
      await scene.kubectl(
        'patch',
        'configmap',
        'stays',
        '-n',
        'leaving',
        '--type=merge',
        '-p',
        '{"metadata":{"finalizers":["a.b/c"]}}',
      )
      await scene.kubectl('delete', 'namespace', 'leaving', '--wait=false')
      const secret = { ...wanted(await newThing(), { uri: canary }), key: { namespace: 'leaving', name: 'web' } }
      const found = await refusal(secret)
      assert.ok(found?.is === 'waiting' && found.reason === 'Deleting', found?.message)
      await scene.kubectl(
        'patch',
        'configmap',
        'stays',
        '-n',
        'leaving',
        '--type=merge',
        '-p',
        '{"metadata":{"finalizers":[]}}',
      )
    })
  })
})
