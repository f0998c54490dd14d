import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { doubledNamesIn } from './names.ts'
import { deadLinks, missingPaths } from './paths.ts'
import { impuritiesIn } from './purity.ts'
import { longFiles } from './sizes.ts'

/** One check of the tree as it stands. `run` gives what is wrong, in words; nothing when all is well. */
export interface Check {
  readonly name: string
  readonly run: () => Promise<string>
}

const execute = promisify(execFile)

interface Failed {
  readonly stdout?: string
  readonly stderr?: string
}

/** What a command says when it fails. */
const complaintOf = async (command: string, args: readonly string[], cwd: string): Promise<string> => {
  try {
    await execute(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
    return ''
  } catch (error) {
    const { stdout = '', stderr = '' } = error as Failed
    return `${stdout}${stderr}`.trim() || String(error)
  }
}

const node = process.execPath

/** dependency-cruiser passes with nothing read when it can't read TypeScript, so the count is looked at too. */
const floors = async (root: string): Promise<string> => {
  const args = [
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'client',
    'emulator',
    'controlplane',
    'scripts',
  ]
  try {
    const { stdout } = await execute(node, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })
    const cruised = Number(/\((\d+) modules/.exec(stdout)?.[1] ?? 0)
    return cruised >= 100 ? '' : `only ${cruised} modules were read: ${stdout}`
  } catch (error) {
    const { stdout = '', stderr = '' } = error as Failed
    return `${stdout}${stderr}`.trim() || String(error)
  }
}

const pages = ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md', 'docs/add-a-field.md']

export const checksOf = (root: string): readonly Check[] => [
  {
    name: 'types: the compiler accepts every file',
    run: () => complaintOf(node, ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'tsconfig.json'], root),
  },
  {
    name: 'lint: biome finds nothing',
    run: () => complaintOf(node, ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'], root),
  },
  { name: 'floors: every room looks down only', run: () => floors(root) },
  {
    name: 'purity: plan/ neither waits nor asks for chance',
    run: async () => impuritiesIn(`${root}/src/plan`).join('\n'),
  },
  {
    name: 'names: no two files of src/ export the same name',
    run: async () => doubledNamesIn(root, 'src').join('\n'),
  },
  { name: 'sizes: no file is longer than 300 lines', run: async () => longFiles(root).join('\n') },
  {
    name: 'generated: every generated file is current',
    run: () => complaintOf(node, ['scripts/generate.ts', '--check'], root),
  },
  {
    name: 'links: every link between pages leads somewhere, and docs/README.md lists every page',
    run: async () => deadLinks(root).join('\n'),
  },
  ...pages.map((page) => ({
    name: `map: every path that ${page} names exists`,
    run: async () => missingPaths(root, readFileSync(`${root}/${page}`, 'utf8')).join('\n'),
  })),
]
