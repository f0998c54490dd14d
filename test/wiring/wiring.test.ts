import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { describe, it } from 'mocha'
import { Registry } from 'prom-client'
import { readConfig } from '../../src/config.ts'
import { serveHealth } from '../../src/health.ts'
import { createLog } from '../../src/log.ts'
import { tokenPattern } from '../../src/plan/cache-cluster/token.ts'
import { newToken } from '../../src/token.ts'

const execute = promisify(execFile)
const bundle = join(import.meta.dirname, '../../dist/larder.mjs')

describe('the configuration', () => {
  it('has defaults for everything but the region', () => {
    assert.deepEqual(readConfig('1', ['--region', 'eu-central-1'], {}), {
      clusterName: 'larder',
      region: 'eu-central-1',
      kubeconfig: process.env.KUBECONFIG,
      leaderElect: true,
      leaseNamespace: process.env.POD_NAMESPACE ?? 'larder-system',
      workers: 16,
      awsRate: 15,
      pollIntervalSeconds: 60,
      listenHost: '0.0.0.0',
      listenPort: 8080,
      logLevel: 'info',
    })
  })

  const refused = [
    [['--region', 'x', '--cluster-name', 'Not A Name'], /--cluster-name.*lower-case letters/],
    [['--region', 'x', '--workers', '0'], /--workers.*whole number from 1 to 256/],
    [['--region', 'x', '--poll-interval', '1'], /--poll-interval.*whole number from 5 to 300/],
    [['--region', 'x', '--listen', 'nowhere'], /--listen.*host:port/],
    [['--region', 'x', '--log-level', 'loud'], /--log-level.*Allowed choices are debug, info, warn, error/],
    [['--colour', 'blue'], /unknown option '--colour'/],
    [[], /no AWS region: set --region or AWS_REGION/],
  ] as const
  for (const [args, words] of refused) {
    it(`refuses ${args.join(' ') || 'no region'} and names the cure`, async () => {
      const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...env } = process.env
      await assert.rejects(execute(process.execPath, [bundle, ...args], { env }), (error: { stderr: string }) => {
        assert.match(error.stderr, words)
        return true
      })
    })
  }
})

describe('the log', () => {
  it('writes JSON lines, holds repeats back, and is flushed whole', async () => {
    const stream = new PassThrough() as unknown as NodeJS.WriteStream
    const log = createLog('info', stream)
    log.debug('not said')
    for (let count = 0; count < 5; count++) log.warn('again and again', { key: 'a' })
    log.info('last')
    await log.flush()
    const lines = String((stream as unknown as PassThrough).read())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string })
    assert.deepEqual(
      lines.map(({ message }) => message),
      ['again and again', 'last'],
    )
  })
})

describe('the token', () => {
  it('is what AWS accepts, and never the same', () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken))
    assert.equal(tokens.size, 100)
    for (const token of tokens) assert.match(token, tokenPattern)
  })
})

describe('health', () => {
  it('tells alive, ready and metrics, and nothing else', async () => {
    let ready = false
    const registry = new Registry()
    const health = await serveHealth({ host: '127.0.0.1', port: 0, registry, alive: () => true, ready: () => ready })
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${health.port}${path}`)).status
    try {
      assert.equal(await ask('/healthz'), 200)
      assert.equal(await ask('/readyz'), 503)
      ready = true
      assert.equal(await ask('/readyz'), 200)
      assert.equal(await ask('/metrics'), 200)
      assert.equal(await ask('/secrets'), 404)
    } finally {
      await health.close()
    }
  })
})
