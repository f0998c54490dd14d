import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, it } from 'mocha'
import { faultsOf, notice, write } from '../../scripts/generate/target.ts'
import { deadLinks, linkedFiles, missingPaths, namedPaths } from '../../scripts/verify/paths.ts'
import { impurities, impuritiesIn } from '../../scripts/verify/purity.ts'

const root = join(import.meta.dirname, '../..')
const execute = promisify(execFile)

/** A copy of nothing but what a check needs, with one thing wrong. */
const withFolder = async (run: (folder: string) => Promise<void>) => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-map-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the map', () => {
  it('names paths in ARCHITECTURE that all exist', () => {
    const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    assert.ok(namedPaths(page).length > 20)
    assert.deepEqual(missingPaths(root, page), [])
  })

  it('is missed when it names a path that is not there', () => {
    assert.deepEqual(missingPaths(root, 'See `src/plan/` and `src/nowhere/plan.ts`, and `spec.engine`.'), [
      'src/nowhere/plan.ts',
    ])
  })
})

describe('links between pages', () => {
  it('are those that lead to a file', () =>
    assert.deepEqual(linkedFiles('[a](b.md#c), [d](https://e.f/g.md), [h](#i), `[l](m)`, [j](../k.md)'), [
      'b.md',
      '../k.md',
    ]))

  it('are missed when they lead nowhere, and so is a page that the list leaves out', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'docs'))
      writeFileSync(join(folder, 'README.md'), '[docs](docs/README.md)')
      writeFileSync(join(folder, 'docs/README.md'), '[a](a.md), [gone](gone.md)')
      writeFileSync(join(folder, 'docs/a.md'), '[up](../README.md)')
      writeFileSync(join(folder, 'docs/b.md'), '')
      assert.deepEqual(deadLinks(folder), [
        'docs/README.md: gone.md is not there',
        'docs/README.md: docs/b.md is not listed',
      ])
    }))
})

describe('generated files', () => {
  it('are found stale, missing and left over, each by name', () =>
    withFolder(async (folder) => {
      const targets = [
        { path: 'deploy/a.yaml', content: `# ${notice}\na: 1\n` },
        { path: 'deploy/b.yaml', content: `# ${notice}\nb: 1\n` },
      ]
      await write(folder, targets)
      assert.deepEqual(await faultsOf(folder, targets), [])
      writeFileSync(join(folder, 'deploy/a.yaml'), 'edited by hand')
      rmSync(join(folder, 'deploy/b.yaml'))
      writeFileSync(join(folder, 'deploy/c.yaml'), `# ${notice}\n`)
      assert.deepEqual(await faultsOf(folder, targets), [
        { path: 'deploy/a.yaml', is: 'stale' },
        { path: 'deploy/b.yaml', is: 'missing' },
        { path: 'deploy/c.yaml', is: 'leftover' },
      ])
    }))
})

describe('purity', () => {
  const planted = [
    ['export const f = async () => 1', 'async'],
    ['export const f = () => Math.random()', 'Math.random'],
    ['let count = 0', 'a variable that outlives the call'],
  ] as const
  for (const [text, fault] of planted) {
    it(`sees ${fault} in: ${text}`, () => assert.deepEqual(impurities('x.ts', text), [`x.ts:1: ${fault}`]))
  }

  it('refuses to pass with nothing read', () =>
    withFolder(async (folder) => assert.deepEqual(impuritiesIn(folder), [`${folder}: no file to read`])))
})

describe('floors', () => {
  const planted = [
    ['looks-down-only-crds', 'src/crds/x.ts', "import '../plan/y.ts'", 'src/plan/y.ts'],
    ['looks-down-only-time', 'src/time/x.ts', "import '../crds/y.ts'", 'src/crds/y.ts'],
    ['looks-down-only-aws', 'src/aws/x.ts', "import '../kube/y.ts'", 'src/kube/y.ts'],
    ['plan-is-pure', 'src/plan/x.ts', "import 'node:fs'", 'src/crds/y.ts'],
    ['sdk-only-in-aws', 'src/controllers/x.ts', "import '@aws-sdk/client-elasticache'", 'src/crds/y.ts'],
    ['kubernetes-client-only-in-kube', 'src/aws/x.ts', "import '@kubernetes/client-node'", 'src/crds/y.ts'],
    ['emulator-stands-alone', 'emulator/x.ts', "import '../src/crds/y.ts'", 'src/crds/y.ts'],
    ['client-stands-alone', 'client/x.ts', "import '../src/crds/y.ts'", 'src/crds/y.ts'],
    ['no-cycles', 'src/loop/x.ts', "import './y.ts'\nexport const x = 1", 'src/loop/y.ts'],
  ] as const
  for (const [rule, file, text, other] of planted) {
    it(`break ${rule} when ${file} says ${text.split('\n')[0]}`, () =>
      withFolder(async (folder) => {
        for (const path of ['src', 'client', 'emulator', 'controlplane', 'scripts']) mkdirSync(join(folder, path))
        for (const [path, content] of [
          [other, rule === 'no-cycles' ? "import './x.ts'\nexport const y = 1" : 'export const y = 1'],
          [file, text],
        ] as const) {
          mkdirSync(join(folder, path, '..'), { recursive: true })
          writeFileSync(join(folder, path), content)
        }
        writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
        writeFileSync(join(folder, 'tsconfig.json'), readFileSync(join(root, 'tsconfig.json')))
        const args = [
          join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
          '--config',
          join(root, '.dependency-cruiser.cjs'),
          'src',
          'client',
          'emulator',
        ]
        // Packages are found where the repository has them.
        await execute('ln', ['-s', join(root, 'node_modules'), join(folder, 'node_modules')])
        const said = await execute(process.execPath, args, { cwd: folder }).then(
          () => 'no violation',
          (error: { stdout: string }) => error.stdout,
        )
        assert.match(said, new RegExp(rule))
      }))
  }
})
