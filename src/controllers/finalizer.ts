import { cacheClusterKind, finalizer } from '../crds/kind.ts'
import type { Kube, KubeObject } from '../kube/port.ts'

/**
 * No AWS write before our finalizer is stored. `kept`: go on. `set`: it was written just now, look again. `gone`: the
 * object is being deleted and nothing of ours holds it.
 */
export const keepFinalizer = async (kube: Kube, object: KubeObject): Promise<'kept' | 'set' | 'gone'> => {
  const { finalizers = [], deletionTimestamp } = object.metadata
  if (finalizers.includes(finalizer)) return 'kept'
  if (deletionTimestamp !== undefined) return 'gone'
  await kube.setFinalizer(cacheClusterKind, object, true)
  return 'set'
}
