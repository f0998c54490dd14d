import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { NodeWanted } from './port.ts'
import { sortSeeds } from './seed-sorter.ts'
import type { Workshop } from './server.ts'
import type { Setbacks } from './setbacks.ts'

/** Puts the data in place that a node is to begin with. */
export interface Seeds {
  /** Whether a node may be started: its seed lies there, or it needs none. */
  inPlace(node: NodeWanted, folderName: string): boolean
  /** The node has answered: from now on its data is its own, and a restart does not bring the seed back. */
  loaded(node: NodeWanted, folderName: string): void
  stop(): Promise<void>
}

/** What the server reads at its start, without an append-only file; and the sign that it has done so. */
const DUMP = 'dump.rdb'
const SEEDED = 'seeded'

/** Prepares seeds in the background. What cannot be had is noted as a setback of the node. */
export function createSeeds(shop: Workshop, setbacks: Setbacks): Seeds {
  const working = new Map<string, Promise<void>>()

  const prepare = async (node: NodeWanted, folderName: string) => {
    const files = (node.seedFiles ?? []).map((file) => resolve(shop.dataFolder, file))
    for (const file of files) await refuseOthers(file)
    const folder = join(shop.dataFolder, folderName)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const whole = join(folder, `${DUMP}.new`)
    const [first] = files
    if (node.cluster) await sortSeeds({ node, files, folderName, result: whole }, shop)
    else if (first !== undefined) copyFileSync(first, whole)
    renameSync(whole, join(folder, DUMP))
  }

  return {
    inPlace(node, folderName) {
      if (!node.seedFiles || node.primary !== undefined) return true
      const folder = join(shop.dataFolder, folderName)
      if (['appendonlydir', DUMP, SEEDED].some((file) => existsSync(join(folder, file)))) return true
      if (!working.has(node.key)) {
        const work = prepare(node, folderName)
          .catch((error: Error) => setbacks.note(node.key, error.message))
          .finally(() => {
            working.delete(node.key)
            shop.wake()
          })
        working.set(node.key, work)
      }
      return false
    },
    loaded(node, folderName) {
      if (node.seedFiles) writeFileSync(join(shop.dataFolder, folderName, SEEDED), '')
    },
    async stop() {
      await Promise.all(working.values())
    },
  }
}

/** Only the first bytes are looked at here; a server that cannot read the rest says so. */
async function refuseOthers(file: string): Promise<void> {
  const handle = await open(file).catch(() => {
    throw new Error('the snapshot file cannot be read')
  })
  try {
    const { buffer } = await handle.read(Buffer.alloc(9), 0, 9, 0)
    if (!/^(REDIS\d{4}|VALKEY\d{3})$/.test(buffer.toString('latin1')))
      throw new Error('the snapshot file is no RDB file')
  } finally {
    await handle.close()
  }
}
