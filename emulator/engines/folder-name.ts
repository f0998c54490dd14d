import { createHash } from 'node:crypto'

/** A node's folder below the run folder and the data folder. Short: a unix socket's path may have 100 characters only. */
export const folderName = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 12)

/** Whether a folder may be one of a node. */
export const isFolderName = (name: string): boolean => /^[0-9a-f]{12}$/.test(name)
