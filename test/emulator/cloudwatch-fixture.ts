import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  type Dimension,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type GetMetricStatisticsCommandInput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch'
import type { Figures } from '../../emulator/engines/port.ts'
import { type Bench, CREDENTIALS, openBench, REGION } from './fixture.ts'

export const MINUTE_MS = 60_000

export const node = (cluster: string): Dimension[] => [
  { Name: 'CacheClusterId', Value: cluster },
  { Name: 'CacheNodeId', Value: '0001' },
]

/** What a node says of itself after so many hits. */
export const say = (hits: number, items = 3): Figures => ({
  process_id: 1,
  role: 1,
  used_memory: 2_000_000,
  maxmemory: 8_000_000,
  keyspace_hits: hits,
  keyspace_misses: 10,
  keys: items,
})

/** A query about the primary of the pair. */
export const queryOf = (Id: string, MetricName: string, Stat: string, changes: object = {}): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: 'AWS/ElastiCache', MetricName, Dimensions: node('pair-001') }, Period: 60, Stat },
  ...changes,
})

type Config = Partial<CloudWatchClientConfig>

export interface Watch {
  readonly bench: Bench
  /** What the nodes say, by 'cluster/node'. */
  readonly said: Map<string, Figures>
  /** The beginning of a minute. */
  readonly startMs: number
  client(config?: Config): CloudWatchClient
  /** Asks about the hour from `startMs` on, oldest first. */
  data(
    queries: MetricDataQuery[],
    changes?: Partial<GetMetricDataCommandInput>,
    config?: Config,
  ): Promise<GetMetricDataCommandOutput>
  /** The input of a question about the hits of five minutes. */
  statistics(): GetMetricStatisticsCommandInput
}

/** A bench with a pair whose nodes say what the test makes them say. */
export const openWatch = async (): Promise<Watch> => {
  const said = new Map<string, Figures>()
  const bench = await openBench({ figures: (key) => said.get(key.split('/').slice(2).join('/')) })
  await bench.createGroup()
  bench.clock.advance(MINUTE_MS - (bench.clock.now() % MINUTE_MS))
  const startMs = bench.clock.now()
  const client = (config: Config = {}) =>
    new CloudWatchClient({
      region: REGION,
      credentials: CREDENTIALS,
      requestHandler: bench.emulator.requestHandler,
      maxAttempts: 1,
      ...config,
    })
  return {
    bench,
    said,
    startMs,
    client,
    data: (MetricDataQueries, changes = {}, config = {}) =>
      client(config).send(
        new GetMetricDataCommand({
          StartTime: new Date(startMs),
          EndTime: new Date(startMs + 60 * MINUTE_MS),
          ScanBy: 'TimestampAscending',
          MetricDataQueries,
          ...changes,
        }),
      ),
    statistics: () => ({
      Namespace: 'AWS/ElastiCache',
      MetricName: 'CacheHits',
      Dimensions: node('pair-001'),
      StartTime: new Date(startMs),
      EndTime: new Date(startMs + 5 * MINUTE_MS),
      Period: 300,
      Statistics: ['SampleCount', 'Average', 'Sum'],
    }),
  }
}
