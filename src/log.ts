import winston from 'winston'

/** Log lines: one sentence, and plain values beside it. Secrets never get here (house rule; a test with a canary holds it). */
export interface Log {
  debug(message: string, about?: object): void
  info(message: string, about?: object): void
  warn(message: string, about?: object): void
  error(message: string, about?: object): void
}

export interface ClosableLog extends Log {
  /** Resolves when every line has been written. */
  flush(): Promise<void>
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** The same line comes at most once in this time; then it says how often it was held back. */
const repeatMs = 10_000
/** Beyond this many different lines the memory of repeats starts anew. */
const mostLines = 1000

/** JSON lines on standard output; readable lines where a person looks on. */
export const createLog = (level: LogLevel, stream: NodeJS.WriteStream = process.stdout): ClosableLog => {
  const { combine, timestamp, json, printf } = winston.format
  const readable = printf(({ timestamp: time, level: word, message, ...about }) => {
    const rest = Object.keys(about).length > 0 ? ` ${JSON.stringify(about)}` : ''
    return `${time} ${word.padEnd(5)} ${message}${rest}`
  })
  const logger = winston.createLogger({
    level,
    format: combine(timestamp(), stream.isTTY ? readable : json()),
    transports: [new winston.transports.Stream({ stream })],
  })
  const seen = new Map<string, { untilMs: number; held: number }>()
  const say = (word: LogLevel, message: string, about: object = {}) => {
    const nowMs = Date.now()
    const line = `${word} ${message} ${JSON.stringify(about)}`
    const last = seen.get(line)
    if (last !== undefined && nowMs < last.untilMs) {
      last.held++
      return
    }
    if (seen.size >= mostLines) seen.clear()
    seen.set(line, { untilMs: nowMs + repeatMs, held: 0 })
    logger.log(word, message, last?.held ? { ...about, repeated: last.held } : about)
  }
  return {
    debug: (message, about) => say('debug', message, about),
    info: (message, about) => say('info', message, about),
    warn: (message, about) => say('warn', message, about),
    error: (message, about) => say('error', message, about),
    flush: () =>
      new Promise((resolve) => {
        logger.once('finish', () => (stream.writableNeedDrain ? stream.once('drain', resolve) : resolve()))
        logger.end()
      }),
  }
}
