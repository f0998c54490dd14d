import type { Observed } from '../../plan/cache-cluster/facts.ts'
import type { Failure } from '../../plan/core/outcome.ts'
import type { Clock, Random } from '../../time/clock.ts'
import { awsFailureOf } from '../errors/errors.ts'
import type { Polling } from '../port.ts'
import { type CacheKind, observationsOf } from './observations.ts'
import { type Lister, pollAll } from './pages.ts'
import { defaultSettledMs, delayOf, gapMs, slownessAfter } from './poll-delay.ts'

/** What the looks have cost and how old their answers are, for metrics. */
export interface PollFigures {
  readonly looks: number
  readonly failedPolls: number
  /** Pages of DescribeReplicationGroups and of DescribeCacheClusters, ever: one call each. */
  readonly groupPages: number
  readonly clusterPages: number
  /** Since the begin of the last good look; undefined before the first. */
  readonly ageMs: number | undefined
  /** Undefined when the last look was good. */
  readonly lastFailure: Failure | undefined
  readonly watched: number
  readonly waiting: number
}

/**
 * The one picture of all caches of an account and region: it serves every reader, and looks anew by itself. Listeners must
 * not throw; each `on…` gives the function that ends the listening.
 */
export interface Snapshot extends Polling {
  observed(id: string): Observed
  sinceWriteMs(id: string): number | undefined
  watch(id: string, kind: CacheKind, waiting: boolean): void
  forget(id: string): void
  writing(id: string): () => void
  onChange(listener: (ids: readonly string[]) => void): () => void
  onFailure(listener: (failure: Failure) => void): () => void
  onPoll(listener: (figures: PollFigures) => void): () => void
  figures(): PollFigures
}

export interface SnapshotOptions {
  readonly lister: Lister
  readonly clock: Clock
  readonly random: Random
  /** How often AWS has asked for fewer calls, ever (see Throttle.slowed). */
  readonly slowed: () => number
  /** Between two looks while all is settled; default 60 s. */
  readonly settledMs?: number
}

/** Writes and attendance come in bursts: a look that they call for waits so long for the rest of the burst. */
const burstMs = 100

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
  settledMs = defaultSettledMs,
}: SnapshotOptions): Snapshot => {
  const observations = observationsOf(clock)
  const changes = listenersOf<readonly string[]>()
  const failed = listenersOf<Failure>()
  const looks = listenersOf<PollFigures>()
  const sums = { looks: 0, failedPolls: 0, groupPages: 0, clusterPages: 0 }
  // A life lasts from start to stop: a look that an earlier life began finds nobody to tell.
  let life = 0
  let started = false
  let looked = false
  let inFlight = false
  let again = false
  let cancel: (() => void) | undefined
  let dueMs = Number.POSITIVE_INFINITY
  let endedMs = Number.NEGATIVE_INFINITY
  let pollMs = 0
  let begunMs: number | undefined
  let failures = 0
  let lastFailure: Failure | undefined
  let slowness = 1
  let slowedBefore = slowed()
  let chance = random()

  const figures = (): PollFigures => ({
    ...sums,
    ageMs: begunMs === undefined ? undefined : clock.nowMs() - begunMs,
    lastFailure,
    watched: observations.watched,
    waiting: observations.waiting,
  })
  const counting: Lister = {
    groups: (marker) => {
      sums.groupPages += 1
      return lister.groups(marker)
    },
    clusters: (marker, standalone) => {
      sums.clusterPages += 1
      return lister.clusters(marker, standalone)
    },
  }

  /** Only ever moves the next look nearer. */
  const planAt = (atMs: number): void => {
    if (!started || inFlight || atMs >= dueMs) return
    cancel?.()
    dueMs = atMs
    cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => void look())
  }
  const delayMs = () =>
    delayOf({
      eager: observations.eager(),
      settledMs,
      slowness,
      pollMs,
      failures,
      retryAfterMs: lastFailure?.retryAfterMs ?? 0,
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
    try {
      const result = await pollAll(counting, wanted)
      if (mine !== life) return
      failures = 0
      lastFailure = undefined
      looked = true
      begunMs = startMs
      sums.looks += 1
      const changed = observations.apply(begun, wanted, result)
      if (changed.length > 0) changes.tell(changed)
    } catch (error) {
      if (mine !== life) return
      failures += 1
      sums.failedPolls += 1
      lastFailure = awsFailureOf(error)
      if (lastFailure) failed.tell(lastFailure)
    } finally {
      pollMs = clock.nowMs() - startMs
    }
  }
  const look = async (): Promise<void> => {
    cancel?.()
    cancel = undefined
    dueMs = Number.POSITIVE_INFINITY
    // Whoever waited when this look was planned may have been served by the one before.
    const restUntilMs = again ? Number.NEGATIVE_INFINITY : endedMs + delayMs()
    if (restUntilMs > clock.nowMs()) return planAt(restUntilMs)
    const wanted = observations.wanted()
    if (!wanted.groups && !wanted.memcached) {
      // Nobody asks, so there is nothing to pay for, and nothing that isn't known.
      observations.apply(observations.begin(), wanted, { caches: [], groupPages: 0, clusterPages: 0 })
      looked = true
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
    looks.tell(figures())
    planAt(endedMs + (again ? gapMs : delayMs()))
  }

  return {
    start: () => {
      if (started) return
      started = true
      planAt(clock.nowMs())
    },
    stop: () => {
      started = false
      life += 1
      inFlight = false
      cancel?.()
      cancel = undefined
      dueMs = Number.POSITIVE_INFINITY
    },
    soon: () => {
      again = true
      planAt(Math.max(endedMs + gapMs, clock.nowMs()))
    },
    get looked() {
      return looked
    },
    observed: observations.observed,
    sinceWriteMs: observations.sinceWriteMs,
    watch: (id, kind, waiting) => {
      observations.watch(id, kind, waiting)
      hurry(burstMs)
    },
    forget: observations.forget,
    writing: (id) => {
      const end = observations.writing(id)
      return () => {
        end()
        hurry(gapMs)
      }
    },
    onChange: changes.on,
    onFailure: failed.on,
    onPoll: looks.on,
    figures,
  }
}
