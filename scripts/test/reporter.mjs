import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

/** mocha's own spec report, and the counts in a file for scripts/test.ts: it adds up the suites. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const file = process.env.LARDER_TEST_COUNTS
      const { passes, failures, pending } = this.stats
      if (file) writeFileSync(file, JSON.stringify({ passes, failures, pending }))
    })
  }
}
