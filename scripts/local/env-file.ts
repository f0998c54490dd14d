import { writeFileSync } from 'node:fs'
import type { World } from './world.ts'

/** Writes what another terminal sources to use the local world: `. .local/env`. */
export const writeEnvFile = (world: World, file: string): void => {
  const lines = Object.entries(world.env).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
}
