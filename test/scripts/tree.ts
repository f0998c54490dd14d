import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder with these files, removed afterwards. */
export const withTree = async (
  files: Readonly<Record<string, string>>,
  run: (root: string) => unknown,
): Promise<void> => {
  const root = mkdtempSync(join(tmpdir(), 'larder-tree-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    await run(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}
