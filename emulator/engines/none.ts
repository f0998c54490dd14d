import { fingerprint } from '../world/fingerprint.ts'
import type { Address, Engines, Figures } from './port.ts'

/** A loopback address that is always the same for a key; nothing listens there. */
const addressOf = (key: string, port: number): Address => {
  const seed = fingerprint(key)
  return { host: `127.${1 + (seed % 254)}.${(seed >>> 8) % 256}.${1 + ((seed >>> 16) % 254)}`, port }
}

const EVERY_KEY: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true })

/**
 * Engines without server processes: every key has an address and counts as ready at once. There is nobody to say
 * figures, unless a test makes them up.
 */
export const noEngines = (figures: (key: string) => Figures | undefined = () => undefined): Engines => ({
  address: addressOf,
  converge: () => {},
  ready: () => EVERY_KEY,
  failed: () => new Map(),
  lost: () => new Set(),
  slotsMovedPercent: () => 100,
  slotsHeld: () => undefined,
  figures: async (key) => figures(key),
  backupBytes: () => 0,
  onChange: () => {},
  stop: async () => {},
})
