import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder for what is built or unpacked once and used by every checkout: `LARDER_CACHE`, else `~/.cache/larder`.
 * It may be deleted at any time; the next run fills it again.
 */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env.LARDER_CACHE || join(homedir(), '.cache', 'larder')
