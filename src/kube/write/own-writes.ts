import { keyOf, textOf } from '../key.ts'
import type { KubeObject } from '../port.ts'

/**
 * What our own writes made of an object that a reconcile still holds in its older version, so that the reconcile can write twice
 * (finalizer, then status) without a conflict with itself.
 */
export interface OwnWrites {
  /** The object as our writes left it; the object itself when we haven't written this version. */
  latest(object: KubeObject): KubeObject
  wrote(base: KubeObject, after: KubeObject): void
}

/** Far more than reconciles run at once. */
const memoryLimit = 500

export const ownWritesOf = (): OwnWrites => {
  const written = new Map<string, { readonly base: string; readonly after: KubeObject }>()
  const baseOf = ({ metadata }: KubeObject) => `${metadata.uid}/${metadata.resourceVersion}`
  return {
    latest: (object) => {
      const found = written.get(textOf(keyOf(object.metadata)))
      return found?.base === baseOf(object) ? found.after : object
    },
    wrote: (object, after) => {
      const text = textOf(keyOf(object.metadata))
      written.delete(text)
      written.set(text, { base: baseOf(object), after })
      for (const [oldest] of written) {
        if (written.size <= memoryLimit) break
        written.delete(oldest)
      }
    },
  }
}
