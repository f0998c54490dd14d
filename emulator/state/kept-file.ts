import { open, rename } from 'node:fs/promises'

/** A file that is written again after changes. */
export interface KeptFile {
  /** Something changed: it is written within {@link SOON_MS}, together with what changes until then. */
  touch(): void
  /** Writes it now. Rejects when that fails. */
  flush(): Promise<void>
}

/** How long changes are gathered. */
const SOON_MS = 100
/** When a write that failed, on a full disk for instance, is tried again. */
const AGAIN_MS = 2_000

/**
 * Keeps `path` equal to `content()`, readable by its owner only. A write goes into a file beside it that is then renamed:
 * whoever reads sees the old text or the new one, whole.
 */
export const keepFile = (path: string, content: () => string, log: (line: string) => void): KeptFile => {
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()

  const write = async () => {
    const text = content()
    const fresh = `${path}.new`
    const handle = await open(fresh, 'w', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(fresh, path)
  }

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // One after the other, also after one that failed.
    last = last.then(write, write)
    return last
  }

  const touchFor = (ms: number) => {
    timer ??= setTimeout(() => {
      flush().catch((error: Error) => {
        log(`${path} could not be written: ${error.message}`)
        touchFor(AGAIN_MS)
      })
    }, ms).unref()
  }

  return { touch: () => touchFor(SOON_MS), flush }
}
