/** Writes a value to where it truly lives: a database, a service. */
export type Save<T> = (value: T) => Promise<unknown>

/** One write strategy. */
export interface Writer {
  /** @throws what `save` throws, when the strategy saves before it returns */
  write<T>(key: string, value: T, save: Save<T>): Promise<void>
  /** A value that was written and isn't saved yet. */
  pending(key: string): { readonly value: unknown } | undefined
  /** Saves what isn't saved yet. @throws UnsavedWritesError when some can't be */
  close(): Promise<void>
}

/** What the strategies need of the cache. */
export interface WriteHands {
  /** Work under way on this key must not store what it finds. */
  void(key: string): void
  replace(key: string, value: unknown): Promise<void>
  remove(key: string): Promise<void>
  saved(): void
  failedToSave(): void
}

/**
 * Saves, with work under way on the key voided before and after: a load that began before the save may have read the
 * old value, and one that began during the save may have, too.
 */
export const saveNow = async <T>(hands: WriteHands, key: string, value: T, save: Save<T>): Promise<void> => {
  hands.void(key)
  try {
    await save(value)
    hands.saved()
  } catch (error) {
    hands.failedToSave()
    throw error
  } finally {
    hands.void(key)
  }
}
