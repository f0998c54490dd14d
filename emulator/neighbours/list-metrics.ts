import { refusal } from '../wire/refusal.ts'
import type { Watch } from './cloudwatch.ts'
import { type Dimension, NAMESPACE, nodeKeys, nodeNamed, sampledKeys } from './dimensions.ts'
import { positionOf, tokenOf } from './next-token.ts'
import { listOf, structure, text, truth } from './shape.ts'

export const LIST_METRICS = structure({
  Namespace: text,
  MetricName: text,
  Dimensions: listOf(structure({ Name: text, Value: text }, 'Name')),
  NextToken: text,
  RecentlyActive: text,
  IncludeLinkedAccounts: truth,
  OwningAccount: text,
})

interface ListMetricsInput {
  readonly Namespace?: string
  readonly MetricName?: string
  readonly Dimensions?: readonly Dimension[]
  readonly NextToken?: string
  readonly RecentlyActive?: string
}

interface Listed {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions: readonly Dimension[]
}

const PAGE = 500
const MAX_FILTERS = 30

/** Every metric that has values: by node, and by cluster over all of its nodes. */
const listed = (watch: Watch): readonly Listed[] => {
  const byText = new Map<string, Listed>()
  for (const key of sampledKeys(watch)) {
    const { clusterId, nodeId } = nodeNamed(key)
    const cluster = { Name: 'CacheClusterId', Value: clusterId }
    for (const { name } of watch.sampler.metrics(key)) {
      for (const Dimensions of [[cluster, { Name: 'CacheNodeId', Value: nodeId }], [cluster]]) {
        byText.set(JSON.stringify([clusterId, Dimensions, name]), {
          Namespace: NAMESPACE,
          MetricName: name,
          Dimensions,
        })
      }
    }
  }
  return [...byText].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, metric]) => metric)
}

const fits = (metric: Listed, input: ListMetricsInput): boolean =>
  (input.Namespace === undefined || input.Namespace === metric.Namespace) &&
  (input.MetricName === undefined || input.MetricName === metric.MetricName) &&
  (input.Dimensions ?? []).every(({ Name, Value }) =>
    metric.Dimensions.some((own) => own.Name === Name && (Value === undefined || own.Value === Value)),
  )

const invalid = (message: string) => refusal('InvalidParameterValue', message)

/** @throws InvalidParameterValue */
export const listMetrics = async (watch: Watch, raw: Readonly<Record<string, unknown>>): Promise<object> => {
  const { NextToken, ...input } = raw as ListMetricsInput
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H') {
    throw invalid('The parameter RecentlyActive must be PT3H.')
  }
  if ((input.Dimensions?.length ?? 0) > MAX_FILTERS) {
    throw invalid(`The collection Dimensions must not have a size greater than ${MAX_FILTERS}.`)
  }
  const position = positionOf(input, NextToken)
  if (position === undefined) throw invalid('Invalid nextToken')
  await watch.sampler.sample(nodeKeys(watch.world), watch.nowMs)
  const all = listed(watch).filter((metric) => fits(metric, input))
  const end = position + PAGE
  return { Metrics: all.slice(position, end), ...(end < all.length ? { NextToken: tokenOf(input, end) } : {}) }
}
