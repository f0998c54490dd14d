import type { Policy } from '../policy.ts'
import { saveNow, type WriteHands, type Writer } from './writer.ts'

/** Saves, then treats the cached value as the policy's `invalidation.onWrite` says. */
export const writeAround = (hands: WriteHands, onWrite: Policy['invalidation']['onWrite']): Writer => ({
  write: async (key, value, save) => {
    await saveNow(hands, key, value, save)
    switch (onWrite) {
      case 'Delete':
        return hands.remove(key)
      case 'Update':
        return hands.replace(key, value)
      case 'Nothing':
        return
    }
  },
  pending: () => undefined,
  close: async () => {},
})
