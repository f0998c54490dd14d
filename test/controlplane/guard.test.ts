import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { openGuard } from '../../controlplane/guard.ts'
import { isRunning } from '../../controlplane/liveness.ts'
import { temporaryFolder, writeScript } from './scene.ts'

const sleeper = (): ChildProcess & { pid: number } => {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  assert.ok(child.pid !== undefined)
  return Object.assign(child, { pid: child.pid })
}

/** The guard processes that are children of this one. */
const guards = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
        return parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guard-process')
      } catch {
        return false
      }
    })

describe('a guard', () => {
  const folder = temporaryFolder()

  it('ends the processes, then runs the commands, then removes the paths', async () => {
    const path = join(folder, 'held')
    const witness = join(folder, 'witness')
    mkdirSync(path)
    writeFileSync(join(path, 'file'), 'content')
    const child = sleeper()
    const look = writeScript(
      join(folder, 'read'),
      `kill -0 ${child.pid} 2>/dev/null || test -f ${path}/file && touch ${witness}`,
    )
    const guard = openGuard()
    guard.holdPath(path)
    guard.holdCommand([look])
    guard.holdProcess(child)
    await guard.close()
    assert.equal(isRunning(child.pid), false)
    assert.equal(existsSync(witness), true)
    assert.equal(existsSync(path), false)
  })

  it('ends the children of a held process too', async () => {
    const pidFile = join(folder, 'grandchild')
    const child = spawn('sh', ['-c', `sleep 1000 & echo $! > ${pidFile}; echo; wait`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const guard = openGuard()
    guard.holdProcess(child)
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const grandchild = Number(readFileSync(pidFile, 'utf8'))
    assert.equal(isRunning(grandchild), true)
    await guard.close()
    assert.equal(isRunning(grandchild), false)
  })

  it('does its work even when its own process was killed', async () => {
    if (!existsSync('/proc')) return assert.notEqual(process.platform, 'linux')
    const before = guards()
    const guard = openGuard()
    const child = sleeper()
    const path = join(folder, 'orphan')
    mkdirSync(path)
    guard.holdProcess(child)
    guard.holdPath(path)
    const [pid] = guards().filter((found) => !before.includes(found))
    assert.ok(pid !== undefined)
    process.kill(pid, 'SIGKILL')
    await guard.close()
    assert.equal(isRunning(child.pid), false)
    assert.equal(existsSync(path), false)
  })
})
