import type { Cancel, Clock, Random } from '../../time/clock.ts'
import type { KubeLog } from '../log.ts'
import { KubeError } from '../port.ts'
import { sleep } from '../transport/retry-delay.ts'
import type { LeaseLock, LeaseRecord, LeaseSeen } from './lease-lock.ts'

export interface ElectorOptions {
  readonly lock: LeaseLock
  /** Of this process alone: a name that outlives it would let its successor lead beside a paused predecessor. */
  readonly identity: string
  readonly clock: Clock
  readonly random: Random
  readonly log: KubeLog
  /** Others may take a lease that stood still for so long. */
  readonly leaseMs?: number
  /** Without a renewal for so long we don't lead any more; what is left of `leaseMs` is the margin. */
  readonly renewDeadlineMs?: number
  readonly retryMs?: number
  /** Called once, at once, when leadership is lost; the process should exit. */
  readonly onLost?: (why: string) => void
}

/** Takes part in the election of one leader. */
export interface Elector {
  start(): void
  /** Whether we lead at this very moment, with time to spare. Ask right before each write that must be the leader's. */
  margin(): boolean
  /** Resolves when we lead for the first time. */
  readonly held: Promise<void>
  /** Resolves with the reason when we lose. Never when released. */
  readonly lost: Promise<string>
  /** Stops leading at once, then lets the next one lead without waiting. Never rejects. */
  release(): Promise<void>
}

interface Moment {
  readonly nowMs: number
  readonly wallMs: number
}

/**
 * Leadership by a Lease. Two electors never lead at once: a leader counts its time from before it *sent* its last
 * renewal, a challenger counts from after it *saw* that renewal, each on its own monotonic clock, and the challenger counts
 * longer.
 */
export const electorOf = (options: ElectorOptions): Elector => {
  const { lock, identity, clock, random, log, onLost } = options
  const { leaseMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2000 } = options
  const held = Promise.withResolvers<void>()
  const lost = Promise.withResolvers<string>()
  const ending = new AbortController()
  let loop: Promise<void> | undefined
  let state: 'follows' | 'leads' | 'over' = 'follows'
  /** When our last successful renewal was sent. */
  let renewed: Moment | undefined
  let ours: LeaseSeen | undefined
  /** The newest version of a stranger's lease, and when we first saw it. */
  let watched: { readonly version: string; readonly sinceMs: number } | undefined
  /** Who led when we last looked: a standby says so once. */
  let leader: string | undefined
  let alarm: Cancel = () => undefined

  const moment = (): Moment => ({ nowMs: clock.nowMs(), wallMs: clock.wallMs() })
  const isOver = (): boolean => state === 'over'
  const end = () => {
    state = 'over'
    alarm()
    ending.abort()
  }
  const lose = (why: string) => {
    if (state !== 'leads') return
    end()
    log.warn('leadership is lost', { why })
    lost.resolve(why)
    onLost?.(why)
  }
  const tooOld = (): boolean => !renewed || clock.nowMs() - renewed.nowMs >= renewDeadlineMs
  /** The monotonic clock stands still while a machine is suspended; the wall clock tells. */
  const slept = (): boolean => !renewed || clock.wallMs() - renewed.wallMs >= renewDeadlineMs
  const expire = () => {
    if (tooOld()) lose(`not renewed within ${renewDeadlineMs} ms`)
  }

  const won = (sent: Moment, seen: LeaseSeen) => {
    if (isOver()) return
    ours = seen
    renewed = sent
    // An answer that took too long says nothing about now.
    if (tooOld()) return expire()
    alarm()
    alarm = clock.after(renewDeadlineMs - (clock.nowMs() - sent.nowMs), expire)
    if (state === 'leads') return
    state = 'leads'
    log.info('leading', { identity })
    held.resolve()
  }
  const record = ({ wallMs }: Moment, before: LeaseSeen | undefined): LeaseRecord => ({
    holder: identity,
    durationSeconds: Math.ceil(leaseMs / 1000),
    acquiredWallMs: before?.holder === identity ? before.acquiredWallMs : wallMs,
    renewedWallMs: wallMs,
    transitions: before ? before.transitions + (before.holder === identity ? 0 : 1) : 0,
  })
  const write = async (before: LeaseSeen | undefined) => {
    const sent = moment()
    const next = record(sent, before)
    won(sent, await (before ? lock.replace(next, before.version) : lock.create(next)))
  }

  /** Whether a stranger's lease stood still for as long as it was given. */
  const isStale = (seen: Pick<LeaseSeen, 'version' | 'durationSeconds'>): boolean => {
    const nowMs = clock.nowMs()
    if (watched?.version !== seen.version) watched = { version: seen.version, sinceMs: nowMs }
    return nowMs - watched.sinceMs >= Math.max(leaseMs, seen.durationSeconds * 1000)
  }
  /** Looks who holds the lease and takes it where that is right. */
  const contend = async () => {
    const seen = await lock.read()
    if (seen && seen.holder !== '' && seen.holder !== identity) {
      lose(`held by ${seen.holder}`)
      if (!isOver() && seen.holder !== leader) log.info('another replica leads: standing by', { leader: seen.holder })
      leader = seen.holder
      if (!isStale(seen)) return
    }
    // A lease that was deleted while its holder holds it: that one doesn't know yet.
    if (!seen && watched && !isStale({ version: 'absent', durationSeconds: 0 })) return
    if (!isOver()) await write(seen)
  }
  const attempt = async () => {
    // After a pause the alarm may ring only after this.
    expire()
    if (isOver()) return
    try {
      if (state === 'leads' && ours) await write(ours)
      else await contend()
    } catch (error) {
      // A renewal whose answer got lost moved the version on: look before calling it another's.
      ours = undefined
      const conflict = error instanceof KubeError && error.failure.is === 'conflict'
      log[conflict ? 'debug' : 'warn']('a lease request failed', { error: String(error) })
      if (conflict && state === 'leads') await contend().catch(() => undefined)
    }
  }
  const run = async () => {
    while (!ending.signal.aborted) {
      await attempt()
      const waitMs = state === 'leads' ? retryMs : retryMs * (1 + 0.2 * random())
      await sleep(clock, waitMs, ending.signal)
    }
  }

  const giveBack = async () => {
    const seen = await lock.read()
    if (seen?.holder !== identity) return
    await lock.replace({ ...seen, holder: '', durationSeconds: 1, renewedWallMs: clock.wallMs() }, seen.version)
  }

  return {
    start: () => {
      if (!isOver()) loop ??= run()
    },
    margin: () => {
      expire()
      return state === 'leads' && !slept()
    },
    held: held.promise,
    lost: lost.promise,
    release: async () => {
      end()
      await loop
      await giveBack().catch((error: unknown) => log.warn('the lease was not given back', { error: String(error) }))
    },
  }
}
