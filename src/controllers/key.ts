import type { Key } from '../kube/port.ts'

/** Queue keys: `CacheCluster/shop/sessions`. */
export const queueKey = (kind: string, { namespace, name }: Key): string => `${kind}/${namespace}/${name}`

export const fromQueueKey = (key: string): Key & { readonly kind: string } => {
  const [kind = '', namespace = '', name = ''] = key.split('/')
  return { kind, namespace, name }
}
