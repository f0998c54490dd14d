import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, describe, it } from 'mocha'
import { adoptCluster } from '../../controlplane/cluster.ts'
import { isRunning } from '../../controlplane/liveness.ts'
import { startControlPlane } from '../../controlplane/start.ts'
import { kubectlText, temporaryFolder } from './scene.ts'

const main = fileURLToPath(new URL('../../controlplane/main.ts', import.meta.url))

describe('a standing control plane', () => {
  const folder = temporaryFolder()
  const running: { kill(signal: NodeJS.Signals): unknown }[] = []

  after(() => {
    for (const child of running) child.kill('SIGKILL')
  })

  /** Runs the program until it is ready; stop() ends it as Ctrl-C does and returns its exit code and output. */
  const stand = async (...args: string[]) => {
    const env = { ...process.env, LARDER_TEST_KUBECONFIG: '' }
    const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    running.push(child)
    let output = ''
    const ended = once(child, 'exit')
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk
        if (output.includes('Ctrl-C stops it')) resolve()
      })
      child.once('close', () => reject(new Error(`it ended before it was ready: ${output}`)))
    })
    const stop = async () => {
      child.kill('SIGINT')
      const [code] = await ended
      return { code, output }
    }
    return { ended, stop, output: () => output }
  }

  it('writes the kubeconfig, stops at a signal with exit code 0, takes the kubeconfig away, and keeps its data if told so', async () => {
    const kubeconfig = join(folder, 'kubeconfig')
    const data = join(folder, 'data folder')
    const first = await stand('--kubeconfig', kubeconfig, '--data', data)
    const plane = await adoptCluster({ kubeconfigIn: kubeconfig, from: 'a test' })
    await kubectlText(plane, 'create', 'namespace', 'kept')
    await plane.stop()
    const end = await first.stop()
    assert.equal(end.code, 0)
    assert.match(end.output, /ready at https:\/\/127\.0\.0\.1:\d+[\s\S]*SIGINT: stopping\nstopped/)
    assert.equal(existsSync(kubeconfig), false)

    const second = await startControlPlane({ dataDir: data })
    try {
      assert.equal(await kubectlText(second, 'get', 'namespace', 'kept', '-o', 'name'), 'namespace/kept')
    } finally {
      await second.stop()
    }
    assert.equal(existsSync(data), true)
  })

  it('ends with exit code 1 and the name of the part when one dies, and leaves nothing', async () => {
    const { output, ended } = await stand()
    const pids = [...output().matchAll(/(?:etcd|kube-[a-z-]+) (\d+)/g)].map((match) => Number(match[1]))
    const [etcd] = pids
    if (etcd === undefined) return assert.match(output(), /Docker/, 'only kind has no processes of ours')
    assert.ok(pids.every(isRunning))
    process.kill(etcd, 'SIGKILL')
    const [code] = await ended
    assert.equal(code, 1)
    assert.match(output(), /a part ended by itself: (etcd was ended by SIGKILL|kube-)/)
    assert.deepEqual(pids.filter(isRunning), [])
  })
})
