import { finalizer, type Kind } from '../../crds/kind.ts'
import { KubeError, type KubeObject } from '../port.ts'
import type { Transport } from '../transport/transport.ts'
import { patchObject } from './patch.ts'

/**
 * Adds or removes our finalizer and leaves all others. The object afterwards; undefined when there was nothing to do, or
 * when the object went away while we removed it. Rejects with KubeError conflict when the object changed meanwhile, and
 * invalid or forbidden when it is being deleted and can't be given a finalizer any more.
 */
export const patchFinalizer = async (
  transport: Transport,
  kind: Kind,
  object: KubeObject,
  present: boolean,
): Promise<KubeObject | undefined> => {
  const before = object.metadata.finalizers ?? []
  if (before.includes(finalizer) === present) return undefined
  // A merge patch replaces the list whole; the version in it makes sure that it is the list we read.
  const finalizers = present ? [...before, finalizer] : before.filter((name) => name !== finalizer)
  try {
    return await patchObject(transport, kind, object, { metadata: { finalizers } })
  } catch (error) {
    if (!present && error instanceof KubeError && error.failure.is === 'notFound') return undefined
    throw error
  }
}
