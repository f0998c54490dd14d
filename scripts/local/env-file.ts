import { writeFileSync } from 'node:fs'
import type { World } from './world.ts'

const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`

/**
 * Writes what another terminal sources to use the local world: `. .local/env`. That terminal's own PATH stays, behind our
 * folders: it may have a virtual environment, or a Node of its own.
 */
export const writeEnvFile = ({ env, path }: Pick<World, 'env' | 'path'>, file: string): void => {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`)
  writeFileSync(file, `${lines.join('\n')}\nexport PATH=${path.map(quoted).join(':')}:"$PATH"\n`, { mode: 0o600 })
}
