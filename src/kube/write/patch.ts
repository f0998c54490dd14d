import { fieldManager, type Kind } from '../../crds/kind.ts'
import { slimmer } from '../cache/slim.ts'
import { keyOf, pathOf } from '../key.ts'
import type { KubeObject } from '../port.ts'
import type { Transport } from '../transport/transport.ts'
import { mergePatchOf, withoutNulls } from './merge-patch.ts'

/**
 * Merges `body` into an object, only if it still is the very version that `object` shows: else KubeError conflict, and
 * nothing is written. Resolves to the object as it stands afterwards.
 */
export const patchObject = async (
  transport: Transport,
  kind: Kind,
  object: KubeObject,
  body: { readonly metadata?: object; readonly status?: unknown },
  subresource?: 'status',
): Promise<KubeObject> => {
  const { uid, resourceVersion } = object.metadata
  const raw = await transport.request({
    method: 'PATCH',
    path: pathOf(kind, keyOf(object.metadata), subresource),
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: { ...body, metadata: { ...body.metadata, uid, resourceVersion } },
  })
  return slimmer(kind)(raw)
}

/** The object after its status was made equal to `status`; undefined when it was already, and nothing was sent. */
export const patchStatus = async (
  transport: Transport,
  kind: Kind,
  object: KubeObject,
  status: object,
): Promise<KubeObject | undefined> => {
  const change = mergePatchOf(withoutNulls(object.status ?? {}), withoutNulls(status))
  return change === undefined ? undefined : patchObject(transport, kind, object, { status: change }, 'status')
}
