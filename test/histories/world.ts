import { cacheClusterKind } from '../../src/crds/kind.ts'
import type { Key, KubeObject } from '../../src/kube/port.ts'
import type { Cancel } from '../../src/time/clock.ts'
import { type Account, accountOf } from './account.ts'
import { type JumpClock, jumpClock, settle } from './clock.ts'
import { type Kubernetes, kubernetesOf } from './kubernetes.ts'
import { type OperatorFlags, type OperatorLife, startOperator } from './operator.ts'

export const namespace = 'shop'
export const at = (name: string): Key => ({ namespace, name })

/** A Kubernetes cluster with an operator in it. */
export interface Cluster {
  readonly name: string
  readonly kubernetes: Kubernetes
  readonly life: OperatorLife
  readonly flags: OperatorFlags
  /** The operator dies and starts anew, with other flags perhaps. Nothing but Kubernetes and AWS remember. */
  restart(flags?: OperatorFlags): void
  cache(name: string): KubeObject | undefined
  condition(
    name: string,
    type: string,
  ): { readonly status: string; readonly reason: string; readonly message: string } | undefined
  status(name: string): Record<string, unknown>
}

export interface World {
  readonly clock: JumpClock
  readonly account: Account
  readonly clusters: readonly Cluster[]
  /** Every secret value that was ever made, and everything that was ever said. */
  readonly canaries: Set<string>
  readonly said: string[]
  /** Lets time pass. */
  pass(ms: number): Promise<void>
  /** Lets time pass until nobody has changed anything for that long; false when that does not come within a day. */
  quiet(forMs?: number): Promise<boolean>
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>
  /** How much has been written anywhere. */
  writes(): number
  readonly watchers: Set<() => void>
  close(): Promise<void>
}

/**
 * The SDK pauses between its attempts by timers and chance of its own: here both are the world's, so that an hour is an hour for
 * everybody and a history runs the same way each time.
 */
const takeTime = (clock: JumpClock): (() => void) => {
  const { setTimeout, clearTimeout } = globalThis
  const { random } = Math
  let chance = 7
  Math.random = () => {
    chance = (chance * 48_271) % 2_147_483_647
    return chance / 2_147_483_647
  }
  const timers = new WeakMap<object, Cancel>()
  const after = (run: (...all: unknown[]) => void, ms = 0, ...all: unknown[]) => {
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => false, refresh: () => timer }
    timers.set(
      timer,
      clock.after(ms, () => run(...all)),
    )
    return timer
  }
  globalThis.setTimeout = Object.assign(after, setTimeout) as unknown as typeof setTimeout
  globalThis.clearTimeout = ((timer: object | undefined) => {
    const cancel = timer === undefined ? undefined : timers.get(timer)
    if (cancel) cancel()
    else clearTimeout(timer as NodeJS.Timeout)
  }) as typeof clearTimeout
  return () => {
    globalThis.setTimeout = setTimeout
    globalThis.clearTimeout = clearTimeout
    Math.random = random
  }
}

/** One AWS account and as many Kubernetes clusters as there are flags. */
export const openWorld = async (all: readonly OperatorFlags[] = [{ clusterName: 'prod' }]): Promise<World> => {
  const clock = jumpClock()
  const restore = takeTime(clock)
  const account = await accountOf(clock)
  const canaries = new Set<string>()
  const said: string[] = []
  const watchers = new Set<() => void>()
  let tokens = 0
  const newToken = () => {
    const token = `CANARY${String(++tokens).padStart(26, '0')}`
    canaries.add(token)
    return token
  }
  const clusters = all.map((first, index): Cluster => {
    const name = ['east', 'west', 'north'][index] ?? `c${index}`
    const kubernetes = kubernetesOf({ clock, uid: `${name}-0000-uid` })
    const surroundings = {
      kubernetes,
      account,
      clock,
      who: name,
      newToken,
      tell: (line: string) => void said.push(line),
    }
    let life = startOperator(surroundings, first)
    const cache = (object: string) => kubernetes.get(cacheClusterKind, at(object))
    const status = (object: string) => (cache(object)?.status ?? {}) as Record<string, unknown>
    let now = first
    return {
      name,
      kubernetes,
      get flags() {
        return now
      },
      get life() {
        return life
      },
      restart: (flags = now) => {
        life.stop()
        now = flags
        life = startOperator(surroundings, flags)
      },
      cache,
      status,
      condition: (object, type) =>
        ((status(object).conditions ?? []) as { type: string; status: string; reason: string; message: string }[]).find(
          (condition) => condition.type === type,
        ),
    }
  })

  const calm = async () => {
    for (let idle = 0; idle < 4; ) {
      await settle()
      const busy = account.underWay() > 0 || clusters.some(({ kubernetes }) => kubernetes.busy)
      const reconciling = clusters.some(({ life }) => life.reconciling > 0)
      idle = busy ? 0 : idle + (reconciling ? 0.25 : 1)
    }
  }
  const pass = async (ms: number) => {
    const endMs = clock.nowMs() + ms
    for (;;) {
      await calm()
      for (const watch of watchers) watch()
      const next = clock.nextMs()
      if (next === undefined || next > endMs) break
      clock.jumpTo(next)
    }
    clock.jumpTo(endMs)
    await calm()
  }
  // What was refused has changed nothing.
  const writes = () =>
    account.calls.filter(({ write, who, outcome }) => write && who !== 'person' && outcome === 'ok').length +
    clusters.reduce(
      (sum, { kubernetes }) =>
        sum + kubernetes.writes.filter(({ checkedOnly, outcome }) => !checkedOnly && outcome === 'ok').length,
      0,
    )
  return {
    clock,
    account,
    clusters,
    canaries,
    said,
    watchers,
    pass,
    writes,
    quiet: async (forMs = 25 * 60_000) => {
      let seen = -1
      let stillMs = 0
      for (let passedMs = 0; passedMs < 24 * 3_600_000; passedMs += 60_000) {
        const now = writes()
        stillMs = now === seen ? stillMs + 60_000 : 0
        seen = now
        if (stillMs > forMs) return true
        await pass(60_000)
      }
      return false
    },
    until: async (what, holds, withinMs = 6 * 3_600_000) => {
      const endMs = clock.nowMs() + withinMs
      while (!holds()) {
        if (clock.nowMs() > endMs) throw new Error(`not within ${withinMs / 60_000} minutes: ${what}`)
        await pass(1000)
      }
    },
    close: async () => {
      for (const { life } of clusters) life.stop()
      await account.close()
      restore()
    },
  }
}
