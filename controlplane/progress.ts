/** Takes one line of text, without a line end. */
export type Log = (line: string) => void

/** A line that tells how far a long task is. */
export type Progress = {
  show(text: string): void
  /** Ends it with a last line. */
  end(text: string): void
}

export type ProgressOptions = {
  readonly log: Log
  /** The terminal to keep one updating line on; without one, a plain line is logged now and then. */
  readonly terminal?: NodeJS.WriteStream | undefined
  readonly everyMs?: number
}

export const openProgress = ({ log, terminal, everyMs = 15_000 }: ProgressOptions): Progress => {
  if (terminal) {
    const clear = '\r\u001b[K'
    return {
      show: (text) => terminal.write(`${clear}${text.slice(0, (terminal.columns || 80) - 1)}`),
      end: (text) => terminal.write(`${clear}${text}\n`),
    }
  }
  let nextMs = 0
  return {
    show(text) {
      if (performance.now() < nextMs) return
      nextMs = performance.now() + everyMs
      log(text)
    },
    end: log,
  }
}

/** "48 s" or "5 min 12 s". */
export const durationText = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
