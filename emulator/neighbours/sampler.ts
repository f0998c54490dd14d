import type { Figures } from '../engines/port.ts'
import { type Metric, metricsOf } from './metrics.ts'

export const PERIOD_MS = 60_000

/** How many periods are kept: three hours. */
const KEPT = 180

/** The values of one period, in the order of the node's metrics; not a number where a metric has none. */
interface Period {
  readonly atMs: number
  readonly values: Float64Array
}

/** A look at a process, and when it was taken on the machine's own clock. */
interface Look {
  readonly figures: Figures
  readonly takenMs: number
}

interface Series {
  readonly metrics: readonly Metric[]
  /** The last look of the period before. */
  before?: Look
  latest: Look
  readonly periods: Period[]
}

/** One value of one metric of one node. */
export interface Point {
  /** The beginning of the period. */
  readonly atMs: number
  readonly value: number
}

/** What the nodes have said of themselves, a period of 60 s at a time. */
export interface Sampler {
  /** Asks these nodes now. What a period was told last holds, so a period can be asked about before it is over. */
  sample(keys: readonly string[], nowMs: number): Promise<void>
  /** Keys of all nodes that have answered, those that are gone since too. */
  keys(): readonly string[]
  /** The metrics that a node has had values of. */
  metrics(key: string): readonly Metric[]
  /** Values of a metric of a node, oldest first. */
  points(key: string, metric: string): readonly Point[]
}

/** Nodes that are gone are forgotten when there are more than this. */
const MAX_NODES = 2_000

/** Another process has taken the place, and has begun to count from nothing. */
const isSameProcess = (one: Figures, other: Figures): boolean =>
  (one['process_id'] ?? one['pid']) === (other['process_id'] ?? other['pid'])

const upMs = (figures: Figures): number => 1000 * Math.max(1, figures['uptime_in_seconds'] ?? figures['uptime'] ?? 1)

const valuesOf = ({ metrics, before, latest }: Series): Float64Array => {
  const known = before && isSameProcess(before.figures, latest.figures) ? before : undefined
  const looks = {
    now: latest.figures,
    before: known?.figures ?? {},
    elapsedMs: known ? latest.takenMs - known.takenMs : upMs(latest.figures),
  }
  return Float64Array.from(metrics, (metric) => metric.valueOf(looks) ?? Number.NaN)
}

const add = (series: Series, look: Look, atMs: number): void => {
  const last = series.periods.at(-1)
  // An answer that comes after one of the next period.
  if (last !== undefined && last.atMs > atMs) return
  if (last !== undefined && last.atMs < atMs) series.before = series.latest
  series.latest = look
  if (last?.atMs === atMs) series.periods.pop()
  series.periods.push({ atMs, values: valuesOf(series) })
  if (series.periods.length > KEPT) series.periods.shift()
}

export const createSampler = (ask: (key: string) => Promise<Figures | undefined>): Sampler => {
  const all = new Map<string, Series>()

  const note = (key: string, figures: Figures, nowMs: number) => {
    const look = { figures, takenMs: performance.now() }
    const metrics = metricsOf(figures)
    const known = all.get(key)
    // Another engine in the same place has other metrics.
    const series = known?.metrics === metrics ? known : { metrics, latest: look, periods: [] }
    all.set(key, series)
    add(series, look, Math.floor(nowMs / PERIOD_MS) * PERIOD_MS)
    const [oldest] = all.keys()
    if (all.size > MAX_NODES && oldest !== undefined) all.delete(oldest)
  }

  const indexOf = (series: Series, metric: string) => series.metrics.findIndex(({ name }) => name === metric)

  return {
    sample: async (keys, nowMs) => {
      const heard = await Promise.all(keys.map(async (key) => [key, await ask(key)] as const))
      for (const [key, figures] of heard) if (figures) note(key, figures, nowMs)
    },
    keys: () => [...all.keys()],
    metrics: (key) => {
      const series = all.get(key)
      if (!series) return []
      return series.metrics.filter((_, index) =>
        series.periods.some(({ values }) => !Number.isNaN(values[index] ?? Number.NaN)),
      )
    },
    points: (key, metric) => {
      const series = all.get(key)
      const index = series ? indexOf(series, metric) : -1
      return (series?.periods ?? []).flatMap(({ atMs, values }) => {
        const value = values[index] ?? Number.NaN
        return Number.isNaN(value) ? [] : [{ atMs, value }]
      })
    },
  }
}
