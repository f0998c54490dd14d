import assert from 'node:assert/strict'
import { GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { MINUTE_MS, openWatch, queryOf, type Watch } from './cloudwatch-fixture.ts'
import { type Bench, refused } from './fixture.ts'

describe('requests to CloudWatch', () => {
  let watch: Watch
  let bench: Bench
  let startMs: number

  beforeEach(async () => {
    watch = await openWatch()
    bench = watch.bench
    startMs = watch.startMs
  })

  const data: Watch['data'] = (...input) => watch.data(...input)

  const wrong: readonly (readonly [string, () => Promise<unknown>, string, string | RegExp])[] = [
    [
      'a start that is the end',
      () => data([queryOf('a', 'CacheHits', 'Sum')], { EndTime: new Date(startMs) }),
      'ValidationError',
      'The parameter StartTime must not equal parameter EndTime.',
    ],
    [
      'a start after the end',
      () => data([queryOf('a', 'CacheHits', 'Sum')], { EndTime: new Date(startMs - 1) }),
      'ValidationError',
      'The parameter StartTime must be less than the parameter EndTime.',
    ],
    [
      'two queries of one id, and a statistic that is none',
      () => data([queryOf('a', 'CacheHits', 'Sum'), queryOf('a', 'CacheHits', 'Median')]),
      'ValidationError',
      /not unique\.\nThe value Median for parameter MetricDataQueries\.member\.2\.MetricStat\.Stat is not a valid/,
    ],
    [
      'a period that is not a whole number of minutes',
      () =>
        data([
          queryOf('a', 'CacheHits', 'Sum', {
            MetricStat: { ...queryOf('a', 'CacheHits', 'Sum').MetricStat, Period: 90 },
          }),
        ]),
      'ValidationError',
      /Period is not a multiple of 60/,
    ],
    [
      'a query of nothing',
      () => data([{ Id: 'a' }]),
      'ValidationError',
      /MetricStat and MetricDataQueries\.member\.1\.Expression must be specified/,
    ],
    ['an expression', () => data([{ Id: 'a', Expression: 'b/c' }]), 'ValidationError', /expressions are not modelled/],
    [
      'queries that return nothing',
      () => data([queryOf('a', 'CacheHits', 'Sum', { ReturnData: false })]),
      'ValidationError',
      /must return data/,
    ],
    [
      'metric data without a time',
      () => data([queryOf('a', 'CacheHits', 'Sum')], { StartTime: undefined }),
      'ValidationError',
      'The parameter StartTime is required.',
    ],
    [
      'statistics without one',
      () => watch.client().send(new GetMetricStatisticsCommand({ ...watch.statistics(), Statistics: [] })),
      'InvalidParameterCombination',
      'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
    ],
    [
      'statistics of too many datapoints',
      () =>
        watch.client().send(
          new GetMetricStatisticsCommand({
            ...watch.statistics(),
            Period: 60,
            EndTime: new Date(startMs + 3000 * MINUTE_MS),
          }),
        ),
      'InvalidParameterCombination',
      /^You have requested up to 3,000 datapoints, which exceeds the limit of 1,440\./,
    ],
    [
      'statistics without a name',
      () => watch.client().send(new GetMetricStatisticsCommand({ ...watch.statistics(), MetricName: undefined })),
      'MissingParameter',
      'The parameter MetricName is required.',
    ],
    [
      'a list of the recently active of another span',
      () => watch.client().send(new ListMetricsCommand({ RecentlyActive: 'PT4H' as 'PT3H' })),
      'InvalidParameterValue',
      'The parameter RecentlyActive must be PT3H.',
    ],
  ]
  for (const [name, call, code, message] of wrong) {
    it(`refuses ${name}`, async () => {
      await refused(call(), code, message)
    })
  }

  it('is struck by faults, and its calls stand in the ledger', async () => {
    bench.emulator.clearLedger()
    bench.emulator.faults.order({ action: 'ListMetrics', do: 'throttle' }, bench.clock.now())
    await refused(watch.client().send(new ListMetricsCommand({})), 'Throttling', 'Rate exceeded')
    await watch.client().send(new ListMetricsCommand({}))
    assert.deepEqual(
      bench.emulator.ledger().map(({ action, outcome }) => `${action} ${outcome}`),
      ['ListMetrics Throttling', 'ListMetrics ok'],
    )
  })

  describe('on the wire', () => {
    let emulator: ListeningEmulator
    beforeEach(async () => {
      emulator = await startEmulator({ nodes: 'none', clock: bench.clock })
    })
    afterEach(async () => {
      await emulator?.stop()
    })
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/monitoring/aws4_request'
    const json = async (target: string, body: string) => {
      const answer = await fetch(emulator.url, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
        body,
      })
      return { answer, value: (await answer.json()) as Record<string, unknown> }
    }

    it('names errors as the JSON protocol does', async () => {
      const { answer, value } = await json('GraniteServiceVersion20100801.ListMetrics', '{"RecentlyActive":"PT1H"}')
      assert.equal(answer.status, 400)
      assert.equal(answer.headers.get('content-type'), 'application/x-amz-json-1.0')
      assert.equal(answer.headers.get('x-amzn-query-error'), 'InvalidParameterValue;Sender')
      assert.deepEqual(value, {
        __type: 'com.amazonaws.cloudwatch#InvalidParameterValueException',
        message: 'The parameter RecentlyActive must be PT3H.',
      })
    })

    const BODIES = [
      ['what is no JSON', 'ListMetrics', '{', 'SerializationException'],
      ['text where a list belongs', 'ListMetrics', '{"Dimensions":"x"}', 'SerializationException'],
      ['a number as a name', 'ListMetrics', '{"MetricName":1}', 'SerializationException'],
      ['a parameter that it does not know', 'ListMetrics', '{"Nonsense":1}', 'InvalidQueryParameter'],
      ['an action that it does not have', 'PutMetricData', '{}', 'InvalidAction'],
    ] as const
    for (const [name, action, body, code] of BODIES) {
      it(`refuses ${name}`, async () => {
        const { answer } = await json(`GraniteServiceVersion20100801.${action}`, body)
        assert.equal(answer.headers.get('x-amzn-query-error'), `${code};Sender`)
      })
    }

    it('answers the Query protocol in the XML of AWS, told by the signature alone if need be', async () => {
      const said = async (query: string) =>
        (await fetch(`${emulator.url}/?${query}`, { headers: { authorization } })).text()
      assert.match(
        await said('Action=ListMetrics&Version=2010-08-01'),
        /^<ListMetricsResponse xmlns="http:\/\/monitoring\.amazonaws\.com\/doc\/2010-08-01\/"><ListMetricsResult><Metrics><\/Metrics><\/ListMetricsResult><ResponseMetadata>/,
      )
      assert.match(
        await said('Action=Nothing'),
        /^<ErrorResponse xmlns="http:\/\/monitoring.*<Code>InvalidAction<\/Code>/,
      )
    })
  })
})
