import assert from 'node:assert/strict'
import { secretKind } from '../../src/crds/kind.ts'
import { KubeError, type KubeFailure, type KubeObject, type SecretWanted } from '../../src/kube/port.ts'
import { type Clients, openScene, type Scene, thingKind } from './real-scene.ts'
import { until } from './until.ts'

export const failureOf = async (promise: Promise<unknown>): Promise<KubeFailure> => {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof KubeError, String(error))
    return error.failure
  }
  return assert.fail('it did not fail')
}
/** In one word. */
export const failureIn = async (promise: Promise<unknown>): Promise<KubeFailure['is']> => (await failureOf(promise)).is
export const keyOf = (name: string) => ({ namespace: 'default', name })
/** A value that may show nowhere. */
export const canary = 'canary-0f5d1c-b7a2'

/** Things in a real API server, and Secrets that belong to them. */
export interface Things {
  readonly scene: Scene
  readonly clients: Clients
  /** A Thing that the store has seen. */
  newThing(metadata?: object): Promise<KubeObject>
  wanted(thing: KubeObject, data: Record<string, string>, contentHash?: string): SecretWanted
  /** Writes over whatever stands there, and waits until the store has it. */
  apply(secret: SecretWanted): Promise<string>
  patch(secret: SecretWanted, change: object): Promise<string>
  referenceOf(thing: KubeObject): { apiVersion: string; kind: string; name: string; uid: string }
}

export const openThings = async (): Promise<Things> => {
  const scene = await openScene()
  const clients = scene.connect()
  await Promise.all([clients.kube.whenSynced(thingKind), clients.kube.whenSynced(secretKind)])
  let made = 0

  const newThing = async (metadata: object = {}): Promise<KubeObject> => {
    const name = `thing-${made++}`
    await scene.createThing(name, { metadata: { name, ...metadata } })
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

  return { scene, clients, newThing, wanted, apply, patch, referenceOf }
}
