import { annotation, cacheClusterKind, label, managedByValue } from '../crds/kind.ts'
import type { SecretWanted } from '../kube/port.ts'
import type { CacheFacts } from '../plan/cache-cluster/facts.ts'
import { tokenToPublish } from '../plan/cache-cluster/token.ts'
import type { KubeAction } from '../plan/core/action.ts'
import type { Acted } from '../plan/core/outcome.ts'
import { pairNames, tokenSecretOf } from '../plan/secrets/names.ts'
import type { SecretFact } from '../plan/secrets/ownership.ts'
import { wantedHashes, wantedPair } from '../plan/secrets/steps.ts'
import type { Clients } from './clients.ts'

const done: Acted = { is: 'done' }

/** Something changed between the reads and the step: the next reconcile sees it. */
export const changedMeanwhile = (message: string): Acted => ({
  is: 'failed',
  failure: { is: 'retryable', reason: 'Conflict', message },
})

/** Carries out a step in Kubernetes. Rejects with KubeError. */
export const actOnSecrets = async (clients: Clients, facts: CacheFacts, action: KubeAction): Promise<Acted> => {
  switch (action.do) {
    case 'StoreToken':
      return storeToken(clients, facts)
    case 'KeepToken':
      return keepToken(clients, facts, action.name)
    case 'WriteSecrets':
      return writeSecrets(clients, facts, action.secrets)
    case 'DeleteSecrets':
      return deleteSecrets(clients, facts, action.names)
  }
}

const uidOf = (fact: SecretFact): string | undefined => (fact.is === 'ours' ? fact.meta.uid : undefined)

const ownedBy = ({ name, uid }: CacheFacts['object']): Pick<SecretWanted, 'owner' | 'labels' | 'annotations'> => ({
  owner: { kind: cacheClusterKind, name, uid },
  labels: { [label.managedBy]: managedByValue },
  annotations: {},
})

/** Only a token that doesn't exist is made: one that AWS may know already must never be written over. */
const storeToken = async (clients: Clients, { object, secrets }: CacheFacts): Promise<Acted> => {
  const { name, key } = tokenSecretOf(object)
  const at = { namespace: object.namespace, name }
  const standing = uidOf(secrets.token)
  if (standing !== undefined && ((await clients.kube.readSecret(at))?.data[key] ?? '') !== '') return done
  const data = { [key]: clients.newToken() }
  await clients.kube.applySecret({ ...ownedBy(object), key: at, type: 'Opaque', data, contentHash: 'token' }, standing)
  if (object.status.authToken !== undefined) {
    clients.kube.emit(
      { apiVersion: 'larder.dev/v1alpha1', kind: cacheClusterKind.kind, metadata: metadataOf(object) },
      {
        type: 'Warning',
        reason: 'TokenReplaced',
        message: `the Secret ${name} with the auth token was deleted or emptied: a new token is made and takes over as in a rotation`,
      },
    )
  }
  return done
}

const metadataOf = ({ name, namespace, uid }: CacheFacts['object']) => ({ name, namespace, uid, resourceVersion: '' })

/** The same contents, without an owner: nothing collects it with the object. */
const keepToken = async ({ kube }: Clients, { object, secrets }: CacheFacts, name: string): Promise<Acted> => {
  const at = { namespace: object.namespace, name }
  const standing = uidOf(secrets.token)
  const secret = standing === undefined ? undefined : await kube.readSecret(at)
  if (secret === undefined || standing === undefined) return done
  const labels = { [label.managedBy]: managedByValue }
  await kube.applySecret(
    { key: at, type: 'Opaque', data: secret.data, contentHash: 'token', owner: undefined, labels, annotations: {} },
    standing,
  )
  return done
}

const writeSecrets = async (
  clients: Clients,
  facts: CacheFacts,
  which: readonly ('binding' | 'env')[],
): Promise<Acted> => {
  const { object, observed, secrets } = facts
  const published = tokenToPublish(facts)
  const token = published.is === 'token' ? await tokenNamed(clients, facts, published.version) : undefined
  if (published.is === 'token' && token === undefined) return changedMeanwhile('the auth token changed a moment ago')
  const pair = wantedPair(facts, token)
  const hashes = wantedHashes(facts)
  if (pair === undefined || hashes === undefined || observed.is !== 'seen') {
    return changedMeanwhile('there is no endpoint to hand out')
  }
  const names = pairNames(object)
  const types = {
    binding: `servicebinding.io/${observed.cache.is === 'memcached' ? 'memcached' : 'redis'}`,
    env: 'Opaque',
  }
  for (const secret of which) {
    const wanted: SecretWanted = {
      ...ownedBy(object),
      key: { namespace: object.namespace, name: names[secret] },
      type: types[secret],
      data: pair[secret],
      contentHash: hashes[secret],
      annotations: { [annotation.contentHash]: hashes[secret] },
    }
    await clients.kube.applySecret(wanted, uidOf(secrets[secret]))
  }
  return done
}

const deleteSecrets = async ({ kube }: Clients, { object }: CacheFacts, names: readonly string[]): Promise<Acted> => {
  for (const name of names) {
    const key = { namespace: object.namespace, name }
    const meta = kube.secretMeta(key)
    if (meta !== undefined) await kube.deleteSecret(key, meta.uid)
  }
  return done
}

/** The value of the token of that name: from its own Secret, or from the binding Secret that holds it still. */
export const tokenNamed = async (
  { kube }: Clients,
  { object, token, secrets }: CacheFacts,
  version: string,
): Promise<string | undefined> => {
  if (token.is === 'present' && token.version === version) {
    const { name, key } = tokenSecretOf(object)
    const secret = await kube.readSecret({ namespace: object.namespace, name })
    return secret?.version === token.secretVersion ? secret.data[key] : undefined
  }
  if (object.status.published?.token !== version || secrets.binding.is !== 'ours') return undefined
  const binding = await kube.readSecret({ namespace: object.namespace, name: pairNames(object).binding })
  return binding?.data.password
}
