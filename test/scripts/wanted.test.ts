import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { needsOf, suiteNames } from '../../scripts/test/suites.ts'
import { readWanted, unknownFolders } from '../../scripts/test/wanted.ts'
import { withTree } from './tree.ts'

const root = join(import.meta.dirname, '../..')
const files = {
  'test/plan/compare.test.ts': '',
  'test/crds/server.test.ts': '',
  'test/crds/duration.test.ts': '',
  'test/aws/acts.test.ts': '',
  'test/golden/policy/defaults.json': '',
}

/** `suite: files` for each that would run, and what they need. */
const asked = (at: string, ...args: readonly string[]) => {
  const { chosen } = readWanted(at, args)
  return { runs: chosen.map((one) => `${one.suite.name}: ${one.files.join(' ')}`), needs: [...needsOf(chosen)] }
}

describe('what npm test is asked for', () => {
  it('is everything that has a folder, in order, when nothing is named', () =>
    withTree(files, (at) => {
      const { chosen, all, empty } = readWanted(at, [])
      assert.deepEqual(
        chosen.map(({ suite }) => suite.name),
        ['crds', 'plan', 'aws'],
      )
      assert.equal(all, true)
      assert.ok(empty.includes('histories'))
    }))

  it('is suites by name, in the order of the house, with neither checks nor servers that they do not need', () =>
    withTree(files, (at) => {
      assert.deepEqual(asked(at, 'aws', 'plan'), {
        runs: ['plan: test/plan/**/*.test.ts', 'aws: test/aws/**/*.test.ts'],
        needs: [],
      })
      assert.equal(readWanted(at, ['plan']).all, false)
    }))

  it('is single files, which may need less than their suite', () =>
    withTree(files, (at) => {
      assert.deepEqual(asked(at, 'test/crds/duration.test.ts', './test/plan/compare.test.ts'), {
        runs: ['crds: test/crds/duration.test.ts', 'plan: test/plan/compare.test.ts'],
        needs: [],
      })
      assert.deepEqual(asked(at, 'test/crds/server.test.ts').needs, ['control plane'])
      assert.deepEqual(asked(at, 'crds').needs, ['control plane'])
    }))

  it('is a part of a title, alone or with suites', () =>
    withTree(files, (at) => {
      assert.equal(readWanted(at, ['plan', '--grep', 'a sentence']).grep, 'a sentence')
      assert.equal(readWanted(at, ['--grep=a sentence']).all, false)
    }))

  it('is refused with the names of what there is when it is unknown', () =>
    withTree(files, (at) => {
      for (const wrong of ['plans', 'test/plan/nowhere.test.ts', 'test/golden/policy/defaults.json', '--greb'])
        assert.throws(() => readWanted(at, [wrong]), /usage: npm test[\s\S]*suites: scripts, crds, plan/)
    }))
})

describe('the suites', () => {
  it('are all known: a folder of tests that no suite names would never run', () =>
    withTree({ ...files, 'test/forgotten/deep/a.test.ts': '' }, (at) => {
      assert.deepEqual(unknownFolders(at), ['forgotten'])
      assert.deepEqual(unknownFolders(root), [])
    }))

  it('run the histories after the controllers', () =>
    assert.equal(suiteNames[suiteNames.indexOf('controllers') + 1], 'histories'))

  it('name only files that are there for those that need something', () => {
    for (const { suite } of readWanted(root, []).chosen) {
      const there = readdirSync(join(root, 'test', suite.name), { recursive: true, encoding: 'utf8' })
      for (const file of suite.neededBy ?? []) assert.ok(there.includes(file), `test/${suite.name}/${file}`)
    }
  })
})
