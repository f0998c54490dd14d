import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { after, describe, it } from 'mocha'
import { isRunning } from '../../controlplane/liveness.ts'
import { waitFor } from '../../controlplane/wait.ts'
import { temporaryFolder } from './scene.ts'

const program = fileURLToPath(new URL('./parent.ts', import.meta.url))

describe('a parent that is killed with SIGKILL', () => {
  const temporary = temporaryFolder()
  const parents: ChildProcess[] = []

  after(() => {
    for (const parent of parents) parent.kill('SIGKILL')
  })

  /** Starts a parent whose temporary files go where this suite can see them. */
  const startParent = (): ChildProcess => {
    const env = { ...process.env, TMPDIR: temporary }
    const parent = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    parents.push(parent)
    return parent
  }

  const kill = async (parent: ChildProcess): Promise<void> => {
    const gone = once(parent, 'exit')
    parent.kill('SIGKILL')
    await gone
  }

  const untilEmpty = (pids: readonly number[]) =>
    waitFor(async () => (!pids.some(isRunning) && readdirSync(temporary).length === 0) || undefined, {
      what: 'the end of processes and folders',
    })

  it('takes a ready control plane with it: no process and no folder is left', async () => {
    const parent = startParent()
    const held = await new Promise<{ pids: number[]; folder?: string }>((resolve, reject) => {
      if (!parent.stdout) return reject(new Error('no output'))
      const lines = createInterface({ input: parent.stdout })
      lines.on('line', (line) => line.startsWith('{') && resolve(JSON.parse(line)))
      lines.on('close', () => reject(new Error('the parent ended before it was ready')))
    })
    assert.ok(held.pids.every(isRunning))
    assert.equal(held.folder === undefined || existsSync(held.folder), true)
    await kill(parent)
    await untilEmpty(held.pids)
  })

  it('takes one with it that was still starting', async () => {
    const parent = startParent()
    const folder = await waitFor(async () => readdirSync(temporary).find((name) => name.startsWith('larder-')), {
      what: 'the data folder',
      everyMs: 5,
    })
    await waitFor(async () => existsSync(join(temporary, folder, 'logs', 'etcd.log')) || undefined, {
      what: 'etcd',
      everyMs: 5,
    })
    await kill(parent)
    await waitFor(async () => processesIn(join(temporary, folder)).length === 0 || undefined, {
      what: 'the end of etcd',
    })
    await untilEmpty([])
  })
})

/** The processes whose command line names the folder; none where the system has no /proc. */
const processesIn = (folder: string): string[] =>
  (existsSync('/proc') ? readdirSync('/proc') : [])
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
      } catch {
        return false // it ended meanwhile
      }
    })
