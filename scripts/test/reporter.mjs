import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import Mocha from 'mocha'

const firstLine = (error) => String(error?.message ?? error).split('\n', 1)[0]

/**
 * mocha's own spec report, and two files for scripts/test/: LARDER_TEST_REPORT gets what passed and what failed, at the end;
 * LARDER_TEST_PROGRESS gets what is under way, each time that a test or a hook begins or ends.
 */
export default class LarderReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const { LARDER_TEST_REPORT: report, LARDER_TEST_PROGRESS: progress } = process.env
    const one = (test, error) => ({
      ...(test.file ? { file: relative(process.cwd(), test.file) } : {}),
      title: test.fullTitle(),
      error,
    })
    const failures = []
    runner.on('fail', (test, error) => failures.push(one(test, firstLine(error))))
    // A skipped test proves nothing.
    runner.on('pending', (test) => failures.push(one(test, 'it was skipped')))
    if (progress) {
      const tell = (words) => writeFileSync(progress, words)
      for (const begin of ['test', 'hook']) runner.on(begin, (test) => tell(`in ${test.fullTitle()}`))
      for (const end of ['test end', 'hook end']) runner.on(end, (test) => tell(`after ${test.fullTitle()}`))
    }
    runner.once('end', () => {
      if (report) writeFileSync(report, JSON.stringify({ passed: this.stats.passes, failures }))
    })
  }
}
