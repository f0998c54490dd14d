import type { Store } from '@larder/client'

/** A store in this process that records what is asked of it. Tests hold it back or make it fail through `before`. */
export const memoryStore = (before: (operation: string, key: string) => Promise<void> = async () => {}) => {
  const held = new Map<string, { readonly text: string; readonly ttlMs: number | undefined }>()
  const store: Store = {
    get: async (key) => {
      await before('get', key)
      return held.get(key)?.text
    },
    set: async (key, text, ttlMs) => {
      await before('set', key)
      held.set(key, { text, ttlMs })
    },
    delete: async (key) => {
      await before('delete', key)
      held.delete(key)
    },
    close: async () => {},
  }
  return { store, held }
}
