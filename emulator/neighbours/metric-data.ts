import { refusal } from '../wire/refusal.ts'
import type { Watch } from './cloudwatch.ts'
import { NAMESPACE, nodeKeys } from './dimensions.ts'
import { type MetricDataInput, type MetricQuery, type MetricStat, problemsOf } from './metric-queries.ts'
import { positionOf, tokenOf } from './next-token.ts'
import { datapointsOf, type Statistic } from './statistics.ts'

export { GET_METRIC_DATA } from './metric-queries.ts'

/** How many datapoints a page holds at most, whatever was asked for. */
const MAX_DATAPOINTS = 100_800

interface Result {
  readonly Id: string
  readonly Label: string
  readonly Timestamps: readonly Date[]
  readonly Values: readonly number[]
}

const clusterOf = ({ Metric }: MetricStat): string | undefined =>
  Metric.Dimensions?.find(({ Name }) => Name === 'CacheClusterId')?.Value

/** Asks the nodes that the queries are about, so that the period that is not over yet has a value too. */
const sampleFor = async (watch: Watch, stats: readonly MetricStat[]): Promise<void> => {
  const clusters = new Set(stats.flatMap((stat) => clusterOf(stat) ?? []))
  const keys = [...clusters].flatMap((cluster) => nodeKeys(watch.world, cluster))
  await watch.sampler.sample(keys, watch.nowMs)
}

const resultOf = (watch: Watch, input: MetricDataInput, query: MetricQuery, stat: MetricStat): Result => {
  const points =
    stat.Metric.Namespace === NAMESPACE
      ? datapointsOf(watch, {
          metricName: stat.Metric.MetricName,
          dimensions: stat.Metric.Dimensions ?? [],
          startMs: input.StartTime.getTime(),
          endMs: input.EndTime.getTime(),
          periodSeconds: stat.Period,
          unit: stat.Unit,
        })
      : []
  const ordered = input.ScanBy === 'TimestampAscending' ? points : points.toReversed()
  return {
    Id: query.Id,
    Label: query.Label ?? stat.Metric.MetricName,
    Timestamps: ordered.map(({ atMs }) => new Date(atMs)),
    Values: ordered.map((point) => point[stat.Stat as Statistic]),
  }
}

/**
 * The results from the datapoint at `position` on, with `limit` datapoints at most; a cut result is partial. A result
 * without datapoints stands on the page of the datapoint before it.
 */
const pageOf = (results: readonly Result[], position: number, limit: number) => {
  const end = position + limit
  let first = 0
  return results.flatMap((result) => {
    const { length } = result.Values
    const begin = first
    first += length
    const isHere = length > 0 ? begin < end && first > position : begin <= end && (begin > position || position === 0)
    if (!isHere) return []
    const from = Math.max(0, position - begin)
    return {
      ...result,
      Timestamps: result.Timestamps.slice(from, end - begin),
      Values: result.Values.slice(from, end - begin),
      StatusCode: end < first ? 'PartialData' : 'Complete',
    }
  })
}

/** @throws ValidationError or InvalidNextToken */
export const getMetricData = async (watch: Watch, raw: Readonly<Record<string, unknown>>): Promise<object> => {
  const { NextToken, ...input } = raw as unknown as MetricDataInput
  const problems = problemsOf(input)
  if (problems.length > 0) throw refusal('ValidationError', problems.join('\n'))
  const position = positionOf(input, NextToken)
  if (position === undefined) throw refusal('InvalidNextToken', 'Invalid nextToken')
  const asked = input.MetricDataQueries.flatMap((query) =>
    query.MetricStat && query.ReturnData !== false ? [{ query, stat: query.MetricStat }] : [],
  )
  await sampleFor(
    watch,
    asked.map(({ stat }) => stat),
  )
  const results = asked.map(({ query, stat }) => resultOf(watch, input, query, stat))
  const limit = Math.min(input.MaxDatapoints ?? MAX_DATAPOINTS, MAX_DATAPOINTS)
  const total = results.reduce((sum, { Values }) => sum + Values.length, 0)
  return {
    MetricDataResults: pageOf(results, position, limit),
    ...(position + limit < total ? { NextToken: tokenOf(input, position + limit) } : {}),
    Messages: [],
  }
}
