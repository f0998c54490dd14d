import { DIMENSIONS, type Dimension } from './dimensions.ts'
import { listOf, number, structure, text, time, truth } from './shape.ts'
import { STATISTICS } from './statistics.ts'

const METRIC_STAT = structure(
  {
    Metric: structure({ Namespace: text, MetricName: text, Dimensions: DIMENSIONS }, 'Namespace', 'MetricName'),
    Period: number,
    Stat: text,
    Unit: text,
  },
  'Metric',
  'Period',
  'Stat',
)

export const GET_METRIC_DATA = structure(
  {
    MetricDataQueries: listOf(
      structure(
        {
          Id: text,
          MetricStat: METRIC_STAT,
          Expression: text,
          Label: text,
          ReturnData: truth,
          Period: number,
          AccountId: text,
        },
        'Id',
      ),
    ),
    StartTime: time,
    EndTime: time,
    NextToken: text,
    ScanBy: text,
    MaxDatapoints: number,
    LabelOptions: structure({ Timezone: text }),
  },
  'MetricDataQueries',
  'StartTime',
  'EndTime',
)

export interface MetricStat {
  readonly Metric: {
    readonly Namespace: string
    readonly MetricName: string
    readonly Dimensions?: readonly Dimension[]
  }
  readonly Period: number
  readonly Stat: string
  readonly Unit?: string
}

export interface MetricQuery {
  readonly Id: string
  readonly MetricStat?: MetricStat
  readonly Expression?: string
  readonly Label?: string
  readonly ReturnData?: boolean
}

export interface MetricDataInput {
  readonly MetricDataQueries: readonly MetricQuery[]
  readonly StartTime: Date
  readonly EndTime: Date
  readonly NextToken?: string
  readonly ScanBy?: string
  readonly MaxDatapoints?: number
}

const MAX_QUERIES = 500
const MAX_DATAPOINTS = 100_800

const statProblems = ({ Period, Stat }: MetricStat, path: string): readonly string[] => [
  ...(Number.isInteger(Period) && Period >= 60 && Period % 60 === 0
    ? []
    : [`The value ${Period} for parameter ${path}.MetricStat.Period is not a multiple of 60.`]),
  ...(STATISTICS.some((known) => known === Stat)
    ? []
    : [`The value ${Stat} for parameter ${path}.MetricStat.Stat is not a valid statistic.`]),
]

const queryProblems = (query: MetricQuery, path: string): readonly string[] => [
  ...(/^[a-z][a-zA-Z0-9_]{0,254}$/.test(query.Id)
    ? []
    : [`The value ${query.Id} for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`]),
  ...(query.MetricStat && query.Expression !== undefined
    ? [`The parameters ${path}.Expression and ${path}.MetricStat are mutually exclusive and you have specified both.`]
    : []),
  ...(!query.MetricStat && query.Expression === undefined
    ? [`At least one of the parameters ${path}.MetricStat and ${path}.Expression must be specified.`]
    : []),
  ...(!query.MetricStat && query.Expression !== undefined
    ? [`Error in expression '${query.Id}': expressions are not modelled by this endpoint.`]
    : []),
  ...(query.MetricStat ? statProblems(query.MetricStat, path) : []),
]

const timeProblems = ({ StartTime, EndTime }: MetricDataInput): readonly string[] => {
  const [startMs, endMs] = [StartTime.getTime(), EndTime.getTime()]
  if (startMs === endMs) return ['The parameter StartTime must not equal parameter EndTime.']
  return startMs > endMs ? ['The parameter StartTime must be less than the parameter EndTime.'] : []
}

const listProblems = ({ MetricDataQueries: queries }: MetricDataInput): readonly string[] => {
  const ids = new Set(queries.map(({ Id }) => Id))
  return [
    ...(queries.length === 0 ? ['The collection MetricDataQueries must not be empty.'] : []),
    ...(queries.length > MAX_QUERIES
      ? [`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`]
      : []),
    ...(ids.size < queries.length ? ['The values for parameter id in MetricDataQueries are not unique.'] : []),
    ...(queries.length > 0 && queries.every(({ ReturnData }) => ReturnData === false)
      ? ['At least one of the MetricDataQueries must return data.']
      : []),
  ]
}

/** What is wrong with a request for metric data. */
export const problemsOf = (input: MetricDataInput): readonly string[] => [
  ...listProblems(input),
  ...input.MetricDataQueries.flatMap((query, index) => queryProblems(query, `MetricDataQueries.member.${index + 1}`)),
  ...timeProblems(input),
  ...(input.ScanBy === undefined || /^Timestamp(Ascending|Descending)$/.test(input.ScanBy)
    ? []
    : [`The value ${input.ScanBy} for parameter ScanBy is not valid.`]),
  ...(input.MaxDatapoints === undefined ||
  (Number.isInteger(input.MaxDatapoints) && input.MaxDatapoints >= 1 && input.MaxDatapoints <= MAX_DATAPOINTS)
    ? []
    : [`The value ${input.MaxDatapoints} for parameter MaxDatapoints is not valid.`]),
]
