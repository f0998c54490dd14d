import { annotation, fieldManager, label, managedByValue, secretKind } from '../../crds/kind.ts'
import { storedSecretOf } from '../cache/secret-metadata.ts'
import { isRecord, objectOf } from '../cache/slim.ts'
import { apiVersionOf, pathOf } from '../key.ts'
import { type Key, KubeError, type SecretRead, type SecretWanted } from '../port.ts'
import type { Transport } from '../transport/transport.ts'

/** Equal for equal contents: a Secret of the same name made anew has another uid. */
export const secretVersionOf = ({ uid, resourceVersion }: { uid: string; resourceVersion: string }): string =>
  `${uid}/${resourceVersion}`

/** A Secret by name, past every store; undefined when there is none. */
export const getSecret = async (transport: Transport, key: Key): Promise<SecretRead | undefined> => {
  try {
    const raw = await transport.request({ method: 'GET', path: pathOf(secretKind, key), discreet: true })
    const { metadata } = objectOf(raw)
    const data = isRecord(raw) && isRecord(raw.data) ? raw.data : {}
    return {
      version: secretVersionOf(metadata),
      data: Object.fromEntries(
        Object.entries(data).map(([name, value]) => [name, Buffer.from(String(value), 'base64').toString('utf8')]),
      ),
      ownerUid: storedSecretOf(raw).meta.ownerUid,
      managed: metadata.labels?.[label.managedBy] === managedByValue,
    }
  } catch (error) {
    if (error instanceof KubeError && error.failure.is === 'notFound') return undefined
    throw error
  }
}

/** The Secret as server-side apply wants it: everything that we own, nothing else. */
const applied = ({ key, type, data, contentHash, owner, labels, annotations }: SecretWanted) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: key.name,
    namespace: key.namespace,
    labels: { ...labels, [label.managedBy]: managedByValue },
    annotations: { ...annotations, [annotation.contentHash]: contentHash },
    ownerReferences: [
      {
        apiVersion: apiVersionOf(owner.kind),
        kind: owner.kind.kind,
        name: owner.name,
        uid: owner.uid,
        controller: true,
        // True would need the right to update the owner's finalizers, and only matters for foreground deletion.
        blockOwnerDeletion: false,
      },
    ],
  },
  type,
  data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
})

/** Applies a Secret under our field manager. The answer holds metadata only: the contents don't come back. */
export const applySecret = async (
  transport: Transport,
  wanted: SecretWanted,
): Promise<{ readonly uid: string; readonly resourceVersion: string }> => {
  const raw = await transport.request({
    method: 'PATCH',
    path: pathOf(secretKind, wanted.key),
    query: { fieldManager, force: true },
    contentType: 'application/apply-patch+yaml',
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    body: applied(wanted),
    discreet: true,
  })
  return objectOf(raw).metadata
}
