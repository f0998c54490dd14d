import { annotation, fieldManager, label, managedByValue, secretKind } from '../../crds/kind.ts'
import { pathOf } from '../key.ts'
import type { KubeObject, ObjectMeta, SecretMeta } from '../port.ts'
import type { Subject } from './list.ts'
import { isRecord, objectOf } from './slim.ts'

/** A Secret of ours as its metadata tell it, and the object that controls it. */
export interface StoredSecret {
  readonly metadata: ObjectMeta
  readonly meta: SecretMeta
  readonly owner: { readonly apiVersion: string; readonly kind: string; readonly name: string } | undefined
}

/** Ten thousand Secrets have the same few dozen keys: each name is held once. */
const names = new Map<string, string>()
const once = (name: string): string => {
  const known = names.get(name)
  if (known !== undefined) return known
  if (names.size >= mostNames) names.clear()
  names.set(name, name)
  return name
}
const mostNames = 1000

const fieldNames = (fields: unknown): string[] =>
  isRecord(fields) ? Object.keys(fields).flatMap((name) => (name.startsWith('f:') ? [once(name.slice(2))] : [])) : []

/** Who owns which data keys, from metadata.managedFields (FieldsV1: `{"f:data": {"f:KEY": {}}}`). */
const ownershipOf = (managedFields: unknown): { keys: string[]; foreign: boolean } => {
  const keys: string[] = []
  let foreign = false
  for (const entry of Array.isArray(managedFields) ? managedFields.filter(isRecord) : []) {
    const fields = isRecord(entry.fieldsV1) ? entry.fieldsV1 : {}
    const owned = [...fieldNames(fields['f:data']), ...fieldNames(fields['f:stringData'])]
    // We only ever apply: an update under our name is somebody else.
    if (entry.manager === fieldManager && entry.operation === 'Apply') keys.push(...owned)
    else if (owned.length > 0) foreign = true
  }
  return { keys: keys.sort(), foreign }
}

const controllerOf = (references: unknown): Record<string, unknown> | undefined =>
  Array.isArray(references) ? references.filter(isRecord).find((reference) => reference.controller === true) : undefined

/** Reads what a Secret's metadata tell. Throws Surprise when it isn't an object. */
export const storedSecretOf = (raw: unknown): StoredSecret => {
  const { metadata } = objectOf(raw) as KubeObject & {
    readonly metadata: { readonly managedFields?: unknown; readonly ownerReferences?: unknown }
  }
  const { name, namespace = '', uid, resourceVersion } = metadata
  const owner = controllerOf(metadata.ownerReferences)
  const meta: SecretMeta = {
    uid,
    resourceVersion,
    contentHash: metadata.annotations?.[annotation.contentHash],
    ...ownershipOf(metadata.managedFields),
    ownerUid: owner && String(owner.uid),
  }
  return {
    metadata: { name, namespace, uid, resourceVersion },
    meta,
    owner: owner && {
      apiVersion: String(owner.apiVersion),
      kind: String(owner.kind),
      name: String(owner.name),
    },
  }
}

/** Our own Secrets, by label and metadata only: their contents never cross the wire. */
export const secretsSubject: Subject<StoredSecret> = {
  path: pathOf(secretKind),
  labelSelector: `${label.managedBy}=${managedByValue}`,
  acceptList: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  acceptWatch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  slim: storedSecretOf,
}

/** The echo of our own write is no news, unless a stranger's hand shows in it. */
export const secretMatters = (_before: StoredSecret, after: StoredSecret, own: boolean): boolean =>
  !own || after.meta.foreign
