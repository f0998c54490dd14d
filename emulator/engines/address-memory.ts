import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keepFile } from '../state/kept-file.ts'
import type { AddressMemory, Place } from './addresses.ts'
import type { Log } from './log.ts'

const FILE = 'addresses.json'

interface Remembered {
  readonly block?: string
  readonly places: readonly (readonly [string, Place])[]
}

/** What cannot be read is no loss but that of the addresses: they are given anew. */
const readMemory = (file: string): Remembered => {
  try {
    const { block, places } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Remembered>
    return typeof block === 'string' && Array.isArray(places) ? { block, places } : { places: [] }
  } catch {
    return { places: [] }
  }
}

/** The addresses that an earlier emulator gave away, and a file in the data folder for those of this one. */
export const rememberAddresses = (dataFolder: string, log: Log): AddressMemory => {
  const file = join(dataFolder, FILE)
  const { block, places } = readMemory(file)
  let current = { block: block ?? '', places: new Map<string, Place>() }
  const kept = keepFile(file, () => JSON.stringify({ block: current.block, places: [...current.places] }), log)
  return {
    ...(block === undefined ? {} : { block }),
    places: new Map(places),
    begin: (next, given) => {
      current = { block: next, places: given }
    },
    changed: () => kept.touch(),
    flush: () => kept.flush().catch((error: Error) => log(`${file} could not be written: ${error.message}`)),
  }
}
