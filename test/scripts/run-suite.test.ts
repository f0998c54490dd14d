import assert from 'node:assert/strict'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'mocha'
import { lastWords } from '../../scripts/test/failures.ts'
import { runSuite, type SuiteRun } from '../../scripts/test/run-suite.ts'
import { watchProgress } from '../../scripts/test/watch.ts'
import { patience } from '../patience.ts'
import { withTree } from './tree.ts'

const root = join(import.meta.dirname, '../..')
const planted = (text: string, run: (at: string, options: SuiteRun) => unknown) =>
  withTree({ 'planted.test.mjs': text }, (at) => {
    const outFile = join(at, 'out')
    return run(at, { suite: 'planted', files: [join(at, 'planted.test.mjs')], folder: at, outFile })
  })

describe('a suite', () => {
  it('tells what passed, and of each failure the file, the full title and the first line of the error', () =>
    planted(
      `describe('a cook', () => {
        it('cooks', () => {})
        it('washes up', () => { throw new Error('no water\\nat all') })
        it.skip('sleeps', () => {})
        describe('with guests', () => {
          before('invites', () => { throw new Error('nobody came') })
          it('serves', () => {})
        })
      })`,
      async (at, options) => {
        const file = relative(root, join(at, 'planted.test.mjs'))
        assert.deepEqual(await runSuite(options), {
          passed: 1,
          failures: [
            { suite: 'planted', file, title: 'a cook washes up', error: 'no water' },
            { suite: 'planted', file, title: 'a cook sleeps', error: 'it was skipped' },
            {
              suite: 'planted',
              file,
              title: 'a cook with guests "before all" hook: invites for "serves"',
              error: 'nobody came',
            },
          ],
        })
        assert.match(readFileSync(join(at, 'out'), 'utf8'), /washes up/)
      },
    ))

  it('runs only what a part of the title names', () =>
    planted("it('one', () => {}); it('two', () => { throw new Error('not asked for') })", async (_, options) =>
      assert.deepEqual(await runSuite({ ...options, grep: 'one' }), { passed: 1, failures: [] }),
    ))

  for (const [what, text, error] of [
    ['that can not be read', 'this is no program', /it ended with exit code \d+ and left no report/],
    ['that ends its process', "it('leaves', () => process.exit(0))", /it ended with exit code 0 and left no report/],
    [
      'that is killed',
      "it('dies', () => process.kill(process.pid, 'SIGKILL'))",
      /it ended with SIGKILL and left no report/,
    ],
  ] as const)
    it(`${what} has failed`, () =>
      planted(text, async (_, options) => {
        const { passed, failures } = await runSuite(options)
        assert.deepEqual([passed, failures.length], [0, 1])
        assert.match(failures[0]?.error ?? '', error)
      }))

  for (const [how, body] of [
    ['waits for ever', 'await new Promise((resolve) => setInterval(() => {}, 1000))'],
    ['computes for ever', 'for (;;);'],
  ] as const)
    it(`that ${how} is killed, and the test under way is named`, () =>
      planted(`it('is quick', () => {}); it('stands still', async () => { ${body} })`, async (at, options) => {
        const progress = join(at, 'planted.progress')
        const stands = () => existsSync(progress) && readFileSync(progress, 'utf8') === 'in stands still'
        // The hour begins when the test does, so that a slow start is no standstill.
        let looks = 0
        const nowMs = () => (stands() ? 3_600_000 * ++looks : 0)
        const { failures } = await runSuite({ ...options, nowMs, lookEveryMs: 20 })
        assert.deepEqual(failures, [
          { suite: 'planted', title: 'in stands still', error: 'nothing moved for too long: it was killed' },
        ])
      }))
})

describe('the watch', () => {
  it('lets a suite be slow as long as something moves, and counts from the last move', () =>
    withTree({ progress: 'in a' }, (at) => {
      const file = join(at, 'progress')
      let now = 0
      const look = watchProgress({ file, limitMs: 100, nowMs: () => now })
      for (let second = 1; second <= 5; second++) {
        now += 99
        utimesSync(file, second, second)
        assert.equal(look(), undefined)
      }
      writeFileSync(file, 'after b')
      assert.equal(look(), undefined)
      now += 100
      assert.equal(look(), 'after b')
    }))

  it('also sees that a suite never begins', () => {
    let now = 0
    const look = watchProgress({ file: '/nowhere/progress', limitMs: 100, nowMs: () => now })
    assert.equal(look(), undefined)
    now = 100
    assert.equal(look(), 'before the first test')
  })
})

describe('patience', () => {
  it('ends only when what is seen has not changed for the whole time', () => {
    let now = 0
    const waits = patience(100, () => now)
    for (const percent of [1, 2, 98, 98]) {
      assert.equal(waits(['modifying', percent]), true)
      now += 100
    }
    assert.equal(waits(['modifying', 98]), false)
  })
})

describe('the last words', () => {
  it('are the line that counts, alone when all passed', () => assert.equal(lastWords(3, []), '3 passed, 0 failed'))

  it('list what failed right before it', () =>
    assert.deepEqual(
      lastWords(3, [
        { suite: 'plan', file: 'test/plan/a.test.ts', title: 'a sentence', error: 'no' },
        { suite: 'verify', title: 'names: one word, one thing' },
      ]).split('\n'),
      [
        'failed:',
        '  plan, test/plan/a.test.ts: a sentence',
        '      no',
        '  verify: names: one word, one thing',
        '',
        '3 passed, 2 failed',
      ],
    ))
})
