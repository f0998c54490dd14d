import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openGuard } from '../../controlplane/guard.ts'
import { type Child, startChild } from './child.ts'
import { installParts } from './parts.ts'
import { until } from './until.ts'

const root = join(import.meta.dirname, '../..')
const execute = promisify(execFile)
const accessKey = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
export const region = 'us-east-1'
const operatorNamespace = 'larder-system'

export interface WorldOptions {
  /** Where logs, kubeconfigs and the env file go; made new, removed at the end. */
  readonly folder: string
  /** Told of each step, for a progress display. */
  readonly say: (line: string) => void
  /** Flags of the emulator beside its port. */
  readonly emulator?: readonly string[]
  /** Flags of the operator beside its own. */
  readonly operator?: readonly string[]
  /** Flags of the Node that runs the operator, as the image sets them. */
  readonly operatorNode?: readonly string[]
  /** Environment of the operator beside its own. */
  readonly operatorEnv?: Readonly<Record<string, string>>
  /** The URL of an emulator that stands already, such as another world's: then this world starts none. */
  readonly aws?: string
  /** Whether the operator starts with its world; else `startOperator` does it. */
  readonly startsOperator?: boolean
}

export interface OperatorStart {
  /** Flags beside the operator's own, instead of the world's; the last of a flag counts. */
  readonly flags?: readonly string[]
  /** Environment that wins over the operator's own. */
  readonly env?: Readonly<Record<string, string>>
  /** Until when the start waits: `ready` as a rollout would, `alive` where it can't get ready. */
  readonly until?: 'ready' | 'alive'
}

/** A whole local world: Kubernetes, ElastiCache and the operator, each in a process of its own. */
export interface World {
  readonly folder: string
  readonly kubeconfig: string
  readonly awsUrl: string
  readonly metricsUrl: string
  /** What a terminal needs to use it, beside the folders for its PATH. */
  readonly env: Readonly<Record<string, string>>
  /** Folders of kubectl, helm, redis-cli and valkey-cli. */
  readonly path: readonly string[]
  readonly operator: () => Child
  kubectl(...args: readonly string[]): Promise<string>
  /** A program of the world's PATH, such as redis-cli. */
  run(command: string, ...args: readonly string[]): Promise<string>
  /** The emulator's own doors: `/_world`, `/_ledger`, `/_faults`. */
  emulator<T>(path: string, body?: unknown): Promise<T>
  /** Starts it again after a stop. */
  startOperator(start?: OperatorStart): Promise<void>
  /** Another program of ours, that ends with this world. */
  startChild(name: string, args: readonly string[]): Child
  stop(): Promise<void>
}

/** A port that is free now. Another program may take it before we do; then the start fails and says so. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

export const startWorld = async ({
  folder,
  say,
  emulator = [],
  operator: operatorFlags = [],
  operatorNode = [],
  operatorEnv = {},
  aws: standingAws,
  startsOperator = true,
}: WorldOptions): Promise<World> => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { tools, servers } = await installParts(say)
  const guard = openGuard()
  const children: Child[] = []
  const start = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child => {
    const child = startChild({ name, args, env, guard, logFile: join(folder, `${name}.log`) })
    children.push(child)
    return child
  }
  const stopAll = async () => {
    // The operator first: it gives its lease back; then AWS, then Kubernetes.
    for (const child of [...children].reverse()) await child.stop()
    await guard.close()
  }

  const [planePort, awsPort, metricsPort] = await Promise.all([freePort(), freePort(), freePort()])
  const kubeconfig = join(folder, 'kubeconfig')
  const awsUrl = standingAws ?? `http://127.0.0.1:${awsPort}`
  const metricsUrl = `http://127.0.0.1:${metricsPort}`
  const caFile = join(folder, 'ca.pem')
  const env = {
    KUBECONFIG: kubeconfig,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: region,
    ...accessKey,
    SSL_CERT_FILE: caFile,
    NODE_EXTRA_CA_CERTS: caFile,
  }
  const path = [tools.binDir, servers.binDir]
  const runEnv = { ...process.env, ...env, PATH: [...path, process.env.PATH].join(':') }
  const run = async (command: string, ...args: readonly string[]) =>
    (await execute(command, args, { env: runEnv, maxBuffer: 64 * 1024 * 1024 })).stdout
  const kubectl = (...args: readonly string[]) => run(tools.kubectl, ...args)
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(
      `${awsUrl}${path}`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    )
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  try {
    say('Starting the Kubernetes control plane')
    const plane = start('controlplane', [
      join(root, 'controlplane/main.ts'),
      '--port',
      `${planePort}`,
      '--kubeconfig',
      kubeconfig,
    ])
    let awsFailed = new Promise<never>(() => undefined)
    if (standingAws === undefined) {
      say('Starting ElastiCache (the emulator)')
      awsFailed = start('emulator', [join(root, 'emulator/main.ts'), '--port', `${awsPort}`, ...emulator]).failed
    }
    const { caFile: ownCa } = await Promise.race([
      awsFailed,
      until('the emulator', () => ask<{ caFile?: string }>('/_health')),
    ])
    writeFileSync(caFile, trusted(ownCa))
    await Promise.race([
      plane.failed,
      until('the control plane', async () => existsSync(kubeconfig) && kubectl('get', '--raw=/readyz'), 900_000),
    ])
    say('Installing the CRDs and the rights of the operator')
    await kubectl('create', 'namespace', operatorNamespace)
    await kubectl('create', 'serviceaccount', 'larder', '-n', operatorNamespace)
    await kubectl(
      'apply',
      '--server-side',
      '-f',
      join(root, 'deploy/crds'),
      '-f',
      join(root, 'deploy/rbac.yaml'),
      '-f',
      join(root, 'deploy/protection.yaml'),
    )
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=300s')
    const operatorConfig = join(folder, 'operator.kubeconfig')
    const token = (await kubectl('create', 'token', 'larder', '-n', operatorNamespace, '--duration=24h')).trim()
    writeFileSync(operatorConfig, asAccount(readFileSync(kubeconfig, 'utf8'), token), { mode: 0o600 })

    let operator: Child | undefined
    const startOperator = async ({ flags = operatorFlags, env = {}, until: wanted = 'ready' }: OperatorStart = {}) => {
      operator = start(
        'operator',
        [
          ...operatorNode,
          join(root, 'dist/larder.mjs'),
          '--kubeconfig',
          operatorConfig,
          '--cluster-name',
          'larder',
          '--listen',
          `127.0.0.1:${metricsPort}`,
          ...flags,
        ],
        { ...accessKey, AWS_ENDPOINT_URL: awsUrl, AWS_REGION: region, ...operatorEnv, ...env },
      )
      const path = wanted === 'ready' ? 'readyz' : 'healthz'
      const answers = until('the operator', async () => (await fetch(`${metricsUrl}/${path}`)).ok)
      await Promise.race([operator.failed, answers])
    }
    if (startsOperator) {
      say('Starting the operator')
      await startOperator()
    }
    return {
      folder,
      kubeconfig,
      awsUrl,
      metricsUrl,
      env,
      path,
      operator: () => {
        if (operator === undefined) throw new Error('the operator was not started')
        return operator
      },
      kubectl,
      run,
      emulator: ask,
      startOperator,
      startChild: start,
      stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem']

/** The machine's own authorities and the emulator's, so that a terminal with this bundle can still reach the rest. */
const trusted = (ownCa: string | undefined): string => {
  const system = systemBundles.find((file) => existsSync(file))
  const parts = [system, ownCa].flatMap((file) => (file === undefined ? [] : [readFileSync(file, 'utf8')]))
  return parts.join('\n')
}

/** The kubeconfig with the operator's own token in place of the administrator's credentials. */
const asAccount = (kubeconfig: string, token: string): string => {
  const user = kubeconfig.replace(/^(\s*)token:.*$/m, `$1token: ${token}`)
  if (user === kubeconfig) throw new Error('the kubeconfig has no token to replace')
  return user
}
