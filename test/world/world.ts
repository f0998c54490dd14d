import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { after, afterEach, before } from 'mocha'
import { type OperatorStart, startWorld, type World, type WorldOptions } from '../../scripts/local/world.ts'
import { patience } from '../patience.ts'

/**
 * Polls until `look` gives something. `seen` may tell how far it is; the wait fails when that has not changed for minutes.
 * An error of a look is no end: programs are killed and started meanwhile.
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seen: () => unknown = () => undefined,
): Promise<T> => {
  const waits = patience()
  let last = ''
  while (waits(seen() ?? what)) {
    try {
      const found = await look()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      last = `: ${String(error)}`
    }
    await pause(100)
  }
  throw new Error(`waited in vain for ${what}${last}`)
}

/** One call as the emulator's ledger tells it. */
export interface Call {
  readonly time: string
  readonly action: string
  readonly id?: string
  readonly outcome: string
  readonly fault?: string
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** A CacheCluster or a CachePolicy as the tests read it. */
export interface Found {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly deletionTimestamp?: string
    readonly generation: number
    readonly resourceVersion: string
    readonly finalizers?: readonly string[]
  }
  readonly spec: Record<string, unknown>
  readonly status?: {
    readonly observedGeneration: number
    readonly id?: string
    readonly arn?: string
    readonly warnings?: readonly string[]
    readonly conditions?: readonly Condition[]
    readonly plan?: { readonly hash: string; readonly actions: readonly { readonly do: string }[] }
    readonly lastHandledReconcileAt?: string
    readonly endpoint?: { readonly nodes?: readonly string[] }
    readonly parameterGroup?: { readonly name: string }
  }
}

/** What the tests of this folder do with a world, on top of what everybody can. */
export interface TestWorld extends World {
  apply(...objects: readonly object[]): Promise<void>
  get(kind: string, name: string): Promise<Found | undefined>
  condition(name: string, type: string): Promise<Condition | undefined>
  ready(name: string): Promise<void>
  gone(name: string): Promise<void>
  secret(name: string): Promise<Readonly<Record<string, string>> | undefined>
  calls(): Promise<readonly Call[]>
  clearCalls(): Promise<void>
  /** Orders a fault for the next `count` calls of an action. */
  fault(fault: { readonly action: string; readonly do: string; readonly [more: string]: unknown }): Promise<void>
  clearFaults(): Promise<void>
  /** kill -9; `startOperator` starts a new one. */
  killOperator(): Promise<void>
  /** A stop with SIGTERM, and a start with other flags or another environment. */
  restartOperator(start?: OperatorStart): Promise<void>
  /** Waits until a condition of a CacheCluster has this reason, and gives it. */
  said(name: string, type: string, reason: string): Promise<Condition>
  /** What AWS holds: ids of groups and clusters with their state, and the calls that changed something. */
  inAws(): Promise<readonly string[]>
  writes(): Promise<readonly string[]>
  /** `Reason message` of each event about an object. */
  events(name: string): Promise<readonly string[]>
  annotate(name: string, annotation: string): Promise<void>
  patch(kind: string, name: string, patch: object): Promise<void>
  logs(): string
}

const decoded = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))

type SuiteOptions = Omit<WorldOptions, 'folder' | 'say'>

/** Starts one world for the tests of a `describe`, and stops it after them. Options that another world knows come as a function. */
export const worldForSuite = (options: SuiteOptions | (() => SuiteOptions)): (() => TestWorld) => {
  let world: TestWorld | undefined
  let folder = ''
  const lines: string[] = []
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'larder-world-'))
    const given = typeof options === 'function' ? options() : options
    world = testWorld(await startWorld({ ...given, folder: join(folder, 'world'), say: (line) => lines.push(line) }))
  })
  afterEach(function () {
    if (this.currentTest?.state === 'failed')
      console.log(`operator's last lines:\n${world?.logs().split('\n').slice(-25).join('\n')}`)
  })
  after(async () => {
    await world?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    if (world === undefined) throw new Error('the world was not started')
    return world
  }
}

const testWorld = (world: World): TestWorld => {
  const get = async (kind: string, name: string): Promise<Found | undefined> => {
    const text = await world.kubectl('get', kind, name, '-o', 'json', '--ignore-not-found')
    return text === '' ? undefined : (JSON.parse(text) as Found)
  }
  const condition = async (name: string, type: string) => {
    const found = await get('cachecluster', name)
    if (found?.status?.observedGeneration !== found?.metadata.generation) return undefined
    return found?.status?.conditions?.find((one) => one.type === type)
  }
  return {
    ...world,
    get,
    condition,
    apply: async (...objects) => {
      const file = join(world.folder, 'apply.json')
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
      await world.kubectl('apply', '--server-side', '--force-conflicts', '-f', file)
    },
    ready: async (name) => {
      await until(`${name} to be Ready`, async () => (await condition(name, 'Ready'))?.status === 'True')
    },
    gone: async (name) => {
      await until(`${name} to be gone`, async () => (await get('cachecluster', name)) === undefined)
    },
    secret: async (name) => {
      const text = await world.kubectl('get', 'secret', name, '-o', 'json', '--ignore-not-found')
      return text === '' ? undefined : decoded((JSON.parse(text) as { data?: Record<string, string> }).data ?? {})
    },
    calls: async () => (await world.emulator<{ calls: readonly Call[] }>('/_ledger')).calls,
    clearCalls: async () => void (await world.emulator('/_ledger', {})),
    fault: async (fault) => void (await world.emulator('/_faults', fault)),
    clearFaults: async () => void (await fetch(`${world.awsUrl}/_faults`, { method: 'DELETE' })),
    killOperator: () => world.operator().stop('SIGKILL'),
    restartOperator: async (start) => {
      await world.operator().stop('SIGTERM')
      await world.startOperator(start)
    },
    said: async (name, type, reason) => {
      let last: Condition | undefined
      const look = async () => {
        last = await condition(name, type)
        return last?.reason === reason && last
      }
      return until(`${name} to say ${type} ${reason}`, look, () => [last?.status, last?.reason])
    },
    inAws: async () => {
      type Things = Readonly<Record<string, { readonly state?: string; readonly status?: string }>>
      const { worlds } = await world.emulator<{ worlds: readonly { groups: Things; clusters: Things }[] }>('/_world')
      return worlds.flatMap(({ groups, clusters }) => [...Object.keys(groups), ...Object.keys(clusters)]).sort()
    },
    writes: async () =>
      (await world.emulator<{ calls: readonly Call[] }>('/_ledger')).calls
        .filter(({ action }) => !/^(Describe|List|Get)/.test(action))
        .map(({ action, id, outcome }) => `${action} ${id ?? ''} ${outcome}`),
    events: async (name) => {
      const text = await world.kubectl('get', 'events', '-o', 'json', `--field-selector=involvedObject.name=${name}`)
      const { items } = JSON.parse(text) as { items: readonly { reason: string; message: string; type: string }[] }
      return items.map(({ type, reason, message }) => `${type} ${reason} ${message}`)
    },
    annotate: async (name, annotation) => {
      await world.kubectl('annotate', 'cachecluster', name, '--overwrite', annotation)
    },
    patch: async (kind, name, patch) => {
      await world.kubectl('patch', kind, name, '--type=merge', '-p', JSON.stringify(patch))
    },
    logs: () =>
      readdirSync(world.folder)
        .filter((name) => name.endsWith('.log'))
        .map((name) => readFileSync(join(world.folder, name), 'utf8'))
        .join('\n'),
  }
}

/** A CacheCluster that asks for little. */
export const cacheCluster = (name: string, spec: object = {}) => ({
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CacheCluster',
  metadata: { name, namespace: 'default' },
  spec: { engine: 'redis', engineVersion: '7.1', nodes: { type: 'cache.t4g.small', replicasPerShard: 1 }, ...spec },
})

export const memcached = (name: string, count: number) =>
  cacheCluster(name, { engine: 'memcached', engineVersion: '1.6.22', nodes: { type: 'cache.t4g.micro', count } })

export const cachePolicy = (name: string, spec: object) => ({
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CachePolicy',
  metadata: { name, namespace: 'default' },
  spec,
})

/** Members of a group are named for it. */
export const withoutMembers = (ids: readonly string[]): readonly string[] => ids.filter((id) => !/-00\d$/.test(id))

/** Has the object looked at once more, and waits for the answer: what is said then is said of AWS as it is now. */
export const looks = async (world: TestWorld, name: string, value: string) => {
  await world.annotate(name, `larder.dev/reconcile-at=${value}`)
  await until(`${name} to be looked at`, async () => {
    const { status } = (await world.get('cachecluster', name)) ?? {}
    return status?.lastHandledReconcileAt === value
  })
}
