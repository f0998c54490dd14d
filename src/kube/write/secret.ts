import { annotation, fieldManager, label, managedByValue, secretKind } from '../../crds/kind.ts'
import { metadataOnly, storedSecretOf } from '../cache/secret-metadata.ts'
import { isRecord, objectOf } from '../cache/slim.ts'
import { apiVersionOf, pathOf } from '../key.ts'
import { type Key, KubeError, type ObjectMeta, type SecretMeta, type SecretRead, type SecretWanted } from '../port.ts'
import type { KubeRequest, Transport } from '../transport/transport.ts'

/** Equal for equal contents: a Secret of the same name made anew has another uid. */
export const secretVersionOf = ({ uid, resourceVersion }: { uid: string; resourceVersion: string }): string =>
  `${uid}/${resourceVersion}`

const unlessNotFound = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof KubeError && error.failure.is === 'notFound') return undefined
    throw error
  }
}

/**
 * Users write names of Secrets, and what can't be a name is the name of nothing: asked for it, the server would find no such path
 * and say nothing about Secrets at all.
 */
const canExist = ({ name }: Key): boolean => name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)

/** What a Secret's metadata tell, by name and past every store; undefined when there is none. */
export const getSecretMeta = async (transport: Transport, key: Key): Promise<SecretMeta | undefined> => {
  if (!canExist(key)) return undefined
  const request = { method: 'GET', path: pathOf(secretKind, key), accept: metadataOnly } as const
  const raw = await unlessNotFound(transport.request(request))
  return raw === undefined ? undefined : storedSecretOf(raw).meta
}

/** A Secret by name, past every store; undefined when there is none. */
export const getSecret = async (transport: Transport, key: Key): Promise<SecretRead | undefined> => {
  if (!canExist(key)) return undefined
  const raw = await unlessNotFound(transport.request({ method: 'GET', path: pathOf(secretKind, key) }))
  if (raw === undefined) return undefined
  const { meta } = storedSecretOf(raw)
  const data = isRecord(raw) && isRecord(raw.data) ? raw.data : {}
  return {
    version: secretVersionOf(meta),
    data: Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, Buffer.from(String(value), 'base64').toString('utf8')]),
    ),
    meta,
  }
}

const ownerReference = ({ kind, name, uid }: NonNullable<SecretWanted['owner']>) => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  name,
  uid,
  controller: true,
  // True would need the right to update the owner's finalizers, and only matters for foreground deletion.
  blockOwnerDeletion: false,
})

/** The Secret as we want it: everything that we own, nothing else. */
const bodyOf = ({ key, type, data, contentHash, owner, labels, annotations }: SecretWanted, uid?: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: key.name,
    namespace: key.namespace,
    ...(uid !== undefined && { uid }),
    labels: { ...labels, [label.managedBy]: managedByValue },
    annotations: {
      ...annotations,
      [annotation.contentHash]: contentHash,
      // Emptied, not left out: whoever else owns these annotations, after a backup was restored say, would keep them standing.
      [annotation.ownerUid]: owner?.uid ?? '',
      [annotation.owner]: owner ? `${owner.kind.kind}/${owner.name}` : '',
    },
    ...(owner && { ownerReferences: [ownerReference(owner)] }),
  },
  type,
  data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
})

interface Written extends ObjectMeta {
  readonly managedFields?: unknown
  readonly ownerReferences?: unknown
}

/** The answer holds metadata only: the contents don't come back. Errors quote none of them either. */
const send = async (
  transport: Transport,
  wanted: SecretWanted,
  request: Pick<KubeRequest, 'method' | 'path' | 'query' | 'contentType' | 'body'>,
): Promise<Written> => {
  const secrets = Object.values(wanted.data)
  const names = [wanted.key.namespace, wanted.key.name]
  return objectOf(await transport.request({ ...request, accept: metadataOnly, secrets, names })).metadata
}

/** Fields as an apply records them: without the dots that stand for "and the map itself". */
const withoutDots = (fields: unknown): unknown =>
  isRecord(fields)
    ? Object.fromEntries(
        Object.entries(fields).flatMap(([name, of]) => (name === '.' ? [] : [[name, withoutDots(of)]])),
      )
    : fields

/** Both sets of fields together. */
const joined = (one: unknown, other: unknown): unknown => {
  if (!isRecord(one) || !isRecord(other)) return one ?? other
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...names].map((name) => [name, joined(one[name], other[name])]))
}

interface SettledFields {
  readonly entries: readonly unknown[]
  /** Beside the create stands an apply, so the create is an old one, of what may not be wanted any more. */
  readonly old: boolean
}

/**
 * A create is recorded as an update by us, and what an update owns no later apply of ours would ever take away. So the record is
 * turned into an apply's, as kubectl does for objects that it once made with `create`. Undefined where there is no such record.
 */
const settledFields = (managedFields: unknown): SettledFields | undefined => {
  const all = Array.isArray(managedFields) ? managedFields.filter(isRecord) : []
  const ours = all.filter(({ manager, subresource = '' }) => manager === fieldManager && subresource === '')
  const update = ours.find(({ operation }) => operation === 'Update')
  const apply = ours.find(({ operation }) => operation === 'Apply')
  if (!update) return undefined
  const fieldsV1 = joined(withoutDots(update.fieldsV1), apply?.fieldsV1)
  const others = all.filter((entry) => entry !== update && entry !== apply)
  return { entries: [...others, { ...update, operation: 'Apply', fieldsV1 }], old: apply !== undefined }
}

/** What a write of ours left that an apply can't mend: the record of a create, and a reference that isn't wanted any more. */
const settle = async (transport: Transport, wanted: SecretWanted, written: Written): Promise<Written> => {
  const fields = settledFields(written.managedFields)
  const references = Array.isArray(written.ownerReferences) ? written.ownerReferences.filter(isRecord) : []
  const unwanted = wanted.owner === undefined && references.some(({ controller }) => controller === true)
  if (fields === undefined && !unwanted) return written
  const { uid, resourceVersion } = written
  const settled = await send(transport, wanted, {
    method: 'PATCH',
    path: pathOf(secretKind, wanted.key),
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: {
      metadata: {
        uid,
        resourceVersion,
        ...(fields && { managedFields: fields.entries }),
        ...(unwanted && { ownerReferences: references.filter(({ controller }) => controller !== true) }),
      },
    },
  })
  // Keys that only the old create owned are an apply's now, so another apply takes away those that aren't wanted.
  return fields?.old ? apply(transport, wanted, uid) : settled
}

const create = (transport: Transport, wanted: SecretWanted): Promise<Written> =>
  send(transport, wanted, {
    method: 'POST',
    path: pathOf(secretKind, { ...wanted.key, name: '' }),
    query: { fieldManager },
    body: bodyOf(wanted),
  })

const apply = (transport: Transport, wanted: SecretWanted, uid: string): Promise<Written> =>
  send(transport, wanted, {
    method: 'PATCH',
    path: pathOf(secretKind, wanted.key),
    query: { fieldManager, force: true },
    contentType: 'application/apply-patch+yaml',
    body: bodyOf(wanted, uid),
  })

/**
 * Writes a Secret, over the one of uid `standing` or, when that is undefined, where there is none; conflict otherwise. A new one
 * is made whole in one request, so that nobody ever sees it without its contents, and a name that was taken meanwhile is never
 * written to. An existing one is applied with its uid, which the server holds against what stands there.
 */
export const applySecret = async (
  transport: Transport,
  wanted: SecretWanted,
  standing: string | undefined,
): Promise<{ readonly uid: string; readonly resourceVersion: string }> => {
  const written = standing === undefined ? create(transport, wanted) : apply(transport, wanted, standing)
  return settle(transport, wanted, await written)
}

/** Deletes the Secret of that uid. Conflict when another one has the name by now; gone already is fine. */
export const deleteSecret = async (transport: Transport, key: Key, uid: string): Promise<void> => {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } }
  await unlessNotFound(transport.request({ method: 'DELETE', path: pathOf(secretKind, key), body }))
}
