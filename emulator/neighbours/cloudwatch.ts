import type { Request } from '../door/request.ts'
import type { ServiceCall } from '../door/service-call.ts'
import { refusal } from '../wire/refusal.ts'
import type { Place, World } from '../world/world.ts'
import { spokenTo } from './cloudwatch-protocol.ts'
import { LIST_METRICS, listMetrics } from './list-metrics.ts'
import { GET_METRIC_DATA, getMetricData } from './metric-data.ts'
import { GET_METRIC_STATISTICS, getMetricStatistics } from './metric-statistics.ts'
import type { Sampler } from './sampler.ts'
import { readInput, type Shape } from './shape.ts'

/** What CloudWatch's operations are given. */
export interface Watch {
  readonly sampler: Sampler
  readonly world: World
  readonly nowMs: number
}

interface WatchOperation {
  readonly shape: Shape
  /** The wire code of a missing parameter. */
  readonly missing: string
  readonly carryOut: (watch: Watch, input: Readonly<Record<string, unknown>>) => Promise<object>
}

const OPERATIONS: Readonly<Record<string, WatchOperation>> = {
  GetMetricData: { shape: GET_METRIC_DATA, missing: 'ValidationError', carryOut: getMetricData },
  GetMetricStatistics: { shape: GET_METRIC_STATISTICS, missing: 'MissingParameter', carryOut: getMetricStatistics },
  ListMetrics: { shape: LIST_METRICS, missing: 'MissingParameter', carryOut: listMetrics },
}

/** A call of CloudWatch, if the request is one. */
export const cloudWatchCall = (
  sampler: Sampler,
  worldAt: (place: Place) => World,
  request: Request,
  parameters: URLSearchParams,
  scopedService: string | undefined,
  nowMs: number,
): ServiceCall | undefined => {
  const spoken = spokenTo(request, parameters, scopedService)
  if (!spoken) return undefined
  const { action, succeed, refuse } = spoken
  return {
    service: 'monitoring',
    action,
    begin: ({ place }) => {
      if (!action) throw refusal('MissingAction', 'The request must contain the parameter Action.')
      const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined
      if (!operation) throw refusal('InvalidAction', `The operation ${action} is not modelled by this endpoint.`)
      const { shape, missing, carryOut } = operation
      const input = readInput(shape, spoken.input(), {
        missing: (path) => refusal(missing, `The parameter ${path} is required.`),
      })
      return () => carryOut({ sampler, world: worldAt(place), nowMs }, input)
    },
    succeed,
    refuse,
  }
}
