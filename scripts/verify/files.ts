import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notice } from '../generate/target.ts'

/** A file that somebody writes by hand: `path` from the repository's root. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const source = /\.(ts|mts|cts|js|mjs|cjs|sh|go)$/
/** Packages, what is built, and data that is fetched or generated. */
const foreign = new Set(['node_modules', 'dist', 'data'])

/** Every source file below a folder, in order of its path; generated ones left out. */
export const sourceFiles = (root: string, folder: string): readonly SourceFile[] => {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return foreign.has(entry.name) ? [] : sourceFiles(root, path)
      if (!source.test(entry.name)) return []
      const text = readFileSync(join(root, path), 'utf8')
      return text.split('\n', 1)[0]?.includes(notice) ? [] : [{ path, text }]
    })
}
