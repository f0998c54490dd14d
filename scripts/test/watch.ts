import { readFileSync, statSync } from 'node:fs'

/** How long a suite may neither begin nor end a test, nor see a change in what it waits for. Work is slow; this is a standstill. */
export const standstillMs = 600_000

export interface WatchOptions {
  /** What the reporter writes when something happens. */
  readonly file: string
  readonly limitMs: number
  readonly nowMs?: () => number
}

const read = (file: string): { readonly mark: string; readonly words: string } => {
  try {
    const { mtimeMs, size } = statSync(file)
    return { mark: `${mtimeMs} ${size}`, words: readFileSync(file, 'utf8') }
  } catch {
    return { mark: '', words: 'before the first test' }
  }
}

/**
 * Watches the progress of a suite. Each look answers undefined, or what was under way when nothing had moved for too long.
 * Only changes count, never the times in the file: clocks jump.
 */
export const watchProgress = ({ file, limitMs, nowMs = () => performance.now() }: WatchOptions) => {
  let mark = ''
  let sinceMs = nowMs()
  return (): string | undefined => {
    const found = read(file)
    if (found.mark !== mark) {
      mark = found.mark
      sinceMs = nowMs()
    }
    return nowMs() - sinceMs < limitMs ? undefined : found.words
  }
}
