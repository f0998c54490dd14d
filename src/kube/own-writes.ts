import { keyOf, textOf } from './key.ts'
import type { Key, KubeObject } from './port.ts'
import { reaches } from './resource-version.ts'

/**
 * What our own writes made of an object that a turn still holds in its older version, so that the turn can write twice
 * (finalizer, then status) without a conflict with itself.
 */
export interface OwnWrites {
  /** The object as our writes left it; the object itself when we haven't written this version. */
  latest(object: KubeObject): KubeObject
  wrote(base: KubeObject, after: KubeObject): void
  /** A reader holds this version (or knows that the object is gone) from now on. */
  reading(key: Key, object: KubeObject | undefined): void
}

export const ownWritesOf = (): OwnWrites => {
  const written = new Map<
    string,
    { readonly baseUid: string; readonly baseVersion: string; readonly after: KubeObject }
  >()
  const find = (object: KubeObject) => {
    const found = written.get(textOf(keyOf(object.metadata)))
    const { uid, resourceVersion } = object.metadata
    return found?.baseUid === uid && found.baseVersion === resourceVersion ? found : undefined
  }
  return {
    latest: (object) => find(object)?.after ?? object,
    wrote: (base, after) => {
      const { uid, resourceVersion } = base.metadata
      written.set(textOf(keyOf(base.metadata)), { baseUid: uid, baseVersion: resourceVersion, after })
    },
    reading: (key, object) => {
      const found = written.get(textOf(key))
      if (!found) return
      if (!object || reaches(object.metadata.resourceVersion, found.after.metadata.resourceVersion))
        written.delete(textOf(key))
    },
  }
}
