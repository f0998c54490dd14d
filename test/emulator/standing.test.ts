import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { until } from './engines-fixture.ts'
import { CREDENTIALS, PAIR, REGION } from './fixture.ts'

const MAIN = new URL('../../emulator/main.ts', import.meta.url).pathname
type Child = ChildProcessByStdio<Writable, Readable, Readable>

const start = (...flags: readonly string[]): Child =>
  spawn(process.execPath, [MAIN, '--nodes', 'none', '--die-with-parent', ...flags], { stdio: ['pipe', 'pipe', 'pipe'] })

const urlOf = async (child: Child): Promise<string> => {
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    const [, url] = /^ElastiCache emulator listening on (http:\S+)\n$/.exec(text) ?? []
    if (url) return url
  }
  throw new Error(`no line: ${text}`)
}

/** Resident memory in megabytes, where /proc tells. */
const residentMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

describe('the standing emulator', () => {
  const children: Child[] = []
  const folders: string[] = []
  const running = (...flags: readonly string[]) => {
    const child = start(...flags)
    children.push(child)
    return child
  }
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
  })

  it('prints one line with its address, and ends when its parent does', async () => {
    const child = running()
    const ended = once(child, 'exit')
    const health = await fetch(`${await urlOf(child)}/_health`)
    assert.equal(health.status, 200)
    child.stdin.end()
    assert.deepEqual(await ended, [0, null])
  })

  it('ends on SIGTERM', async () => {
    const child = running()
    const ended = once(child, 'exit')
    await urlOf(child)
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
  })

  describe('with a state folder', () => {
    let base: string
    beforeEach(async () => {
      base = await mkdtemp(join(tmpdir(), 'larder-standing-'))
      folders.push(base)
    })
    const clientOf = async (child: Child) =>
      new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: await urlOf(child) })
    const end = async (child: Child, signal: 'SIGTERM' | 'SIGKILL') => {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }

    for (const signal of ['SIGTERM', 'SIGKILL'] as const)
      it(`goes on after ${signal}`, async () => {
        const dir = join(base, 'state')
        const first = running('--state', dir)
        const client = await clientOf(first)
        await client.send(new CreateReplicationGroupCommand(PAIR))
        const stored = async () => (await readFile(join(dir, 'state.json'), 'utf8')).includes('pair-002')
        if (signal === 'SIGKILL') await until('the group is written down', stored)
        client.destroy()
        await end(first, signal)
        const again = await clientOf(running('--state', dir))
        const { ReplicationGroups } = await again.send(new DescribeReplicationGroupsCommand({}))
        again.destroy()
        assert.deepEqual(ReplicationGroups?.[0]?.MemberClusters, ['pair-001', 'pair-002'])
      })

    it('says in one line why it cannot have it', async () => {
      const holder = running('--state', base)
      await urlOf(holder)
      const second = running('--state', base)
      let said = ''
      second.stderr.on('data', (chunk) => {
        said += String(chunk)
      })
      const [status] = await once(second, 'close')
      assert.equal(status, 1)
      assert.match(said, new RegExp(`^${base} is in use by the emulator with the process id ${holder.pid}\\. .*\n$`))
    })
  })

  it('checks signatures with the keys of its command line, and shows the names of AWS', async () => {
    const endpoint = await urlOf(running('--key', 'AKIDEXAMPLE=a=b', '--endpoints', 'aws'))
    const config = { region: REGION, endpoint, maxAttempts: 1 }
    const wrong = new ElastiCacheClient({ ...config, credentials: CREDENTIALS })
    await assert.rejects(wrong.send(new DescribeReplicationGroupsCommand({})), { name: 'SignatureDoesNotMatch' })
    const right = new ElastiCacheClient({ ...config, credentials: { ...CREDENTIALS, secretAccessKey: 'a=b' } })
    await right.send(new CreateReplicationGroupCommand(PAIR))
    for (const client of [wrong, right]) client.destroy()
    assert.match(await (await fetch(`${endpoint}/_endpoints`)).text(), /"pair\.[a-z0-9]{6}\.ng\.0001\.use1\./)
  })

  it('does not repeat a secret that it does not understand', async () => {
    for (const flags of [
      ['--key', 'my-secret'],
      ['--endpoints', 'nowhere'],
    ]) {
      const child = running(...flags)
      let said = ''
      child.stderr.on('data', (chunk) => {
        said += String(chunk)
      })
      const [status] = await once(child, 'close')
      assert.equal(status, 2)
      assert.match(said, /^--(key must be KEY=SECRET|endpoints must be aws or local)\n/)
      assert.ok(!said.includes('my-secret'))
    }
  })

  it('refuses a command line that it does not understand', async () => {
    for (const flags of [['--profile', 'slow'], ['--speed', '0'], ['--colour'], ['--quota', 'wishes=3']]) {
      const child = running(...flags)
      assert.deepEqual(await once(child, 'exit'), [2, null], flags.join(' '))
    }
  })

  // Only Linux tells the memory of another process in /proc.
  const onLinux = process.platform === 'linux' ? it : () => {}
  onLinux('holds 200 groups without server processes in less than 150 MB', async () => {
    const child = running('--profile', 'instant', '--quota', 'nodesPerRegion=1000')
    const client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: await urlOf(child) })
    for (let index = 0; index < 200; index += 1) {
      await client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: `g-${index}` }))
    }
    const page = await client.send(new DescribeReplicationGroupsCommand({}))
    client.destroy()
    assert.ok(page.ReplicationGroups?.every((group) => group.Status === 'available'))
    assert.ok((await residentMegabytes(child.pid ?? 0)) < 150)
  })
})
