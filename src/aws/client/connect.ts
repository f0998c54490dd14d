import type { Failure } from '../../plan/core/outcome.ts'
import type { Clock, Random } from '../../time/clock.ts'
import { type AwsLog, elastiCacheOf } from '../elasticache.ts'
import type { Aws, Polling } from '../port.ts'
import { listerOf } from '../snapshot/lists.ts'
import { type PollFigures, snapshotOf } from '../snapshot/snapshot.ts'
import { type CallSeen, type ClientOptions, sdkClientsOf } from './client.ts'
import { throttleOf } from './throttle.ts'

/** What metrics are made of. Nothing here may throw. */
export interface AwsObserver {
  /** Every single request, the SDK's repetitions too. */
  called?(call: CallSeen): void
  /** After every look, good or not. */
  looked?(figures: PollFigures): void
}

export interface ConnectOptions extends Pick<ClientOptions, 'region' | 'endpoint' | 'requestHandler' | 'credentials'> {
  readonly clock: Clock
  readonly random: Random
  /** Requests a second in the long run, reads and changes together; default 15. */
  readonly ratePerSecond?: number
  /** Between two looks while nothing is waited for, in milliseconds; default 60 s. */
  readonly settledMs?: number
  /** False when the lease has no margin left: then no change is sent. */
  readonly mayWrite: () => boolean
  readonly observer?: AwsObserver
  readonly log: AwsLog
}

/** The snapshot's life, and its news. Listeners must not throw; each `on…` gives the function that ends the listening. */
export interface Watching extends Polling {
  /** Watched ids whose observation changed or became known; the first look names every watched id that it tells something of. */
  onChange(listener: (ids: readonly string[]) => void): () => void
  onFailure(listener: (failure: Failure) => void): () => void
  figures(): PollFigures
}

export interface AwsConnection {
  readonly aws: Aws
  readonly polling: Watching
  /** The rate that AWS lets us have right now, in requests a second. */
  ratePerSecond(): number
  /** Ends the looks, refuses whatever still waits for a token, and closes idle connections. */
  close(): void
}

/** One account and region of AWS, wired. Polls begin with `polling.start()`. */
export const connectAws = (options: ConnectOptions): AwsConnection => {
  const { clock, random, ratePerSecond, settledMs, mayWrite, observer, log } = options
  const throttle = throttleOf({ clock, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) })
  const clients = sdkClientsOf({ ...options, throttle, seen: (call) => observer?.called?.(call) })
  const snapshot = snapshotOf({
    lister: listerOf(clients.poll),
    clock,
    random,
    slowed: () => throttle.slowed,
    ...(settledMs === undefined ? {} : { settledMs }),
  })
  let told: string | undefined
  snapshot.onPoll((figures) => {
    observer?.looked?.(figures)
    const failure = figures.lastFailure
    // Said once, and once more when it is over: a look fails every minute while AWS is away.
    if (failure?.reason !== told) {
      if (failure) log.warn('A look at AWS failed; the last picture stays', { ...failure })
      else log.info('A look at AWS is good again', { ageMs: figures.ageMs })
    }
    told = failure?.reason
  })
  return {
    aws: elastiCacheOf({ clients, snapshot, clock, mayWrite, log }),
    polling: snapshot,
    ratePerSecond: () => throttle.ratePerSecond,
    close: () => {
      snapshot.stop()
      throttle.close()
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}
