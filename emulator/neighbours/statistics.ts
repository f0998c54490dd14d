import type { Watch } from './cloudwatch.ts'
import { type Dimension, nodesMeant } from './dimensions.ts'
import type { Metric } from './metrics.ts'
import { PERIOD_MS } from './sampler.ts'

export const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const
export type Statistic = (typeof STATISTICS)[number]

/** All statistics of one metric in one period. */
export interface Datapoint extends Readonly<Record<Statistic, number>> {
  readonly atMs: number
}

export interface Question {
  readonly metricName: string
  readonly dimensions: readonly Dimension[]
  readonly startMs: number
  readonly endMs: number
  readonly periodSeconds: number
  /** Only values in this unit. */
  readonly unit?: string | undefined
}

const statisticsOf = (atMs: number, values: readonly number[]): Datapoint => {
  const Sum = values.reduce((sum, value) => sum + value, 0)
  return {
    atMs,
    SampleCount: values.length,
    Sum,
    Average: Sum / values.length,
    Minimum: Math.min(...values),
    Maximum: Math.max(...values),
  }
}

const metricNamed = (watch: Watch, key: string, question: Question): Metric | undefined =>
  watch.sampler
    .metrics(key)
    .find(({ name, unit }) => name === question.metricName && (question.unit === undefined || question.unit === unit))

/** The metric's unit, when it has values. */
export const unitOf = (watch: Watch, question: Question): string | undefined => {
  const [key] = nodesMeant(watch, question.dimensions).filter((each) => metricNamed(watch, each, question))
  return key === undefined ? undefined : metricNamed(watch, key, question)?.unit
}

/**
 * The datapoints of a metric, oldest first. Every node gives one value a minute. Periods begin at the start time, rounded
 * down to a whole minute; a period without values has no datapoint.
 */
export const datapointsOf = (watch: Watch, question: Question): readonly Datapoint[] => {
  const startMs = Math.floor(question.startMs / PERIOD_MS) * PERIOD_MS
  const periodMs = question.periodSeconds * 1000
  const values = new Map<number, number[]>()
  for (const key of nodesMeant(watch, question.dimensions)) {
    if (!metricNamed(watch, key, question)) continue
    for (const { atMs, value } of watch.sampler.points(key, question.metricName)) {
      if (atMs < startMs || atMs >= question.endMs) continue
      const period = startMs + Math.floor((atMs - startMs) / periodMs) * periodMs
      values.set(period, [...(values.get(period) ?? []), value])
    }
  }
  return [...values].toSorted(([one], [other]) => one - other).map(([atMs, all]) => statisticsOf(atMs, all))
}
