import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'mocha'
import { buildBinary } from '../../controlplane/build.ts'
import { openProgress } from '../../controlplane/progress.ts'
import { readRecipe } from '../../controlplane/recipe.ts'
import { waitFor } from '../../controlplane/wait.ts'
import { temporaryFolder, writeScript } from './scene.ts'

describe('building the binary', () => {
  const folder = temporaryFolder()
  const recipe = readRecipe()

  /** A Go that counts its builds and lasts until a file appears. */
  const scene = (name: string, build: string) => {
    const at = join(folder, name)
    const output = 'while [ "$1" != -o ]; do shift; done; echo binary > "$2"'
    const go = writeScript(
      join(at, 'go'),
      '[ "$1" = build ] || exit 0',
      `echo build >> ${join(at, 'builds')}`,
      build,
      output,
    )
    const target = join(at, 'cache', 'binary')
    mkdirSync(join(at, 'cache'))
    const lines: string[] = []
    const options = { go, recipe, target, log: (line: string) => lines.push(line), isBuilt: () => existsSync(target) }
    const builds = () =>
      existsSync(join(at, 'builds')) ? readFileSync(join(at, 'builds'), 'utf8').split('\n').length - 1 : 0
    return { at, target, lines, options, builds, left: () => readdirSync(join(at, 'cache')) }
  }

  it('happens once when two ask for it at the same time', async () => {
    const { at, target, lines, options, builds, left } = scene(
      'twice',
      `while [ ! -e ${join(folder, 'twice', 'on')} ]; do sleep 0.05; done`,
    )
    const first = buildBinary(options)
    await waitFor(async () => builds() === 1 || undefined, { what: 'the first build' })
    const second = buildBinary(options)
    await waitFor(async () => lines.some((line) => line.includes('another process')) || undefined, {
      what: 'the second to wait',
    })
    writeFileSync(join(at, 'on'), '')
    await Promise.all([first, second])
    assert.equal(builds(), 1)
    assert.deepEqual(left(), ['binary'])
    assert.equal(statSync(target).mode & 0o777, 0o755)
  })

  it('leaves nothing when it fails, and says why', async () => {
    const { options, left } = scene('failing', 'echo no such module >&2; exit 1')
    await assert.rejects(buildBinary(options), /go build in .* failed: it ended with code 1\nno such module/)
    assert.deepEqual(left(), [])
  })

  it('takes over the lock of a builder that is gone', async () => {
    const { target, options, left } = scene('stale', '')
    writeFileSync(`${target}.lock`, '')
    utimesSync(`${target}.lock`, new Date(0), new Date(0))
    await buildBinary(options)
    assert.deepEqual(left(), ['binary'])
  })

  it('ends with its parent, also by SIGKILL, and leaves neither lock nor files', async () => {
    const { options, builds, left, at } = scene('killed', 'sleep 1000')
    const module = fileURLToPath(new URL('../../controlplane/build.ts', import.meta.url))
    const { log: _log, isBuilt: _isBuilt, ...rest } = options
    const code = `import { buildBinary } from ${JSON.stringify(module)}
      await buildBinary({ ...${JSON.stringify(rest)}, log: () => {}, isBuilt: () => false })`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: at, stdio: 'ignore' })
    await waitFor(async () => builds() === 1 || undefined, { what: 'the build' })
    const gone = once(parent, 'exit')
    parent.kill('SIGKILL')
    await gone
    await waitFor(async () => left().length === 0 || undefined, { what: 'an empty folder' })
  })
})

describe('the key of a build', () => {
  it('names the version of Kubernetes and stays the same while the module does', () => {
    assert.match(readRecipe().key, /^kubernetes-v1\.\d+\.\d+-[0-9a-f]{12}$/)
    assert.deepEqual(readRecipe(), readRecipe())
  })
})

describe('progress', () => {
  it('is a plain line now and then where there is no terminal', () => {
    const lines: string[] = []
    const progress = openProgress({ log: (line) => lines.push(line), everyMs: 3_600_000 })
    for (const text of ['1 of 3', '2 of 3', '3 of 3']) progress.show(text)
    progress.end('done')
    assert.deepEqual(lines, ['1 of 3', 'done'])
  })
})
