import { spawn } from 'node:child_process'
import { chmod, mkdir, rename } from 'node:fs/promises'
import { availableParallelism, constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Guard, openGuard } from './guard.ts'
import { withLock } from './lock.ts'
import { durationText, type Log, openProgress } from './progress.ts'
import { goFolder, type Recipe } from './recipe.ts'

/** What the build is called in messages. */
const parts = 'kube-apiserver, kube-controller-manager and etcd'

export type BuildOptions = {
  readonly go: string
  readonly recipe: Recipe
  /** Where the binary belongs. It appears there whole or not at all. */
  readonly target: string
  readonly log: Log
  readonly isBuilt: () => boolean
}

/** Builds the control plane's binary from Go modules, unless another process does so meanwhile. */
export const buildBinary = async ({ go, recipe, target, log, isBuilt }: BuildOptions): Promise<void> => {
  const guard = openGuard()
  const lock = `${target}.lock`
  const onWait = () => log(`another process builds ${parts}: waiting for it`)
  try {
    await withLock(lock, { onWait, onHeld: () => guard.holdPath(lock) }, async () => {
      if (isBuilt()) return
      const work = `${target}.${process.pid}.tmp`
      guard.holdPath(work)
      await mkdir(work, { recursive: true })
      const built = await compile({ go, recipe, work, log, guard })
      await chmod(built, 0o755)
      await rename(built, target)
    })
  } finally {
    await guard.close()
  }
}

type Compile = {
  readonly go: string
  readonly recipe: Recipe
  readonly work: string
  readonly log: Log
  readonly guard: Guard
}

const compile = async ({ go, recipe, work, log, guard }: Compile): Promise<string> => {
  const startMs = performance.now()
  const progress = openProgress({ log, terminal: process.stderr.isTTY ? process.stderr : undefined })
  const elapsed = () => durationText(performance.now() - startMs)
  log(
    `building ${parts} ${recipe.version} from Go modules, once: 6 minutes on 2 cores (here ${availableParallelism()})`,
  )

  let modules = 0
  const listed = await runGo(go, ['list', '-mod=readonly', '-deps', '.'], { work, guard }, (line) => {
    if (line.startsWith('go: downloading')) progress.show(`downloading: ${++modules} modules, ${elapsed()}`)
  })
  const total = listed.filter((line) => line !== '').length

  const built = join(work, 'binary')
  let done = 0
  await runGo(go, ['build', '-v', ...recipe.flags, '-o', built, '.'], { work, guard }, (line) => {
    done += 1
    // Go names each package that it compiles; our own comes last, and packages in Go's own cache are passed over.
    progress.show(
      line === 'larder/controlplane'
        ? `linking, ${elapsed()}`
        : `compiling: ${done} of ${total} packages, ${elapsed()}`,
    )
  })
  progress.end(`built ${parts} in ${elapsed()}`)
  return built
}

type GoRun = { readonly work: string; readonly guard: Guard }

/** Runs go at low priority in the module's folder. Returns the lines of its output; the other stream goes to `onLine`. */
const runGo = async (go: string, args: readonly string[], { work, guard }: GoRun, onLine: Log): Promise<string[]> => {
  const child = spawn(go, args, {
    cwd: goFolder,
    detached: true,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOTMPDIR: work },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`))
  })
  guard.holdProcess(child)
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  const output: string[] = []
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line))
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line)
    onLine(line)
  })
  const failure = await ended
  if (failure === undefined) return output
  throw new Error([`go ${args[0]} in ${goFolder} failed: ${failure}`, ...said.slice(-20)].join('\n'))
}
