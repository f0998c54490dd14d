import type { Kind } from '../../crds/kind.ts'
import { apiVersionOf } from '../key.ts'
import type { KubeObject } from '../port.ts'
import { Surprise } from './lines.ts'

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object as the API server sent it; throws Surprise when it has no name, uid or version. */
export const objectOf = (raw: unknown): KubeObject => {
  const metadata = isRecord(raw) && isRecord(raw.metadata) ? raw.metadata : {}
  for (const field of ['name', 'uid', 'resourceVersion'])
    if (typeof metadata[field] !== 'string') throw new Surprise(`an object has no metadata.${field}`)
  return raw as KubeObject
}

/**
 * Status stays text until it is read: an object's status is parsed once a reconcile and otherwise only held, and as text it takes
 * a third of the memory.
 */
const withPackedStatus = (object: KubeObject, status: unknown): KubeObject => {
  if (status === undefined) return object
  const text = JSON.stringify(status)
  return Object.defineProperty(object, 'status', { enumerable: true, get: () => JSON.parse(text) as unknown })
}

/**
 * What we keep of an object: all but managedFields and kubectl's copy of what was applied, half of its memory.
 * Items of a list come without apiVersion and kind, so these are set.
 */
export const slimmer =
  (kind: Kind) =>
  (raw: unknown): KubeObject => {
    const { spec, status, metadata, ...rest } = objectOf(raw)
    const { managedFields: _managed, ...kept } = metadata as KubeObject['metadata'] & { managedFields?: unknown }
    const { [lastApplied]: applied, ...annotations } = kept.annotations ?? {}
    const slim = {
      ...rest,
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: applied === undefined ? kept : { ...kept, annotations },
      ...(spec !== undefined && { spec }),
    }
    return withPackedStatus(slim, status)
  }
