/** Something of a run that failed: a test, a check, or what came before them. */
export interface Failure {
  readonly suite: string
  /** From the repository's root; absent where no file is to blame. */
  readonly file?: string
  /** The full title, which `--grep` finds. */
  readonly title: string
  /** The first line of what it said. */
  readonly error?: string
}

const told = ({ suite, file, title, error }: Failure): string => {
  const where = file === undefined ? suite : `${suite}, ${file}`
  return [`  ${where}: ${title}`, ...(error ? [`      ${error}`] : [])].join('\n')
}

/** The end of a run: what failed, one after the other, then the line that counts. */
export const lastWords = (passed: number, failures: readonly Failure[]): string => {
  const list = failures.length === 0 ? [] : ['failed:', ...failures.map(told), '']
  return [...list, `${passed} passed, ${failures.length} failed`].join('\n')
}
