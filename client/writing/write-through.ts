import { saveNow, type WriteHands, type Writer } from './writer.ts'

/** Saves, then stores the value in the cache: who reads next reads what was written. */
export const writeThrough = (hands: WriteHands): Writer => ({
  write: async (key, value, save) => {
    await saveNow(hands, key, value, save)
    await hands.replace(key, value)
  },
  pending: () => undefined,
  close: async () => {},
})
