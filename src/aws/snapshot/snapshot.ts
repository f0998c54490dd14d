import type { Failure, Reason } from '../../plan/core/outcome.ts'
import type { Clock, Random } from '../../time/clock.ts'
import { AwsLayerError, awsFailureOf } from '../errors/errors.ts'
import type { Polling, PollState } from '../port.ts'
import { pollHealthOf } from './health.ts'
import { type Observations, observationsOf } from './observations.ts'
import { type Lister, type Polled, pollAll } from './pages.ts'
import { defaultSettledMs, delayOf, gapMs, slownessAfter } from './poll-delay.ts'
import { silenceMs, silenceOf } from './silence.ts'

/** What the polls have cost and how old their answers are, for metrics. */
export interface PollFigures {
  /** Good ones. */
  readonly polls: number
  readonly failedPolls: number
  /** Pages of DescribeReplicationGroups and of DescribeCacheClusters, ever: one call each. */
  readonly groupPages: number
  readonly clusterPages: number
  /** Since the begin of the last good poll; undefined before the first, and while nobody watches anything. */
  readonly ageMs: number | undefined
  /** When that was, in milliseconds since 1970: what a metric can export and time can't make stale. */
  readonly lastGoodWallMs: number | undefined
  /** Undefined when the last poll was good. */
  readonly lastFailure: Failure | undefined
  readonly watched: number
  readonly waiting: number
}

/**
 * The one picture of all caches of an account and region: it serves every reader, and polls anew by itself. Listeners must
 * not throw; each `on…` gives the function that ends the listening.
 */
export interface Snapshot
  extends Polling,
    Pick<
      Observations,
      'observed' | 'pictured' | 'parameterGroupUsers' | 'sinceWriteMs' | 'watch' | 'forget' | 'writing'
    > {
  onChange(listener: (ids: readonly string[]) => void): () => void
  onFailure(listener: (failure: Failure) => void): () => void
  /** All watched ids: a failure began, ended or has another reason; the picture got old, or is fresh again. */
  onHealth(listener: (ids: readonly string[]) => void): () => void
  onPoll(listener: (figures: PollFigures) => void): () => void
  /** AWS took somebody else's call: if polls failed because it was away or asked for fewer, the next one comes soon. */
  answered(): void
  state(): PollState
  figures(): PollFigures
}

export interface SnapshotOptions {
  readonly lister: Lister
  readonly clock: Clock
  readonly random: Random
  /** How often AWS has asked for fewer calls, ever (see Throttle.slowed). */
  readonly slowed: () => number
  /** How long requests of the poll have waited for tokens, ever (see Throttle.waitedMs). */
  readonly waitedMs: () => number
  /** Between two polls while all is settled; default 60 s. */
  readonly settledMs?: number
}

/** Reasons that end by themselves when AWS is back. */
const passing: readonly (Reason | undefined)[] = ['Throttled', 'AwsUnavailable', 'NetworkError']

/** Writes and watches come in bursts: a poll that they call for waits so long for the rest of the burst. */
const burstMs = 100

const nothingPolled: Polled = { caches: [], parameterGroupUsers: new Map(), groupPages: 0, clusterPages: 0 }

const listenersOf = <T>() => {
  const all = new Set<(value: T) => void>()
  return {
    on: (listener: (value: T) => void) => {
      all.add(listener)
      return () => void all.delete(listener)
    },
    tell: (value: T) => {
      for (const listener of all) listener(value)
    },
  }
}

export const snapshotOf = ({
  lister,
  clock,
  random,
  slowed,
  waitedMs,
  settledMs = defaultSettledMs,
}: SnapshotOptions): Snapshot => {
  const observations = observationsOf(clock)
  const changes = listenersOf<readonly string[]>()
  const failed = listenersOf<Failure>()
  const ended = listenersOf<PollFigures>()
  const health = listenersOf<readonly string[]>()
  const state = pollHealthOf(clock, () => health.tell(observations.ids()))
  const sums = { polls: 0, failedPolls: 0, groupPages: 0, clusterPages: 0 }
  // A life lasts from start to stop: a poll that an earlier life began finds nobody to tell.
  let life = 0
  let started = false
  let polled = false
  let inFlight = false
  let again = false
  let cancel: (() => void) | undefined
  let dueMs = Number.POSITIVE_INFINITY
  let endedMs = Number.NEGATIVE_INFINITY
  let pollMs = 0
  let failures = 0
  let slowness = 1
  let slowedBefore = slowed()
  let chance = random()

  const figures = (): PollFigures => ({
    ...sums,
    ageMs: state.ageMs,
    lastGoodWallMs: state.lastGoodWallMs,
    lastFailure: state.failure,
    watched: observations.watched,
    waiting: observations.waiting,
  })
  /** Counts pages, and what AWS answers breaks the silence. */
  const counting = (heard: () => void): Lister => {
    const answer = async <T>(page: Promise<T>): Promise<T> => {
      const value = await page
      heard()
      return value
    }
    return {
      groups: (marker) => {
        sums.groupPages += 1
        return answer(lister.groups(marker))
      },
      clusters: (marker, standalone) => {
        sums.clusterPages += 1
        return answer(lister.clusters(marker, standalone))
      },
    }
  }

  /** Only ever moves the next poll nearer. */
  const planAt = (atMs: number): void => {
    if (!started || inFlight || atMs >= dueMs) return
    cancel?.()
    dueMs = atMs
    cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => void poll())
  }
  const delayMs = () =>
    delayOf({
      eager: observations.eager(),
      settledMs,
      slowness,
      pollMs,
      failures,
      retryAfterMs: state.failure?.retryAfterMs ?? 0,
      chance,
    })
  /** Somebody waits now who perhaps didn't before. */
  const hurry = (settleMs: number): void => {
    if (observations.eager()) planAt(Math.max(endedMs + delayMs(), clock.nowMs() + settleMs))
  }

  const attempt = async (mine: number): Promise<void> => {
    const wanted = observations.wanted()
    const begun = observations.begin()
    const startMs = clock.nowMs()
    const waitedBeforeMs = waitedMs()
    const silence = silenceOf(clock, waitedMs, () => {
      const silent = awsFailureOf(new AwsLayerError('NoAnswer', `AWS has not answered for ${silenceMs / 1000} s`))
      if (mine === life && silent) state.failed(silent)
    })
    try {
      const found = await pollAll(counting(silence.heard), wanted)
      if (mine !== life) return
      failures = 0
      polled = true
      sums.polls += 1
      const changed = observations.apply(begun, wanted, found)
      state.good(startMs)
      if (changed.length > 0) changes.tell(changed)
    } catch (error) {
      if (mine !== life) return
      failures += 1
      sums.failedPolls += 1
      const failure = awsFailureOf(error)
      if (failure === undefined) return
      state.failed(failure)
      failed.tell(failure)
    } finally {
      silence.end()
      pollMs = clock.nowMs() - startMs - (waitedMs() - waitedBeforeMs)
    }
  }
  const poll = async (): Promise<void> => {
    cancel?.()
    cancel = undefined
    dueMs = Number.POSITIVE_INFINITY
    // Whoever waited when this poll was planned may have been served by the one before.
    const restUntilMs = again ? Number.NEGATIVE_INFINITY : endedMs + delayMs()
    if (restUntilMs > clock.nowMs()) return planAt(restUntilMs)
    const wanted = observations.wanted()
    if (!wanted.groups && !wanted.memcached) {
      // Nobody asks, so there is nothing to pay for, and nothing that isn't known.
      observations.apply(observations.begin(), wanted, nothingPolled)
      state.idle()
      failures = 0
      polled = true
      return
    }
    const mine = life
    inFlight = true
    again = false
    await attempt(mine)
    if (mine !== life) return
    inFlight = false
    endedMs = clock.nowMs()
    slowness = slownessAfter(slowness, slowed() > slowedBefore)
    slowedBefore = slowed()
    chance = random()
    ended.tell(figures())
    planAt(endedMs + (again ? gapMs : delayMs()))
  }

  return {
    start: () => {
      if (started) return
      started = true
      state.start()
      planAt(clock.nowMs())
    },
    stop: () => {
      started = false
      life += 1
      inFlight = false
      state.stop()
      cancel?.()
      cancel = undefined
      dueMs = Number.POSITIVE_INFINITY
    },
    soon: () => {
      again = true
      planAt(Math.max(endedMs + gapMs, clock.nowMs()))
    },
    get polled() {
      return polled
    },
    observed: observations.observed,
    pictured: observations.pictured,
    parameterGroupUsers: observations.parameterGroupUsers,
    sinceWriteMs: observations.sinceWriteMs,
    watch: (id, kind, waiting) => {
      observations.watch(id, kind, waiting)
      hurry(burstMs)
    },
    forget: observations.forget,
    writing: (id) => {
      const end = observations.writing(id)
      return (effect) => {
        end(effect)
        if (effect !== 'none') hurry(gapMs)
      }
    },
    answered: () => {
      if (failures === 0 || !passing.includes(state.failure?.reason)) return
      failures = 1
      planAt(Math.max(endedMs + delayMs(), clock.nowMs()))
    },
    state: () => ({ ageMs: state.ageMs, failure: state.failure }),
    onChange: changes.on,
    onFailure: failed.on,
    onHealth: health.on,
    onPoll: ended.on,
    figures,
  }
}
