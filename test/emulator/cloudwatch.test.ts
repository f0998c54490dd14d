import assert from 'node:assert/strict'
import {
  type CloudWatchClientConfig,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricDataQuery,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch'
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import { beforeEach, describe, it } from 'mocha'
import type { Figures } from '../../emulator/engines/port.ts'
import { MINUTE_MS, node, openWatch, queryOf, say, type Watch } from './cloudwatch-fixture.ts'
import { type Bench, refused } from './fixture.ts'

const PROTOCOLS: Readonly<Record<string, Partial<CloudWatchClientConfig>>> = {
  'AWS JSON 1.0, the default': {},
  'Smithy RPC v2 CBOR': { protocol: AwsSmithyRpcV2CborProtocol },
  'the Query protocol': { protocol: AwsQueryProtocol },
}

describe('CloudWatch at the same port', () => {
  let watch: Watch
  let bench: Bench
  let startMs: number
  let said: Map<string, Figures>

  beforeEach(async () => {
    watch = await openWatch()
    bench = watch.bench
    startMs = watch.startMs
    said = watch.said
  })

  const data: Watch['data'] = (...input) => watch.data(...input)

  /** Three periods: 5 hits, then 20 more, then none. */
  const threePeriods = async () => {
    for (const [hits, items] of [
      [5, 3],
      [25, 9],
      [25, 6],
    ] as const) {
      said.set('pair-001/0001', say(hits, items))
      await bench.emulator.sample()
      bench.clock.advance(MINUTE_MS)
    }
    said.clear()
  }

  const values = async (...input: Parameters<typeof data>) =>
    (await data(...input)).MetricDataResults?.map((result) => result.Values)
  const minutes = (times: readonly Date[] | undefined) =>
    (times ?? []).map((time) => (time.getTime() - startMs) / MINUTE_MS)

  for (const [name, config] of Object.entries(PROTOCOLS)) {
    describe(`in ${name}`, () => {
      it('counts by period, shows gauges as they are, and has one sample a minute', async () => {
        await threePeriods()
        const { MetricDataResults } = await data(
          [
            queryOf('hits', 'CacheHits', 'Sum'),
            queryOf('items', 'CurrItems', 'Maximum', { Label: 'things' }),
            queryOf('memory', 'DatabaseMemoryUsagePercentage', 'Average'),
            queryOf('count', 'CacheHits', 'SampleCount'),
            queryOf('hidden', 'CacheMisses', 'Sum', { ReturnData: false }),
          ],
          {},
          config,
        )
        assert.deepEqual(
          MetricDataResults?.map(({ Id, Label, Values, StatusCode }) => [Id, Label, Values, StatusCode]),
          [
            ['hits', 'CacheHits', [5, 20, 0], 'Complete'],
            ['items', 'things', [3, 9, 6], 'Complete'],
            ['memory', 'DatabaseMemoryUsagePercentage', [25, 25, 25], 'Complete'],
            ['count', 'CacheHits', [1, 1, 1], 'Complete'],
          ],
        )
        assert.deepEqual(minutes(MetricDataResults?.[0]?.Timestamps), [0, 1, 2])
      })

      it('lists metrics by name and dimension', async () => {
        await threePeriods()
        const { Metrics } = await watch.client(config).send(
          new ListMetricsCommand({
            Namespace: 'AWS/ElastiCache',
            MetricName: 'CacheHits',
            Dimensions: [{ Name: 'CacheNodeId' }],
          }),
        )
        assert.deepEqual(Metrics, [
          { Namespace: 'AWS/ElastiCache', MetricName: 'CacheHits', Dimensions: node('pair-001') },
        ])
      })

      it('gives statistics with their unit', async () => {
        await threePeriods()
        const { Label, Datapoints } = await watch
          .client(config)
          .send(new GetMetricStatisticsCommand(watch.statistics()))
        assert.equal(Label, 'CacheHits')
        assert.deepEqual(Datapoints, [
          { Timestamp: new Date(startMs), SampleCount: 3, Average: 25 / 3, Sum: 25, Unit: 'Count' },
        ])
      })

      it('refuses in its own way, with the code of the Query protocol', async () => {
        await refused(
          data([queryOf('Hits', 'CacheHits', 'Sum')], {}, config),
          'ValidationError',
          'The value Hits for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.',
        )
      })
    })
  }

  it('shows the newest first unless told otherwise', async () => {
    await threePeriods()
    const { MetricDataResults } = await data([queryOf('hits', 'CacheHits', 'Sum')], { ScanBy: undefined })
    assert.deepEqual(MetricDataResults?.[0]?.Values, [0, 20, 5])
    assert.deepEqual(minutes(MetricDataResults?.[0]?.Timestamps), [2, 1, 0])
  })

  it('gathers longer periods, from the start time on', async () => {
    await threePeriods()
    const stat = (Stat: string) => ({
      MetricStat: { ...queryOf('x', 'CacheHits', Stat).MetricStat, Period: 120 } as MetricDataQuery['MetricStat'],
    })
    const queries = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'].map((Stat) =>
      queryOf(Stat.toLowerCase(), 'CacheHits', Stat, stat(Stat)),
    )
    assert.deepEqual(await values(queries), [
      [25, 0],
      [12.5, 0],
      [5, 0],
      [20, 0],
      [2, 1],
    ])
  })

  it('takes the start time in and leaves the end time out', async () => {
    await threePeriods()
    const range = { StartTime: new Date(startMs + MINUTE_MS + 30_000), EndTime: new Date(startMs + 2 * MINUTE_MS) }
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')], range), [[20]])
  })

  it('asks the nodes when it is asked, and corrects the period that is not over', async () => {
    said.set('pair-001/0001', say(5))
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')]), [[5]])
    said.set('pair-001/0001', say(8))
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')]), [[8]])
    bench.clock.advance(MINUTE_MS)
    said.set('pair-001/0001', say(9))
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')]), [[8, 1]])
  })

  it('begins to count anew with a new process', async () => {
    said.set('pair-001/0001', say(5))
    await bench.emulator.sample()
    bench.clock.advance(MINUTE_MS)
    said.set('pair-001/0001', { ...say(7), process_id: 2 })
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')]), [[5, 7]])
  })

  it('adds the nodes of a cluster up under the cluster alone', async () => {
    await bench.createMemcached({ NumCacheNodes: 2 })
    for (const [id, hits] of [
      ['0001', 3],
      ['0002', 4],
    ] as const) {
      said.set(`mem/${id}`, { pid: 7, limit_maxbytes: 100, bytes: 40, get_hits: hits, cmd_get: 10 })
    }
    const dimensions = [{ Name: 'CacheClusterId', Value: 'mem' }]
    const Metric = (MetricName: string) => ({ Namespace: 'AWS/ElastiCache', MetricName, Dimensions: dimensions })
    const stat = (name: string, Stat: string) => ({ MetricStat: { Metric: Metric(name), Period: 60, Stat } })
    assert.deepEqual(
      await values([
        { Id: 'hits', ...stat('GetHits', 'Sum') },
        { Id: 'nodes', ...stat('GetHits', 'SampleCount') },
        { Id: 'gets', ...stat('CmdGets', 'Sum') },
        { Id: 'unused', ...stat('UnusedMemory', 'Average') },
        { Id: 'redis', ...stat('CacheHits', 'Sum') },
      ]),
      [[7], [2], [20], [60], []],
    )
  })

  it('has no data under other dimensions, names, units and namespaces, nor for another account', async () => {
    await threePeriods()
    const metric = (changes: object) => ({
      MetricStat: {
        Metric: { Namespace: 'AWS/ElastiCache', MetricName: 'CacheHits', Dimensions: node('pair-001'), ...changes },
        Period: 60,
        Stat: 'Sum',
      },
    })
    const unit = { MetricStat: { ...metric({}).MetricStat, Unit: 'Bytes' as const } }
    const queries = [
      { Id: 'a', ...metric({ Dimensions: [{ Name: 'ReplicationGroupId', Value: 'pair' }] }) },
      { Id: 'b', ...metric({ Dimensions: [] }) },
      { Id: 'c', ...metric({ Dimensions: node('pair-002') }) },
      { Id: 'd', ...metric({ MetricName: 'Nothing' }) },
      { Id: 'e', ...metric({ Namespace: 'AWS/RDS' }) },
      { Id: 'f', ...unit },
    ]
    assert.deepEqual(await values(queries), [[], [], [], [], [], []])
    const elsewhere = { region: 'eu-west-1' }
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')], {}, elsewhere), [[]])
    assert.deepEqual((await watch.client(elsewhere).send(new ListMetricsCommand({}))).Metrics, [])
  })

  it('says nothing of nodes that have no process', async () => {
    assert.deepEqual(await values([queryOf('hits', 'CacheHits', 'Sum')]), [[]])
    assert.deepEqual((await watch.client().send(new ListMetricsCommand({}))).Metrics, [])
  })

  it('pages through datapoints and says which results are cut', async () => {
    await threePeriods()
    const queries = [
      queryOf('hits', 'CacheHits', 'Sum'),
      queryOf('none', 'Nothing', 'Sum'),
      queryOf('items', 'CurrItems', 'Maximum'),
    ]
    const input = {
      StartTime: new Date(startMs),
      EndTime: new Date(startMs + 60 * MINUTE_MS),
      ScanBy: 'TimestampAscending' as const,
      MaxDatapoints: 2,
      MetricDataQueries: queries,
    }
    const pages: unknown[] = []
    for await (const page of paginateGetMetricData({ client: watch.client() }, input)) {
      pages.push(page.MetricDataResults?.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]))
    }
    assert.deepEqual(pages, [
      [['hits', [5, 20], 'PartialData']],
      [
        ['hits', [0], 'Complete'],
        ['none', [], 'Complete'],
        ['items', [3], 'PartialData'],
      ],
      [['items', [9, 6], 'Complete']],
    ])
  })

  it('refuses a token that belongs to another request', async () => {
    await threePeriods()
    const { NextToken } = await data([queryOf('hits', 'CacheHits', 'Sum')], { MaxDatapoints: 1 })
    await refused(
      data([queryOf('items', 'CurrItems', 'Sum')], { MaxDatapoints: 1, NextToken }),
      'InvalidNextToken',
      'Invalid nextToken',
    )
    await refused(watch.client().send(new ListMetricsCommand({ NextToken })), 'InvalidParameterValue', /nextToken/)
  })

  it('lists 500 metrics a page', async () => {
    await bench.createMemcached({ NumCacheNodes: 40 })
    const names =
      'bytes cmd_get cmd_set cmd_flush get_hits get_misses evictions curr_items total_items reclaimed cas_hits'
    const figures = Object.fromEntries(names.split(' ').map((name) => [name, 1]))
    for (let id = 1; id <= 40; id += 1) {
      said.set(`mem/${String(id).padStart(4, '0')}`, { pid: id, limit_maxbytes: 9, ...figures })
    }
    const list = (NextToken?: string) =>
      watch
        .client()
        .send(
          new ListMetricsCommand({ Namespace: 'AWS/ElastiCache', ...(NextToken === undefined ? {} : { NextToken }) }),
        )
    const first = await list()
    assert.equal(first.Metrics?.length, 500)
    const second = await list(first.NextToken)
    assert.equal(second.NextToken, undefined)
    // Thirteen metrics, of each node and of the cluster.
    const all = [...(first.Metrics ?? []), ...(second.Metrics ?? [])]
    assert.equal(new Set(all.map((metric) => JSON.stringify(metric))).size, 13 * 41)
  })
})
