import { UnsavedWritesError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { WriteHands, Writer } from './writer.ts'

interface Buffered {
  readonly value: unknown
  readonly save: () => Promise<unknown>
}

/** What holds when the policy asks for WriteBehind and says no more. */
const defaults = { flushIntervalMs: 1_000, maxBatch: 500 }

/**
 * Stores the value in the cache at once and saves it a moment later: each `flushIntervalMs`, or as soon as `maxBatch` keys
 * wait, at most `maxBatch` at a time. A key written again before that is saved once, with its last value. A save that fails
 * is tried again with the next batch, until the cache is closed. What waits is lost if the process dies.
 */
export const writeBehind = (hands: WriteHands, rule: NonNullable<Policy['writeBehind']> = defaults): Writer => {
  const waiting = new Map<string, Buffered>()
  const saving = new Map<string, Buffered>()
  const failures = new Map<string, unknown>()
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> | undefined

  const saveOne = async (key: string, buffered: Buffered): Promise<void> => {
    try {
      await buffered.save()
      failures.delete(key)
      hands.saved()
    } catch (error) {
      hands.failedToSave()
      failures.set(key, error)
      if (!waiting.has(key)) waiting.set(key, buffered) // unless a later value waits already
    } finally {
      saving.delete(key)
      hands.void(key)
    }
  }

  const flushBatch = async (): Promise<void> => {
    const batch = [...waiting].slice(0, rule.maxBatch)
    for (const [key, buffered] of batch) {
      waiting.delete(key)
      saving.set(key, buffered)
    }
    await Promise.all(batch.map(([key, buffered]) => saveOne(key, buffered)))
  }

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flushing ??= flushBatch().finally(() => {
      flushing = undefined
      schedule()
    })
    return flushing
  }

  const schedule = (): void => {
    if (waiting.size > 0 && !flushing) timer ??= setTimeout(flush, rule.flushIntervalMs)
  }

  return {
    write: async (key, value, save) => {
      hands.void(key)
      waiting.set(key, { value, save: () => save(value) })
      if (waiting.size >= rule.maxBatch) void flush()
      else schedule()
      await hands.replace(key, value)
    },
    pending: (key) => waiting.get(key) ?? saving.get(key),
    close: async () => {
      await flushing
      // Every key gets one more try; those that fail again are reported, not tried for ever.
      for (let batches = Math.ceil(waiting.size / rule.maxBatch); batches > 0; batches -= 1) await flush()
      clearTimeout(timer)
      if (waiting.size > 0) throw new UnsavedWritesError([...waiting.keys()], [...failures.values()])
    },
  }
}
