import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Chosen, suiteNames, suites } from './suites.ts'

/** What a run is asked for. */
export interface Wanted {
  readonly chosen: readonly Chosen[]
  readonly grep: string | undefined
  /** Whether it is the whole run, with all checks. */
  readonly all: boolean
  /** Suites that were asked for and have no folder yet. */
  readonly empty: readonly string[]
}

const usage = `usage: npm test -- [SUITE or test/SUITE/FILE.test.ts ...] [--grep "part of a title"]
suites: ${suiteNames.join(', ')}`

const isTest = (path: string) => path.endsWith('.test.ts')

/** The suite of a name, or of a file below test/; an error that says what there is instead. */
const suiteOf = (root: string, argument: string): readonly [suite: string, file: string | undefined] => {
  if (suiteNames.includes(argument)) return [argument, undefined]
  const path = relative(root, resolve(root, argument))
  const [first, suite = ''] = path.split('/')
  if (first === 'test' && suiteNames.includes(suite) && existsSync(join(root, path))) {
    if (isTest(path)) return [suite, path]
    if (path === `test/${suite}`) return [suite, undefined]
  }
  throw new Error(`there is no suite and no file of tests ${argument}\n${usage}`)
}

/** Folders of test/ that hold tests and no suite knows: they would never run. */
export const unknownFolders = (root: string): readonly string[] =>
  readdirSync(join(root, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !suiteNames.includes(entry.name))
    .filter(({ name }) => readdirSync(join(root, 'test', name), { recursive: true, encoding: 'utf8' }).some(isTest))
    .map(({ name }) => name)

/** Reads the command line of `npm test`. Throws an error for people when it is wrong. */
export const readWanted = (root: string, args: readonly string[]): Wanted => {
  const options = { grep: { type: 'string', short: 'g' } } as const
  const parsed = () => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true })
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${usage}`)
    }
  }
  const { values, positionals } = parsed()
  const named = Map.groupBy(
    positionals.map((argument) => suiteOf(root, argument)),
    ([suite]) => suite,
  )
  const asked = suites.filter(({ name }) => named.size === 0 || named.has(name))
  const hasFolder = ({ name }: { readonly name: string }) => existsSync(join(root, 'test', name))
  const chosen = asked.filter(hasFolder).map((suite) => {
    const files = (named.get(suite.name) ?? []).map(([, file]) => file)
    const isWhole = files.length === 0 || files.includes(undefined)
    const whole = [`test/${suite.name}/**/*.test.ts`]
    return { suite, files: isWhole ? whole : [...new Set(files.filter((file) => file !== undefined))] }
  })
  const empty = asked.filter((suite) => !hasFolder(suite)).map(({ name }) => name)
  return { chosen, grep: values.grep, all: positionals.length === 0 && values.grep === undefined, empty }
}
