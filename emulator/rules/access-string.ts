import { RESTRICTED_COMMANDS } from '../engines/restricted-commands.ts'
import { invalidValue } from '../wire/refusal.ts'

const CATEGORIES = new Set([
  ...[
    'keyspace',
    'read',
    'write',
    'set',
    'sortedset',
    'list',
    'hash',
    'string',
    'bitmap',
    'hyperloglog',
    'geo',
    'json',
  ],
  ...['stream', 'pubsub', 'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting'],
  ...['all', 'search', 'bloom'],
])

const ALIASES: Readonly<Record<string, string>> = {
  allkeys: '~*',
  allchannels: '&*',
  allcommands: '+@all',
  nocommands: '-@all',
}

const KEYS = /^(~\S+|%(R|W|RW)~\S+|resetkeys)$/i
const CHANNELS = /^(&\S+|resetchannels)$/i
const COMMAND = /^([+-])(@?)([a-z][a-z0-9_.-]*(?:\|[a-z][a-z0-9_-]*)?)$/i

const wrong = (word: string) => invalidValue(`Access String is not valid: unexpected token ${word}.`)

/** Words of an access string; what stands in parentheses is one word. */
const wordsOf = (text: string): readonly string[] => {
  const words = text.match(/\([^()]*\)|[^\s()]+/g) ?? []
  if (words.join('').replace(/\s/g, '') !== text.replace(/\s/g, '')) {
    throw invalidValue('Access String is not valid: parentheses do not match.')
  }
  return words
}

/** Passwords and resets have no place in an access string, and restricted commands cannot be granted. */
const commandOf = (word: string): string => {
  const [, sign = '', at = '', name = ''] = COMMAND.exec(word) ?? []
  const lower = name.toLowerCase()
  if (sign === '' || (at === '@' && !CATEGORIES.has(lower))) throw wrong(shownPart(word))
  if (sign === '+' && at === '' && RESTRICTED_COMMANDS.includes(lower)) {
    throw invalidValue(`Access String is not valid: the command ${lower} cannot be used.`)
  }
  return `${sign}${at}${lower}`
}

/** A word that may be a password is not repeated. */
const shownPart = (word: string): string => (/^[><#!]/.test(word) ? `${word[0]}...` : word)

/** Everything up to the last word that begins anew is without effect. */
const sinceLast = (words: readonly string[], isStart: (word: string) => boolean): readonly string[] =>
  words.slice(Math.max(0, words.findLastIndex(isStart)))

const distinct = (words: readonly string[]): readonly string[] => [...new Set(words)]

interface Sorted {
  readonly keys: readonly string[]
  readonly channels: readonly string[]
  readonly commands: readonly string[]
}

const sorted = (words: readonly string[]): Sorted => {
  const keys = words.filter((word) => KEYS.test(word))
  const channels = words.filter((word) => CHANNELS.test(word))
  const rest = words.filter((word) => !KEYS.test(word) && !CHANNELS.test(word)).map(commandOf)
  const patterns = sinceLast(keys, (word) => word.toLowerCase() === 'resetkeys')
  const topics = sinceLast(channels, (word) => word.toLowerCase() === 'resetchannels')
  const commands = sinceLast(rest, (word) => word === '+@all' || word === '-@all')
  const whole = commands[0] === '+@all' || commands[0] === '-@all'
  return {
    // A pattern beside the one that matches all is an error to the servers.
    keys: patterns.includes('~*') ? ['~*'] : distinct(patterns),
    channels: topics.includes('&*') ? ['&*'] : distinct(topics),
    commands: whole ? commands : ['-@all', ...commands],
  }
}

const rulesOf = (words: readonly string[]): readonly string[] => {
  const { keys, channels, commands } = sorted(words.map((word) => ALIASES[word.toLowerCase()] ?? word))
  return [...keys.filter((word) => word.toLowerCase() !== 'resetkeys'), ...channels, ...commands]
}

const selector = (word: string): string => {
  const inner = wordsOf(word.slice(1, -1))
  return `(${rulesOf(inner).join(' ')})`
}

/**
 * An access string as AWS shows it: on or off first (off unless it says on), then keys, channels and commands, which
 * begin with -@all unless they begin with all: '~keys* +get' becomes 'off ~keys* -@all +get'.
 */
export const normalisedAccess = (text: string): string => {
  const words = wordsOf(text)
  if (words.length === 0) throw invalidValue('Access String must not be empty.')
  const isSwitch = (word: string) => /^(on|off)$/i.test(word)
  const selectors = words.filter((word) => word.startsWith('('))
  const plain = words.filter((word) => !isSwitch(word) && !word.startsWith('('))
  const on = words.findLast(isSwitch)?.toLowerCase() ?? 'off'
  return [on, ...rulesOf(plain), ...selectors.map(selector)].join(' ')
}
