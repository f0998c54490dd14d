import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Listr } from 'listr2'
import * as acts from './demo/acts.ts'
import { holdings } from './demo/aws.ts'
import { serversRunning } from './demo/machine.ts'
import { writeEnvFile } from './local/env-file.ts'
import { installParts } from './local/parts.ts'
import { untilStopped } from './local/stay.ts'
import { startWorld, type World } from './local/world.ts'

/** `make demo`: from nothing to a cache in use, and back to nothing. `KEEP=1 make demo` stays up until Ctrl-C. */
const folder = join(import.meta.dirname, '../.local')
const keep = process.env.KEEP === '1'
const before = serversRunning()

let world: World | undefined
const running = (): World => {
  if (world === undefined) throw new Error('the local world was not started')
  return world
}

type Say = (line: string) => void
const step = (title: string, run: (world: World, say: Say, progress: Say) => Promise<unknown>) => ({
  title,
  task: async (_: unknown, task: { output: string }) => {
    const lines: string[] = []
    const show = (line: string) => {
      if (task.output !== line) task.output = line
    }
    // A terminal keeps what was said in view; elsewhere each line is printed once.
    const say: Say = (line) => {
      lines.push(line)
      show(process.stdout.isTTY ? lines.join('\n') : line)
    }
    await run(running(), say, show)
  },
  rendererOptions: { persistentOutput: true, outputBar: Number.POSITIVE_INFINITY },
})

const proveNothingLeft = async (say: Say) => {
  const left = [...serversRunning()].filter((line) => !before.has(line))
  if (left.length > 0) throw new Error(`still running: ${left.join(', ')}`)
  say('no server process is left')
}

const demo = new Listr(
  [
    {
      title: 'Install what is missing',
      task: async (_, task) => {
        const say: Say = (line) => {
          task.output = line
        }
        await import('./build.ts')
        await installParts(say)
      },
    },
    {
      title: 'Start Kubernetes, ElastiCache and the operator',
      task: async (_, task) => {
        world = await startWorld({
          folder,
          say: (line) => {
            task.output = line
          },
        })
        writeEnvFile(world, join(folder, 'env'))
      },
    },
    step('Apply deploy/samples: a policy, and a Redis, a Valkey and a Memcached cache', acts.applySamples),
    step('Wait until they are Ready', (local, _, progress) => acts.waitUntilReady(local, progress)),
    step('Objects', acts.showObjects),
    step('Secrets', acts.showSecrets),
    step('Servers', acts.pingServers),
    step('A product page over SQLite, with the environment from the Secret', acts.runWorkload),
    step('The same, seen in the server', acts.lookIntoServer),
    step('Scale from 1 to 2 replicas', acts.scaleReplicas),
  ],
  { rendererOptions: { collapseSubtasks: false }, fallbackRenderer: 'simple' },
)

const finish = new Listr(
  [
    step('Delete everything', acts.deleteAll),
    step('AWS holds nothing any more', async (local, say) => {
      const held = await holdings(local)
      if (held.length > 0) throw new Error(`AWS still holds ${held.join(', ')}`)
      say('no replication group, cache cluster or parameter group of ours')
    }),
    {
      title: 'The machine runs nothing any more',
      task: async (_, task) => {
        await running().stop()
        rmSync(folder, { recursive: true })
        await proveNothingLeft((line) => {
          task.output = line
        })
      },
      rendererOptions: { persistentOutput: true },
    },
  ],
  { fallbackRenderer: 'simple' },
)

const stopOnSignal = () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void (world?.stop() ?? Promise.resolve()).finally(() => process.exit(130)))
  }
}

try {
  if (!keep) stopOnSignal()
  await demo.run()
  if (keep) {
    console.log(
      '\nEverything stays up. In another terminal: . .local/env && kubectl get larder. Ctrl-C deletes and stops it all.',
    )
    await untilStopped()
  }
  await finish.run()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  console.error(`Logs are in ${folder}`)
  await world?.stop()
  process.exitCode = 1
}
