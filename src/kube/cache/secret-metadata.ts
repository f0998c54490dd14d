import { annotation, fieldManager, label, managedByValue, secretKind } from '../../crds/kind.ts'
import { pathOf } from '../key.ts'
import type { KubeObject, ObjectMeta, OwnerReference, SecretMeta } from '../port.ts'
import type { ListSubject } from './list.ts'
import { isRecord, objectOf } from './slim.ts'

/** A Secret of ours as its metadata tell it. */
export interface StoredSecret {
  readonly metadata: ObjectMeta
  readonly meta: SecretMeta
  /** The object that a notice of this Secret goes to: by reference, or as our annotation remembers it. */
  readonly tells: { readonly kind: string; readonly name: string; readonly apiVersion?: string } | undefined
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
const dataKeyOwners = (managedFields: unknown): { keys: string[]; foreign: boolean } => {
  const keys: string[] = []
  let foreign = false
  for (const entry of Array.isArray(managedFields) ? managedFields.filter(isRecord) : []) {
    const fields = isRecord(entry.fieldsV1) ? entry.fieldsV1 : {}
    const owned = [...fieldNames(fields['f:data']), ...fieldNames(fields['f:stringData'])]
    // What we write ends as applied: an update under our name is somebody else, or a write of ours that was cut short.
    if (entry.manager === fieldManager && entry.operation === 'Apply') keys.push(...owned)
    else if (owned.length > 0) foreign = true
  }
  return { keys: keys.sort(), foreign }
}

const controllerOf = (references: unknown): OwnerReference | undefined => {
  const all = Array.isArray(references) ? references.filter(isRecord) : []
  const found = all.find((reference) => reference.controller === true)
  if (!found) return undefined
  const [apiVersion = '', kind = '', name = '', uid = ''] = ['apiVersion', 'kind', 'name', 'uid'].map((field) =>
    String(found[field]),
  )
  return { apiVersion, kind, name, uid }
}

/** `Kind/name`, as our annotation says it. */
const rememberedOwner = (text: string | undefined): { kind: string; name: string } | undefined => {
  const [kind = '', name = ''] = text?.split('/') ?? []
  return kind !== '' && name !== '' ? { kind, name } : undefined
}

/** Reads what a Secret's metadata tell. Throws Surprise when it isn't an object. */
export const storedSecretOf = (raw: unknown): StoredSecret => {
  const { metadata } = objectOf(raw) as KubeObject & {
    readonly metadata: { readonly managedFields?: unknown; readonly ownerReferences?: unknown }
  }
  const { name, namespace = '', uid, resourceVersion, labels = {}, annotations = {} } = metadata
  const owner = controllerOf(metadata.ownerReferences)
  const meta: SecretMeta = {
    uid,
    resourceVersion,
    contentHash: annotations[annotation.contentHash],
    ...dataKeyOwners(metadata.managedFields),
    labelled: labels[label.managedBy] === managedByValue,
    ownerUid: owner?.uid,
    ...(owner && { owner }),
    annotatedOwnerUid: annotations[annotation.ownerUid],
    deleting: metadata.deletionTimestamp !== undefined,
  }
  return {
    metadata: { name, namespace, uid, resourceVersion },
    meta,
    tells: owner ?? rememberedOwner(annotations[annotation.owner]),
  }
}

/** Metadata only: a Secret's contents never cross the wire. */
export const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** Our own Secrets, by label. */
export const secretsSubject: ListSubject<StoredSecret> = {
  path: pathOf(secretKind),
  labelSelector: `${label.managedBy}=${managedByValue}`,
  acceptList: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  acceptWatch: metadataOnly,
  slim: storedSecretOf,
}

/** The echo of our own write is no news, unless a stranger's hand shows in it. */
export const secretMatters = (_before: StoredSecret, after: StoredSecret, own: boolean): boolean =>
  !own || after.meta.foreign
