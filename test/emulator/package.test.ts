import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { after, before, describe, it } from 'mocha'
import manifest from '../../emulator/package.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '../..')

const IMPORTS = /(?:^(?:import|export)\b[^;`]*?\bfrom |\bimport\()'([^']+)'/gm

const filesBelow = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-package-'))
  const installed = join(folder, 'node_modules', manifest.name)
  let child: ChildProcess | undefined

  before(async () => {
    mkdirSync(installed, { recursive: true })
    cpSync(join(ROOT, 'emulator/package.json'), join(installed, 'package.json'))
    const project = join(ROOT, 'emulator/tsconfig.build.json')
    const compiler = join(ROOT, 'node_modules/typescript7/bin/tsc')
    await promisify(execFile)(process.execPath, [compiler, '-p', project, '--outDir', join(installed, 'dist')])
    for (const dependency of Object.keys(manifest.dependencies)) {
      const path = join(folder, 'node_modules', dependency)
      mkdirSync(join(path, '..'), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', dependency), path)
    }
  })
  after(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  it('has what its manifest names', () => {
    const named = [
      ...Object.values(manifest.bin),
      ...Object.values(manifest.exports).flatMap((entry) => Object.values(entry)),
    ]
    for (const path of named) assert.ok(existsSync(join(installed, path)), path)
    for (const path of manifest.files.filter((file) => file.endsWith('.md'))) {
      assert.ok(existsSync(join(ROOT, 'emulator', path)), path)
    }
  })

  it('imports nothing but its dependencies, and TypeScript nowhere', () => {
    const imported = new Set<string>()
    for (const file of filesBelow(join(installed, 'dist'), '.js')) {
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORTS)) {
        if (name.startsWith('.')) assert.doesNotMatch(name, /\.ts$/, file)
        else if (!isBuiltin(name)) imported.add(name.split('/').slice(0, 2).join('/'))
      }
    }
    assert.deepEqual([...imported].toSorted(), Object.keys(manifest.dependencies).toSorted())
  })

  it('starts as its command, and answers every operation that there is', async () => {
    const [command] = Object.values(manifest.bin)
    const main = join(installed, command ?? '')
    assert.match(readFileSync(main, 'utf8'), /^#!\/usr\/bin\/env node\n/)
    child = spawn(process.execPath, [main, '--nodes', 'none', '--die-with-parent'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout ?? assert.fail() })
    const [line] = await lines[Symbol.asyncIterator]()
      .next()
      .then(({ value }) => [String(value)])
    const url = /listening on (\S+)/.exec(line ?? '')?.[1]
    assert.ok(url, line)
    const health = (await (await fetch(`${url}/_health`)).json()) as { readonly operations: number }
    const files = readdirSync(join(ROOT, 'emulator/operations')).filter((name) => name.endsWith('.ts'))
    assert.equal(health.operations, files.length)
  })
})

describe("the emulator's image", () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  const stages = dockerfile.split(/^(?=FROM )/m).filter((stage) => stage.startsWith('FROM '))
  const stage = (name: string) =>
    stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${name}`)) ?? assert.fail(name)

  it('is a stage of its own, and the operator stays the default', () => {
    assert.ok(stage('emulator'))
    assert.doesNotMatch(stages.at(-1)?.split('\n')[0] ?? '', / AS /)
  })

  it('builds with the script of the package, and runs its command with flags that it has', () => {
    assert.match(stage('emulator-build'), /^RUN npm run build -w emulator$/m)
    assert.ok(manifest.scripts.build)
    const [, entrypoint = '[]'] = /^ENTRYPOINT (.+)$/m.exec(stage('emulator')) ?? []
    const [program, main, ...flags] = JSON.parse(entrypoint) as readonly string[]
    assert.equal(program, 'node')
    assert.equal(main, Object.values(manifest.bin)[0])
    const usage = readFileSync(join(ROOT, 'emulator/main.ts'), 'utf8')
    for (const flag of flags.filter((text) => text.startsWith('--'))) assert.ok(usage.includes(`  ${flag} `), flag)
  })

  it('runs as nobody special, and has the three servers', () => {
    assert.match(stage('emulator'), /^USER node$/m)
    for (const server of ['redis-server', 'valkey-server', 'memcached']) assert.ok(stage('emulator').includes(server))
  })

  it('takes only files that .dockerignore lets in', () => {
    const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '))
    for (const file of copied) {
      assert.ok(
        allowed.some((path) => file === path || file.startsWith(`${path}/`)),
        file,
      )
      assert.ok(existsSync(join(ROOT, file)), file)
    }
  })
})
