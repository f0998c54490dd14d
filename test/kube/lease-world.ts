import { type Elector, electorOf } from '../../src/kube/lease/elector.ts'
import type { LeaseLock, LeaseRecord, LeaseSeen } from '../../src/kube/lease/lease-lock.ts'
import { KubeError } from '../../src/kube/port.ts'
import type { Clock } from '../../src/time/clock.ts'
import type { FakeClock } from '../loop/fake-clock.ts'
import { memoryLog } from './memory-log.ts'

/** One trip over the network: how long the request and its answer take; undefined is lost on the way. */
export interface Trip {
  readonly thereMs: number | undefined
  readonly backMs: number | undefined
}

/** A server that keeps one lease and lets only the version that stands be replaced. */
export interface LeaseServer {
  readonly record: LeaseSeen | undefined
  readonly writes: number
  remove(): void
  handle(request: (server: LeaseLock) => Promise<LeaseSeen | undefined>): Promise<LeaseSeen | undefined>
}

export const leaseServer = (): LeaseServer => {
  let record: LeaseSeen | undefined
  let writes = 0
  const conflict = () => Promise.reject(new KubeError({ is: 'conflict', message: 'it changed' }))
  const put = (next: LeaseRecord): Promise<LeaseSeen> => {
    record = { ...next, version: `${++writes}` }
    return Promise.resolve(record)
  }
  const lock: LeaseLock = {
    read: () => Promise.resolve(record),
    create: (next) => (record ? conflict() : put(next)),
    replace: (next, version) => (record?.version === version ? put(next) : conflict()),
  }
  return {
    get record() {
      return record
    },
    get writes() {
      return writes
    },
    remove: () => {
      record = undefined
    },
    handle: (request) => request(lock),
  }
}

/** A process with a machine's clocks of its own, which can be stopped as by SIGSTOP and suspended as a laptop is. */
export interface LeaseProcess {
  readonly elector: Elector
  readonly running: boolean
  readonly lost: boolean
  /** Nothing of the process runs; its clocks go on, unless the whole machine is `suspended`. */
  pause(suspended: boolean): void
  /** `first` runs before anything that piled up meanwhile. */
  resume(first: () => void): void
  crash(): void
  jumpWall(ms: number): void
}

export interface ProcessOptions {
  readonly clock: FakeClock
  readonly server: LeaseServer
  readonly identity: string
  /** How fast this machine's clocks run. */
  readonly drift: number
  readonly trip: () => Trip
}

const requestTimeoutMs = 4000

export const leaseProcess = ({ clock, server, identity, drift, trip }: ProcessOptions): LeaseProcess => {
  let state: 'runs' | 'paused' | 'crashed' = 'runs'
  let pausedAtMs = 0
  let suspended = false
  let sleptMs = 0
  let wallOffsetMs = 1_700_000_000_000
  let lost = false
  const piled: (() => void)[] = []

  const deliver = (run: () => void) => {
    if (state === 'runs') run()
    else if (state === 'paused') piled.push(run)
  }
  const awakeMs = () => clock.nowMs() - sleptMs - (suspended ? clock.nowMs() - pausedAtMs : 0)
  const own: Clock = {
    nowMs: () => awakeMs() * drift,
    wallMs: () => clock.nowMs() * drift + wallOffsetMs,
    after: (ms, run) => {
      const dueMs = own.nowMs() + ms
      let cancelled = false
      const check = () => {
        if (cancelled) return
        const leftMs = dueMs - own.nowMs()
        // What is left after a suspension, or by rounding.
        if (leftMs > 1e-6) clock.after(Math.max(leftMs / drift, 1), () => deliver(check))
        else run()
      }
      clock.after(ms / drift, () => deliver(check))
      return () => {
        cancelled = true
      }
    },
  }
  const call = <T>(request: (lock: LeaseLock) => Promise<T & (LeaseSeen | undefined)>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const { thereMs, backMs } = trip()
      const late = own.after(requestTimeoutMs, () => reject(new KubeError({ is: 'transient', message: 'no answer' })))
      const answer = (run: () => void) => {
        if (backMs === undefined) return
        clock.after(backMs, () =>
          deliver(() => {
            late()
            run()
          }),
        )
      }
      if (thereMs === undefined) return
      clock.after(thereMs, () => {
        server.handle(request).then(
          (seen) => answer(() => resolve(seen as T)),
          (error: unknown) => answer(() => reject(error)),
        )
      })
    })
  const lock: LeaseLock = {
    read: () => call((at) => at.read()),
    create: (record) => call((at) => at.create(record)),
    replace: (record, version) => call((at) => at.replace(record, version)),
  }
  const elector = electorOf({
    lock,
    identity,
    clock: own,
    random: () => 0.5,
    log: memoryLog(),
    onLost: () => {
      lost = true
    },
  })
  return {
    elector,
    get running() {
      return state === 'runs'
    },
    get lost() {
      return lost
    },
    pause: (machineToo) => {
      if (state !== 'runs') return
      state = 'paused'
      pausedAtMs = clock.nowMs()
      suspended = machineToo
    },
    resume: (first) => {
      if (state !== 'paused') return
      if (suspended) sleptMs += clock.nowMs() - pausedAtMs
      suspended = false
      state = 'runs'
      first()
      for (const run of piled.splice(0)) run()
    },
    crash: () => {
      state = 'crashed'
    },
    jumpWall: (ms) => {
      wallOffsetMs += ms
    },
  }
}
