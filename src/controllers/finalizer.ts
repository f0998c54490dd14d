import { finalizer, type Kind } from '../crds/kind.ts'
import type { Kube, KubeObject } from '../kube/port.ts'

/**
 * No write to AWS before our finalizer is stored. `kept`: go on. `changed`: it was written or taken off just now, look again.
 * `gone`: the object is being deleted and nothing of ours holds it.
 */
export const keepFinalizer = async (
  kube: Kube,
  kind: Kind,
  object: KubeObject,
  guarded: boolean,
): Promise<'kept' | 'changed' | 'gone'> => {
  const { finalizers = [], deletionTimestamp } = object.metadata
  const stands = finalizers.includes(finalizer)
  if (deletionTimestamp !== undefined) return stands ? 'kept' : 'gone'
  if (stands === guarded) return 'kept'
  await kube.setFinalizer(kind, object, guarded)
  return 'changed'
}
