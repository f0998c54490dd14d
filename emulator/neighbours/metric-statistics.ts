import { refusal } from '../wire/refusal.ts'
import type { Watch } from './cloudwatch.ts'
import { DIMENSIONS, type Dimension, NAMESPACE, nodeKeys } from './dimensions.ts'
import { listOf, number, structure, text, time } from './shape.ts'
import { datapointsOf, STATISTICS, type Statistic, unitOf } from './statistics.ts'

export const GET_METRIC_STATISTICS = structure(
  {
    Namespace: text,
    MetricName: text,
    Dimensions: DIMENSIONS,
    StartTime: time,
    EndTime: time,
    Period: number,
    Statistics: listOf(text),
    ExtendedStatistics: listOf(text),
    Unit: text,
  },
  'Namespace',
  'MetricName',
  'StartTime',
  'EndTime',
  'Period',
)

interface GetMetricStatisticsInput {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions?: readonly Dimension[]
  readonly StartTime: Date
  readonly EndTime: Date
  readonly Period: number
  readonly Statistics?: readonly string[]
  readonly ExtendedStatistics?: readonly string[]
  readonly Unit?: string
}

const MAX_DATAPOINTS = 1440

const invalid = (message: string) => refusal('InvalidParameterValue', message)
const combination = (message: string) => refusal('InvalidParameterCombination', message)

const validate = (input: GetMetricStatisticsInput): void => {
  const { Period, Statistics = [], ExtendedStatistics = [] } = input
  const [startMs, endMs] = [input.StartTime.getTime(), input.EndTime.getTime()]
  if (startMs === endMs) throw invalid('The parameter StartTime must not equal parameter EndTime.')
  if (startMs > endMs) throw invalid('The parameter StartTime must be less than the parameter EndTime.')
  if (!Number.isInteger(Period) || Period < 60 || Period % 60 !== 0) {
    throw invalid('The parameter Period must be a value greater than or equal to 60 and a multiple of 60.')
  }
  if (Statistics.length === 0 && ExtendedStatistics.length === 0) {
    throw combination('At least one of the parameters Statistics and ExtendedStatistics must be specified.')
  }
  const strange = [...Statistics, ...ExtendedStatistics].find((name) => !STATISTICS.some((known) => known === name))
  if (strange !== undefined) throw invalid(`The value ${strange} for parameter Statistics is not a valid statistic.`)
  const count = Math.ceil((endMs - startMs) / (Period * 1000))
  if (count > MAX_DATAPOINTS) {
    throw combination(
      `You have requested up to ${count.toLocaleString('en-US')} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    )
  }
}

/** @throws InvalidParameterValue or InvalidParameterCombination */
export const getMetricStatistics = async (watch: Watch, raw: Readonly<Record<string, unknown>>): Promise<object> => {
  const input = raw as unknown as GetMetricStatisticsInput
  validate(input)
  const dimensions = input.Dimensions ?? []
  const cluster = dimensions.find(({ Name }) => Name === 'CacheClusterId')?.Value
  if (cluster !== undefined) await watch.sampler.sample(nodeKeys(watch.world, cluster), watch.nowMs)
  const question = {
    metricName: input.MetricName,
    dimensions,
    startMs: input.StartTime.getTime(),
    endMs: input.EndTime.getTime(),
    periodSeconds: input.Period,
    unit: input.Unit,
  }
  const points = input.Namespace === NAMESPACE ? datapointsOf(watch, question) : []
  const names = (input.Statistics ?? []) as readonly Statistic[]
  const Unit = unitOf(watch, question)
  return {
    Label: input.MetricName,
    Datapoints: points.map((point) => ({
      Timestamp: new Date(point.atMs),
      ...Object.fromEntries(names.map((name) => [name, point[name]])),
      Unit,
    })),
  }
}
