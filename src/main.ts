import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { startOperator } from './operator.ts'

/** Set by scripts/build.ts; absent when the sources run as they are. */
declare const LARDER_VERSION: string | undefined
const version = typeof LARDER_VERSION === 'undefined' ? 'from source' : LARDER_VERSION

/** A second signal, or a stop that takes longer than this, ends the process as it is. */
const stopMs = 25_000

const config = readConfig(version, process.argv.slice(2), process.env)
const log = createLog(config.logLevel)

const end = async (code: number): Promise<never> => {
  await log.flush()
  process.exit(code)
}

process.on('unhandledRejection', (error) => {
  log.error('Something failed that nobody expected: ending, to start anew', { error: String(error) })
  void end(1)
})

log.info('Larder starts', { version, node: process.version, clusterName: config.clusterName, region: config.region })
const operator = await startOperator(config, version, log, (why) => {
  log.error('Leadership is lost: ending at once', { why })
  void end(1)
}).catch((error: unknown) => {
  log.error('Larder could not start', { error: error instanceof Error ? error.message : String(error) })
  return end(1)
})
log.info('Health and metrics are served', { host: config.listenHost, port: operator.port })

const stop = (signal: NodeJS.Signals) => {
  log.info('Larder stops', { signal })
  const late = setTimeout(() => void end(1), stopMs)
  operator.stop().then(
    () => {
      clearTimeout(late)
      log.info('Larder stopped', { signal })
      void end(0)
    },
    (error: unknown) => {
      log.error('The stop failed', { error: String(error) })
      void end(1)
    },
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
