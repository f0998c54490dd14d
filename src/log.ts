import winston from 'winston'

/** Logger lines: one sentence, and plain values beside it. Secrets never get here (house rule; a test with a canary holds it). */
export interface Logger {
  debug(message: string, about?: object): void
  info(message: string, about?: object): void
  warn(message: string, about?: object): void
  error(message: string, about?: object): void
}

export interface ClosableLog extends Logger {
  /** Resolves when every line has been written. */
  flush(): Promise<void>
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** The same line comes at most once in this time; then it says how often it was held back. */
const repeatMs = 10_000
/** Beyond this many different lines the memory of repeats starts anew. */
const mostLines = 1000

/** Names that a line has for itself. */
const freeName = (name: string, about: object): string => {
  if (name === 'message') return 'error' in about ? 'detail' : 'error'
  return name === 'level' || name === 'timestamp' ? `field_${name}` : name
}

/**
 * Fields as a line holds them. `message` is the line's own sentence, so a field of that name is called `error`: that is what it is in
 * all that is logged. An Error becomes its message; its stack is for who asks for details.
 */
const fieldsOf = (about: object, stacks: boolean): Record<string, unknown> => {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(about)) {
    fields[freeName(name, about)] = value instanceof Error ? value.message : value
    if (stacks && value instanceof Error) fields['stack'] = value.stack
  }
  return fields
}

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
  const least = logLevels.indexOf(level)
  const say = (word: LogLevel, message: string, about: object = {}) => {
    // First of all: a reconcile says several lines at debug, and mostly nobody asks for them.
    if (logLevels.indexOf(word) < least) return
    const nowMs = Date.now()
    const fields = fieldsOf(about, level === 'debug')
    const line = `${word} ${message} ${JSON.stringify(fields)}`
    const last = seen.get(line)
    if (last !== undefined && nowMs < last.untilMs) {
      last.held++
      return
    }
    if (seen.size >= mostLines) seen.clear()
    seen.set(line, { untilMs: nowMs + repeatMs, held: 0 })
    // In one piece: given apart, winston would glue a field called message onto the sentence.
    logger.log({ ...fields, ...(last?.held && { repeated: last.held }), level: word, message })
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
