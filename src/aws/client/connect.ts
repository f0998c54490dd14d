import type { Failure } from '../../plan/core/outcome.ts'
import type { Clock, Random } from '../../time/clock.ts'
import { type AwsLog, elastiCacheOf } from '../elasticache.ts'
import type { Aws, Polling } from '../port.ts'
import { listerOf } from '../snapshot/lists.ts'
import { type PollFigures, snapshotOf } from '../snapshot/snapshot.ts'
import { type CallSeen, type ClientOptions, sdkClientsOf } from './client.ts'
import { outageTeller } from './outage.ts'
import { throttleOf } from './throttle.ts'

/** What metrics are made of. Nothing here may throw. */
export interface AwsObserver {
  /** Every single request, the SDK's repetitions too. */
  called?(call: CallSeen): void
  /** After every poll, good or not. */
  looked?(figures: PollFigures): void
}

export interface ConnectOptions extends Pick<ClientOptions, 'region' | 'endpoint' | 'requestHandler' | 'credentials'> {
  readonly clock: Clock
  readonly random: Random
  /** Requests a second in the long run, reads and changes together; default 15. */
  readonly ratePerSecond?: number
  /** Between two polls while nothing is waited for, in milliseconds; default 60 s. */
  readonly settledMs?: number
  /** False when the lease has no margin left: then no change is sent. */
  readonly mayWrite: () => boolean
  readonly observer?: AwsObserver
  readonly log: AwsLog
}

/** The snapshot's life, and its news. Listeners must not throw; each `on…` gives the function that ends the listening. */
export interface Watching extends Polling {
  /** Watched ids whose observation changed or became known; the first poll names every watched id that it tells something of. */
  onChange(listener: (ids: readonly string[]) => void): () => void
  onFailure(listener: (failure: Failure) => void): () => void
  /**
   * All watched ids: polls began to fail, fail for another reason or are good again; the picture got older than staleMs, or is
   * fresh again. A first failure is told within ten seconds of the start.
   */
  onHealth(listener: (ids: readonly string[]) => void): () => void
  figures(): PollFigures
}

export interface AwsConnection {
  readonly aws: Aws
  readonly polling: Watching
  /** The rate that AWS lets us have right now, in requests a second. */
  ratePerSecond(): number
  /** Ends the polls, refuses whatever still waits for a token, and closes idle connections. */
  close(): void
}

/** One account and region of AWS, wired. Polls begin with `polling.start()`. */
export const connectAws = (options: ConnectOptions): AwsConnection => {
  const { clock, random, ratePerSecond, settledMs, mayWrite, observer, log } = options
  const throttle = throttleOf({ clock, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) })
  const clients = sdkClientsOf({
    ...options,
    throttle,
    seen: (call, rank) => {
      observer?.called?.(call)
      if (call.outcome === 'ok' && rank !== 'poll') snapshot.answered()
    },
  })
  const snapshot = snapshotOf({
    lister: listerOf(clients.poll),
    clock,
    random,
    slowed: () => throttle.slowed,
    waitedMs: () => throttle.waitedMs('poll'),
    ...(settledMs === undefined ? {} : { settledMs }),
  })
  const outage = outageTeller(log, clock)
  snapshot.onHealth(() => outage(snapshot.figures()))
  snapshot.onPoll((figures) => {
    observer?.looked?.(figures)
    outage(figures)
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
