import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { withTree } from './tree.ts'

const root = join(import.meta.dirname, '../..')

const bareOptions = (PATH = '/nowhere', LARDER_CACHE = '/nowhere') => {
  const { LARDER_TEST_KUBECONFIG: _cluster, KUBEBUILDER_ASSETS: _assets, ...env } = process.env
  return { cwd: root, env: { ...env, PATH, LARDER_CACHE }, encoding: 'utf8' } as const
}

/** Runs a command of the house on a machine that has only these programs, and an empty cache. */
const onBareMachine = (
  programs: Readonly<Record<string, string>>,
  command: readonly [file: string, ...args: string[]],
  check: (end: { readonly code: number | null; readonly out: string; readonly complaint: string }) => unknown,
) =>
  withTree(
    Object.fromEntries(Object.entries(programs).map(([name, text]) => [`bin/${name}`, `#!/bin/sh\n${text}\n`])),
    (at) => {
      const bin = join(at, 'bin')
      mkdirSync(bin, { recursive: true })
      for (const name of Object.keys(programs)) chmodSync(join(bin, name), 0o755)
      const [file, ...args] = command
      const { status, stdout, stderr } = spawnSync(file, args, bareOptions(bin, join(at, 'cache')))
      assert.equal(existsSync(join(at, 'cache')), false, 'nothing was installed')
      return check({ code: status, out: stdout, complaint: stderr })
    },
  )

const oldPython = 'echo 3.8'
const bareDebian = 'case "$2" in *version_info*) echo 3.13 ;; *) exit 1 ;; esac'

describe('a missing tool is told in plain words, without a stack, before anything is installed', () => {
  it('by npm test: all that are missing at once', () =>
    onBareMachine({}, [process.execPath, 'scripts/test.ts'], ({ code, out, complaint }) => {
      assert.deepEqual([code, out], [1, ''])
      assert.match(complaint, /no python3: install Python 3\.9 or later/)
      assert.match(complaint, /Go is not on PATH\. Any one of these helps:\n {2}- Go 1\.26/)
      assert.doesNotMatch(complaint, /^ +at /m)
    }))

  it('by npm test of one suite: only what that suite needs', () =>
    onBareMachine({}, [process.execPath, 'scripts/test.ts', 'boto3'], ({ code, out, complaint }) => {
      assert.deepEqual([code, out], [1, ''])
      assert.match(complaint, /^The boto3 suite found no python3: .*\n$/)
    }))

  for (const [what, script, words] of [
    ['is too old', oldPython, /found python 3\.8: install Python 3\.9/],
    ['has no venv', bareDebian, /found python 3\.13 without venv: .*python3-venv/],
  ] as const)
    it(`by npm test: a Python that ${what}`, () =>
      onBareMachine({ python3: script }, [process.execPath, 'scripts/test.ts', 'boto3'], ({ code, complaint }) => {
        assert.equal(code, 1)
        assert.match(complaint, words)
      }))

  it('by npm run tools, which the demo and make local install with: no Go', () =>
    onBareMachine({}, [process.execPath, 'scripts/tools.ts'], ({ code, out, complaint }) => {
      assert.deepEqual([code, out], [1, ''])
      assert.match(complaint, /^No Kubernetes control plane was found[\s\S]*LARDER_TEST_KUBECONFIG=FILE.*\n$/)
    }))

  it('by scripts/python.ts', () =>
    onBareMachine({}, [process.execPath, 'scripts/python.ts'], ({ code, complaint }) => {
      assert.equal(code, 1)
      assert.match(complaint, /^The boto3 suite found no python3: .*\n$/)
    }))

  const shell = { dirname: '/usr/bin/dirname "$@"', cat: '/bin/cat "$@"', ls: '/bin/ls "$@"' }
  const npm = { npm: 'echo npm was called; exit 3' }

  it('by make: no npm', () =>
    onBareMachine(shell, ['/bin/sh', 'scripts/install.sh', 'verify'], ({ code, out, complaint }) => {
      assert.deepEqual([code, out], [1, ''])
      assert.match(complaint, /^Larder needs Node\.js 20 or later with npm: .*\n$/)
    }))

  it('by make test: no Go and no Python, in the words of npm test, before npm packages are fetched', () =>
    onBareMachine({ ...shell, ...npm }, ['/bin/sh', 'scripts/install.sh', 'test'], ({ code, out, complaint }) => {
      assert.deepEqual([code, out], [1, ''])
      const byNpm = spawnSync(process.execPath, ['scripts/test.ts'], bareOptions())
      const sorted = (text: string) => text.split('\n').filter(Boolean).toSorted()
      assert.deepEqual(sorted(complaint), sorted(byNpm.stderr))
    }))

  it('by make demo: no word about Python, which only the tests need', () =>
    onBareMachine({ ...shell, ...npm }, ['/bin/sh', 'scripts/install.sh', 'demo'], ({ code, complaint }) => {
      assert.equal(code, 1)
      assert.match(complaint, /^No Kubernetes control plane/)
      assert.doesNotMatch(complaint, /Python/)
    }))
})
