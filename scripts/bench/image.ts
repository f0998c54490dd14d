import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How the image runs the operator: the flags of Node and the environment. */
export interface ImageSettings {
  readonly nodeFlags: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const dockerfile = join(import.meta.dirname, '../../Dockerfile')

/** Reads the operator's stage of the Dockerfile, so that what is measured is what is shipped. */
export const imageSettings = (text = readFileSync(dockerfile, 'utf8')): ImageSettings => {
  const stage = text.split(/^FROM /m).find((part) => part.includes('/larder.mjs"]')) ?? ''
  const [, entrypoint = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(stage) ?? []
  const [, env = ''] = /^ENV (.*)$/m.exec(stage) ?? []
  return {
    nodeFlags: (JSON.parse(entrypoint) as string[]).filter((word) => word.startsWith('--')),
    env: Object.fromEntries(env.split(' ').map((pair) => pair.split('=') as [string, string])),
  }
}
