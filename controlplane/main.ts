import { parseArgs } from 'node:util'
import { type ControlPlaneOptions, startControlPlane } from './start.ts'

const usage = `usage: npm run controlplane -- [--port PORT] [--kubeconfig FILE] [--data FOLDER]

Starts a Kubernetes control plane on 127.0.0.1 and keeps it until Ctrl-C.

  --port PORT        the API server's port; a free one if not given
  --kubeconfig FILE  where to write a kubeconfig with every right; removed at the end
  --data FOLDER      where to keep the data for the next time; not kept if not given`

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** The options from the command line, or undefined when they are wrong or help is asked for. */
const readOptions = (): ControlPlaneOptions | undefined => {
  const options = {
    port: { type: 'string' },
    kubeconfig: { type: 'string' },
    data: { type: 'string' },
    help: { type: 'boolean' },
  } as const
  const { port, kubeconfig, data, help } = parseArgs({ options }).values
  if (help) return undefined
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port)) throw new Error(`--port ${port}: not a port`)
  return {
    log: say,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(data === undefined ? {} : { dataDir: data }),
  }
}

const untilSignal = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
  })

/** Runs until a signal or the failure of a part. Returns the exit code. */
const main = async (options: ControlPlaneOptions): Promise<number> => {
  const plane = await startControlPlane(options)
  const signalled = untilSignal()
  say(`Kubernetes ${plane.version} is ready at ${plane.url}`)
  say(`  export KUBECONFIG=${options.kubeconfig ?? plane.kubeconfig}`)
  if (plane.folder !== undefined) say(`  logs: ${plane.folder}/logs`)
  const pids = Object.entries(plane.pids()).map(([name, pid]) => `${name} ${pid}`)
  if (pids.length > 0) say(`  processes: ${pids.join(', ')}`)
  say('Ctrl-C stops it.')
  const failure = plane.ended.then((reason) => ({ code: 1, line: `a part ended by itself: ${reason}` }))
  const { code, line } = await Promise.race([
    signalled.then((signal) => ({ code: 0, line: `${signal}: stopping` })),
    failure,
  ])
  say(line)
  await plane.stop()
  say('stopped: nothing is left running')
  return code
}

try {
  const options = readOptions()
  if (options) process.exitCode = await main(options)
  else say(usage)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
