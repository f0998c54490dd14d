import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { describe, it } from 'mocha'
import { readConfig } from '../../src/config.ts'
import { type ClosableLog, createLog, type LogLevel } from '../../src/log.ts'
import { tokenPattern } from '../../src/plan/cache-cluster/token.ts'
import { newToken } from '../../src/token.ts'

const execute = promisify(execFile)
const reader = `
  import { readConfig } from ${JSON.stringify(join(import.meta.dirname, '../../src/config.ts'))}
  console.log(JSON.stringify(readConfig('1', process.argv.slice(1), process.env)))
`
/** Reads the configuration in a process of its own, since it ends the process on what can't be right. */
const readIn = async (args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
  const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...env } = process.env
  const options = { env: { ...env, ...more } }
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', reader, '--', ...args], options)
  return JSON.parse(stdout) as Record<string, unknown>
}

describe('the configuration', () => {
  it('has defaults for everything but the region', () => {
    assert.deepEqual(readConfig('1', ['--region', 'eu-central-1'], {}), {
      clusterName: undefined,
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
    [['--region', 'x', '--leader-elect=off'], /--leader-elect.*must be true or false/],
    [['--region', 'x', '--no-leader-elect'], /unknown option '--no-leader-elect'/],
    [['--colour', 'blue'], /unknown option '--colour'/],
    [[], /no AWS region: set --region or AWS_REGION/],
  ] as const
  for (const [args, words] of refused) {
    it(`refuses ${args.join(' ') || 'no region'} in one line that names the cure, with exit code 1`, async () => {
      await assert.rejects(readIn(args), (error: { stderr: string; code: number }) => {
        assert.match(error.stderr, words)
        assert.match(error.stderr, /^error: [^\n]+\n$/)
        assert.equal(error.code, 1)
        return true
      })
    })
  }

  it('takes yes and no for leader election from the environment as from the flag, and the flag wins', async () => {
    const rows: [readonly string[], string | undefined, boolean][] = [
      [[], undefined, true],
      [[], '', true],
      ...['true', 'TRUE', '1', 'yes'].map((word): [[], string, boolean] => [[], word, true]),
      ...['false', 'False', '0', 'no'].map((word): [[], string, boolean] => [[], word, false]),
      [['--leader-elect'], 'false', true],
      [['--leader-elect=false'], 'true', false],
      [['--leader-elect=no'], undefined, false],
    ]
    for (const [args, word, leaderElect] of rows) {
      const env = word === undefined ? {} : { LARDER_LEADER_ELECT: word }
      const config = await readIn(['--region', 'x', ...args], env)
      assert.equal(config['leaderElect'], leaderElect, `${args} ${word}`)
    }
  })

  it('refuses any other word for leader election, and names the variable that holds it', async () => {
    await assert.rejects(readIn(['--region', 'x'], { LARDER_LEADER_ELECT: 'off' }), {
      code: 1,
      stderr: /LARDER_LEADER_ELECT.*must be true or false/,
    })
  })

  it('takes empty variables for ones that are not set, and leaves the cluster its own name', async () => {
    const config = await readIn([], { AWS_REGION: 'x', LARDER_CLUSTER_NAME: '', KUBECONFIG: '' })
    assert.deepEqual([config['clusterName'], config['kubeconfig']], [undefined, undefined])
    await assert.rejects(readIn([], { AWS_REGION: '' }), { code: 1, stderr: /no AWS region/ })
    assert.equal((await readIn(['--region', 'x', '--cluster-name', 'prod']))['clusterName'], 'prod')
  })
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

  const linesOf = async (level: LogLevel, say: (log: ClosableLog) => void) => {
    const stream = new PassThrough()
    const log = createLog(level, stream as unknown as NodeJS.WriteStream)
    say(log)
    await log.flush()
    return String(stream.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('keeps its sentence as it is, whatever a field is called', async () => {
    const lines = await linesOf('info', (log) => {
      log.warn('A poll failed', { message: 'Could not load credentials', reason: 'CredentialsInvalid' })
      log.warn('A poll failed', { message: 'one', error: 'two', level: 'x', timestamp: 'never' })
    })
    const [{ timestamp, ...one } = {}, { timestamp: later, ...two } = {}] = lines
    assert.deepEqual(one, {
      level: 'warn',
      message: 'A poll failed',
      error: 'Could not load credentials',
      reason: 'CredentialsInvalid',
    })
    assert.deepEqual(two, {
      level: 'warn',
      message: 'A poll failed',
      detail: 'one',
      error: 'two',
      field_level: 'x',
      field_timestamp: 'never',
    })
    for (const time of [timestamp, later]) assert.ok(Date.parse(String(time)) > 0)
  })

  it('writes errors as their message, with the stack for who debugs only', async () => {
    const say = (log: ClosableLog) => log.warn('It failed', { error: new Error('no route') })
    assert.equal((await linesOf('info', say))[0]?.['error'], 'no route')
    assert.equal('stack' in ((await linesOf('info', say))[0] ?? {}), false)
    assert.match(String((await linesOf('debug', say))[0]?.['stack']), /wiring\.test/)
  })

  it('does not so much as look at the fields of a line that is not said', () => {
    const log = createLog('info', new PassThrough() as unknown as NodeJS.WriteStream)
    log.debug('not said', {
      get field() {
        return assert.fail('it was looked at')
      },
    })
  })
})

describe('the token', () => {
  it('is what AWS accepts, and never the same', () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken))
    assert.equal(tokens.size, 100)
    for (const token of tokens) assert.match(token, tokenPattern)
  })
})
