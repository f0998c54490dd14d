/** Whether it was written for people: a plain Error of ours. Mistakes in the code and errors of the system are of other kinds. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof Error && Object.getPrototypeOf(error) === Error.prototype && !('code' in error)

/** Runs a script. An error that was written for people is told without its stack; each ends the script with exit code 1. */
export const tellingErrors = async (run: () => unknown): Promise<void> => {
  try {
    await run()
  } catch (error) {
    console.error(isForPeople(error) ? error.message : error)
    process.exitCode = 1
  }
}
