import { createWorld, type World } from '../world/world.ts'

/** What a state folder remembers. */
export interface StoredState {
  /** The latest moment that the emulator had seen, in milliseconds since 1970. */
  readonly savedAtMs: number
  readonly worlds: readonly World[]
}

/** Rises whenever a state that was stored before cannot be read as it is any more. */
export const STATE_VERSION = 1
const KIND = 'larder-elasticache-state'
/** The only member of the object that stands for a Map: its entries. */
const MAP = '$map'

const isPlain = (value: object): boolean => Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype

/** Maps become `{ "$map": [[key, value], ...] }`. What JSON would lose is refused, so that it is never lost unseen. */
const written = (key: string, value: unknown): unknown => {
  if (value instanceof Map) return { [MAP]: [...value] }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`${key} is no number that can be stored`)
  if (typeof value === 'object' && value !== null && !isPlain(value)) throw new TypeError(`${key} cannot be stored`)
  return value
}

const read = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, MAP)) return value
  return new Map((value as { readonly [MAP]: [unknown, unknown][] })[MAP])
}

/** The state as the text of a file. */
export const encodeState = ({ savedAtMs, worlds }: StoredState): string =>
  `${JSON.stringify({ kind: KIND, version: STATE_VERSION, savedAtMs, worlds }, written)}\n`

const kindOf = (value: unknown): string =>
  value instanceof Map ? 'map' : Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value

/** A stored world; collections that did not exist yet when it was stored are as in a new one. */
const worldOf = (stored: unknown): World => {
  const { account, region } = (stored ?? {}) as Partial<World>
  if (typeof account !== 'string' || typeof region !== 'string') throw new Error('a world names no account and region')
  const fresh = createWorld({ account, region })
  const world = { ...fresh, ...(stored as Partial<World>) }
  for (const [name, value] of Object.entries(fresh)) {
    if (kindOf(value) !== kindOf(world[name as keyof World]))
      throw new Error(`${name} of a world is no ${kindOf(value)}`)
  }
  return world
}

/** The parser's own words would quote the text, and with it what is secret. */
const parsed = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    return JSON.parse(text, read)
  } catch {
    throw new Error('it is no JSON, or not whole')
  }
}

/** Reads what {@link encodeState} wrote. Throws an Error that says what is wrong with the text. */
export const decodeState = (text: string): StoredState => {
  const state = parsed(text)
  if (state?.kind !== KIND) throw new Error('it is no state of this emulator')
  if (state.version !== STATE_VERSION) {
    throw new Error(`it has the format ${String(state.version)}, and this emulator reads ${STATE_VERSION}`)
  }
  const { savedAtMs, worlds } = state
  if (typeof savedAtMs !== 'number' || !Array.isArray(worlds)) throw new Error('its time or its worlds are missing')
  return { savedAtMs, worlds: worlds.map(worldOf) }
}
