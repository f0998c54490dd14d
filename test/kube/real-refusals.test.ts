import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { SecretWanted } from '../../src/kube/port.ts'
import { kubeRefusal } from '../../src/kube/refusal.ts'
import type { Failure } from '../../src/plan/core/outcome.ts'
import type { Clients, Scene } from './real-scene.ts'
import { canary, keyOf, openThings, type Things } from './real-things.ts'
import { until } from './until.ts'

describe('Secrets that a real API server refuses', () => {
  let scene: Scene
  let clients: Clients
  let newThing: Things['newThing']
  let wanted: Things['wanted']
  let apply: Things['apply']

  before(async () => {
    ;({ scene, clients, newThing, wanted, apply } = await openThings())
  })
  after(() => scene?.stop())

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
