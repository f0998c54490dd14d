import type { Kind } from '../crds/kind.ts'
import type { Key, ObjectMeta } from './port.ts'

/** A key as text, for maps and queues: `namespace/name`, `/name` for cluster-scoped kinds. */
export const textOf = ({ namespace, name }: Key): string => `${namespace}/${name}`

/** The way back: names and namespaces hold no slash. */
export const keyOfText = (text: string): Key => {
  const slash = text.indexOf('/')
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
}

export const keyOf = ({ namespace = '', name }: Pick<ObjectMeta, 'namespace' | 'name'>): Key => ({ namespace, name })

export const apiVersionOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`)

/** The path of a kind in all namespaces, of one namespace (`name` empty), of an object, or of its subresource. */
export const pathOf = (kind: Kind, key?: Key, subresource?: 'status'): string =>
  [
    kind.group === '' ? '/api' : `/apis/${kind.group}`,
    kind.version,
    ...(kind.namespaced && key ? ['namespaces', encodeURIComponent(key.namespace)] : []),
    kind.plural,
    ...(key && key.name !== '' ? [encodeURIComponent(key.name)] : []),
    ...(subresource ? [subresource] : []),
  ].join('/')
