#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { type EmulatorOptions, startEmulator } from './start.ts'
import { StateFolderError } from './state/state-folder.ts'
import { PROFILE_NAMES, type ProfileName } from './world/profile.ts'
import { DEFAULT_QUOTAS, type Quotas } from './world/quota.ts'

const USAGE = `usage: larder-elasticache [options]   (in this repository: npm run emulator -- [options])
  --port P               port to listen on; 0 for a free one (default 0)
  --host H               address to listen on (default 127.0.0.1)
  --profile NAME         ${PROFILE_NAMES.join(' | ')} (default fast)
  --speed N              divides the profile's durations
  --nodes real|none      server processes behind every node, or addresses only (default real)
  --memory-scale X       multiplies the memory of every node type
  --data-dir DIR         where server processes keep their files
  --state DIR            a folder of its own in which all resources and their data survive
  --s3 DIR               a folder that stands for S3: BUCKET/KEY below it is arn:aws:s3:::BUCKET/KEY
  --quota NAME=N         raises an account limit: ${Object.keys(DEFAULT_QUOTAS).join(', ')}; may be repeated
  --account KEY=ACCOUNT  the account of an access key; may be repeated
  --key KEY=SECRET       the secret of an access key; signatures are then checked; may be repeated
  --endpoints aws|local  show endpoints under AWS's names, or as addresses to connect to (default local)
  --die-with-parent      ends when standard input ends
  --help`

/** A wrong command line: the message is for the person who typed it. */
class UsageError extends Error {}

const positiveNumber = (flag: string, text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new UsageError(`--${flag} must be a positive number`)
  return number
}

const portNumber = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new UsageError('--port must be 0 to 65535')
  return Number(text)
}

const profileName = (text: string): ProfileName => {
  const name = PROFILE_NAMES.find((profile) => profile === text)
  if (!name) throw new UsageError(`--profile must be one of ${PROFILE_NAMES.join(', ')}`)
  return name
}

const pairs = (flag: string, texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    texts.map((text) => {
      const [name, value, ...rest] = text.split('=')
      if (!name || !value || rest.length > 0) throw new UsageError(`--${flag} must be NAME=VALUE`)
      return [name, value]
    }),
  )

const quotasFrom = (texts: readonly string[]): Partial<Quotas> =>
  Object.fromEntries(
    [...pairs('quota', texts)].map(([name, value]) => {
      if (!Object.hasOwn(DEFAULT_QUOTAS, name)) throw new UsageError(`--quota knows no ${name}`)
      return [name, positiveNumber('quota', value)]
    }),
  )

const nodesFrom = (text: string): 'real' | 'none' => {
  if (text !== 'real' && text !== 'none') throw new UsageError('--nodes must be real or none')
  return text
}

/** A secret may hold equal signs. A wrong one is not repeated. */
const keyFrom = (text: string): readonly [string, string] => {
  const equals = text.indexOf('=')
  if (equals < 1 || equals === text.length - 1) throw new UsageError('--key must be KEY=SECRET')
  return [text.slice(0, equals), text.slice(equals + 1)]
}

const endpointsFrom = (text: string): 'aws' | 'local' => {
  if (text !== 'aws' && text !== 'local') throw new UsageError('--endpoints must be aws or local')
  return text
}

interface CommandLine {
  readonly options: EmulatorOptions
  readonly diesWithParent: boolean
  readonly help: boolean
}

const commandLine = (): CommandLine => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      profile: { type: 'string', default: 'fast' },
      speed: { type: 'string', default: '1' },
      nodes: { type: 'string', default: 'real' },
      'memory-scale': { type: 'string' },
      'data-dir': { type: 'string' },
      state: { type: 'string' },
      s3: { type: 'string' },
      quota: { type: 'string', multiple: true, default: [] },
      account: { type: 'string', multiple: true, default: [] },
      key: { type: 'string', multiple: true, default: [] },
      endpoints: { type: 'string', default: 'local' },
      'die-with-parent': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const scale = values['memory-scale']
  const dataDir = values['data-dir']
  return {
    help: values.help,
    diesWithParent: values['die-with-parent'],
    options: {
      port: portNumber(values.port),
      host: values.host,
      profile: profileName(values.profile),
      speed: positiveNumber('speed', values.speed),
      nodes: nodesFrom(values.nodes),
      ...(scale === undefined ? {} : { memoryScale: positiveNumber('memory-scale', scale) }),
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(values.state === undefined ? {} : { stateDir: values.state }),
      ...(values.s3 === undefined ? {} : { s3Dir: values.s3 }),
      quotas: quotasFrom(values.quota),
      accounts: Object.fromEntries(pairs('account', values.account)),
      keys: Object.fromEntries(values.key.map(keyFrom)),
      endpoints: endpointsFrom(values.endpoints),
      log: (line) => process.stderr.write(`${line}\n`),
    },
  }
}

const run = async (): Promise<void> => {
  const { options, diesWithParent, help } = commandLine()
  if (help) {
    process.stdout.write(`${USAGE}\n`)
    return
  }
  const emulator = await startEmulator(options)
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    emulator.stop().then(() => process.exit(0), fail)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (diesWithParent) process.stdin.on('end', stop).on('error', stop).resume()
  // Last, so that whoever reads the line may end the process at once.
  process.stdout.write(`ElastiCache emulator listening on ${emulator.url}\n`)
}

/** What went wrong, and how to go on where that is known. */
const wordsOf = (error: unknown): string => {
  if (error instanceof StateFolderError) return error.message
  return (error as Error).stack ?? String(error)
}

const fail = (error: unknown): void => {
  process.stderr.write(`${wordsOf(error)}\n`)
  process.exit(1)
}

run().catch((error: unknown) => {
  const isUsage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${isUsage ? `${(error as Error).message}\n${USAGE}` : wordsOf(error)}\n`)
  process.exitCode = isUsage ? 2 : 1
})
