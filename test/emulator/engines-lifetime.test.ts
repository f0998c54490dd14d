import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'mocha'
import { alive, hangUp, node, settle, startEngines, until } from './engines-fixture.ts'

interface Started {
  readonly pids: readonly number[]
  readonly caFile: string
}

describe('the end of the emulator', () => {
  const children: ChildProcess[] = []
  const startChild = async (...args: string[]): Promise<[ChildProcess, Started]> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'engines-lifetime-child.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const [line] = await once(child.stdout, 'data')
    return [child, JSON.parse(String(line)) as Started]
  }
  after(() => {
    hangUp()
    for (const child of children) child.kill('SIGKILL')
  })

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    it(`by ${signal} leaves no process and no file`, async () => {
      const [child, { pids, caFile }] = await startChild()
      assert.equal(pids.length, 3)
      assert.ok(pids.every(alive) && existsSync(caFile))
      child.kill(signal)
      await until('all servers are gone', () => !pids.some(alive))
      const folder = dirname(dirname(caFile))
      await until('all files are gone', () => !existsSync(folder) && !existsSync(`${folder}.gone`))
    })

  it('a server that is just starting when the emulator is killed does not survive', async () => {
    const [child, { caFile }] = await startChild('early')
    const folder = dirname(dirname(caFile))
    child.kill('SIGKILL')
    await until('nothing names its folder', () => !commandLines().some((line) => line.includes(folder)))
  })

  it('by stop() leaves neither, and secrets are on no command line', async () => {
    const engines = await startEngines()
    const token = 'token-canary-0123456789'
    const one = node('e-001/0001', { authTokens: [token] })
    await settle(engines, [one])
    const pids = [...engines.pids().values()]
    const folder = dirname(dirname(engines.caFile))
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    assert.ok(files.length > 3)
    for (const file of files)
      assert.ok(!readFileSync(join(file.parentPath, file.name), 'utf8').includes(token), file.name)
    assert.ok(!commandLines().some((line) => line.includes(token)))
    await engines.stop()
    assert.ok(!pids.some(alive))
    assert.ok(!existsSync(folder) && !existsSync(`${folder}.gone`))
  })

  it('several emulators run side by side on the same ports', async () => {
    const all = await Promise.all([startEngines(), startEngines()])
    const one = node('same/0001')
    try {
      await Promise.all(all.map((engines) => settle(engines, [one])))
      const [first, second] = all.map((engines) => engines.address(one.key, one.port))
      assert.notDeepEqual(first, second)
      assert.equal(first?.port, second?.port)
    } finally {
      await Promise.all(all.map((engines) => engines.stop()))
    }
  })
})

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
}
