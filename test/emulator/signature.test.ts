import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeCacheClustersCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { HttpRequest } from '@smithy/core/protocols'
import { SignatureV4 } from '@smithy/signature-v4'
import { after, before, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { expectedSignature } from '../../emulator/wire/canonical.ts'
import { signatureOf } from '../../emulator/wire/signature.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'
import { REGION, refused } from './fixture.ts'

const KNOWN = { accessKeyId: 'AKIDKNOWN', secretAccessKey: 'wJalr/secret+with=signs' }
const MINUTE_MS = 60_000

interface Changes {
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly systemClockOffset?: number
}

const sha256 = class {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string)
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(data as string)
  }
  async digest() {
    return new Uint8Array(this.#hash.digest())
  }
  reset() {}
}

describe('signatures, once keys are configured', () => {
  let emulator: ListeningEmulator
  let clock: ManualClock

  before(async () => {
    clock = manualClock(Date.now())
    emulator = await startEmulator({ nodes: 'none', clock, keys: { [KNOWN.accessKeyId]: KNOWN.secretAccessKey } })
  })
  after(async () => {
    await emulator?.stop()
  })

  const doors = ['in process', 'over HTTP'] as const
  type Door = (typeof doors)[number]
  const config = (door: Door, changes: Changes = {}) => ({
    region: REGION,
    credentials: KNOWN,
    maxAttempts: 1,
    ...(door === 'over HTTP' ? { endpoint: emulator.url } : { requestHandler: emulator.requestHandler }),
    ...changes,
  })
  const describeAll = (changes: Changes = {}, door: Door = 'in process') =>
    new ElastiCacheClient(config(door, changes)).send(new DescribeCacheClustersCommand({}))

  for (const door of doors) {
    it(`lets every service's right signature pass ${door}`, async () => {
      assert.deepEqual((await describeAll({}, door)).CacheClusters, [])
      const { Account } = await new STSClient(config(door)).send(new GetCallerIdentityCommand({}))
      assert.equal(Account, '123456789012')
      assert.deepEqual((await new CloudWatchClient(config(door)).send(new ListMetricsCommand({}))).Metrics, [])
    })

    it(`refuses another secret ${door}`, async () => {
      const call = describeAll({ credentials: { ...KNOWN, secretAccessKey: 'wrong' } }, door)
      await refused(call, 'SignatureDoesNotMatch', /^The request signature we calculated does not match/)
    })
  }

  it('refuses an access key that nobody has', async () => {
    await refused(
      describeAll({ credentials: { ...KNOWN, accessKeyId: 'AKIDNOBODY' } }),
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
    )
  })

  it('says a refused signature with HTTP 403', async () => {
    await assert.rejects(describeAll({ credentials: { ...KNOWN, secretAccessKey: 'wrong' } }), (error: object) => {
      assert.equal((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode, 403)
      return true
    })
  })

  it("refuses a clock that is six minutes behind, and one that's ahead", async () => {
    await refused(
      describeAll({ systemClockOffset: -6 * MINUTE_MS }),
      'SignatureDoesNotMatch',
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    )
    await refused(
      describeAll({ systemClockOffset: 6 * MINUTE_MS }),
      'SignatureDoesNotMatch',
      /^Signature not yet current: .* is still later than .* \+ 5 min\.\)$/,
    )
  })

  it('lets four minutes pass, and fourteen for the token service', async () => {
    await describeAll({ systemClockOffset: -4 * MINUTE_MS })
    await new STSClient(config('in process', { systemClockOffset: -14 * MINUTE_MS })).send(
      new GetCallerIdentityCommand({}),
    )
  })

  it('refuses a body that was changed on the way', async () => {
    const client = new ElastiCacheClient(config('in process'))
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as HttpRequest
        request.body = `${request.body}&MaxRecords=50`
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    await refused(client.send(new DescribeCacheClustersCommand({})), 'SignatureDoesNotMatch', /^The request signature/)
  })

  it('speaks of signatures in the words of the JSON protocol, with the query code beside', async () => {
    const client = new CloudWatchClient(config('in process', { credentials: { ...KNOWN, secretAccessKey: 'wrong' } }))
    await refused(client.send(new ListMetricsCommand({})), 'SignatureDoesNotMatch', /^The request signature/)
  })

  const session = async () => {
    const role = { RoleArn: 'arn:aws:iam::210987654321:role/cache', RoleSessionName: 'larder', DurationSeconds: 900 }
    const { Credentials } = await new STSClient(config('in process')).send(new AssumeRoleCommand(role))
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
  }

  it("takes an assumed role's credentials with their session token only", async () => {
    const credentials = await session()
    await describeAll({ credentials })
    await describeAll({ credentials }, 'over HTTP')
    const { sessionToken: _, ...withoutToken } = credentials
    await refused(describeAll({ credentials: withoutToken }), 'InvalidClientTokenId', /is invalid\.$/)
    await refused(
      describeAll({ credentials: { ...credentials, sessionToken: 'another' } }),
      'InvalidClientTokenId',
      /is invalid\.$/,
    )
    await refused(
      describeAll({ credentials: { ...KNOWN, sessionToken: credentials.sessionToken } }),
      'InvalidClientTokenId',
      /is invalid\.$/,
    )
  })

  const posted = async (headers: Record<string, string>, query = '') => {
    const answer = await fetch(`${emulator.url}/${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: 'Action=DescribeCacheClusters&Version=2015-02-02',
    })
    const body = await answer.text()
    return { status: answer.status, code: /<Code>(.*)<\/Code>/.exec(body)?.[1], body }
  }

  const CREDENTIAL = `Credential=${KNOWN.accessKeyId}/20260105/us-east-1/elasticache/aws4_request`
  const BROKEN: readonly (readonly [string, Record<string, string>, number, string])[] = [
    ['no signature at all', {}, 403, 'MissingAuthenticationToken'],
    ['a header that is none', { authorization: 'AWS4-HMAC-SHA256 nonsense' }, 400, 'IncompleteSignature'],
    ['no signed headers', { authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL}` }, 400, 'IncompleteSignature'],
    [
      'no date',
      { authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host, Signature=00` },
      400,
      'IncompleteSignature',
    ],
    [
      'a date of no known form',
      {
        authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host, Signature=00`,
        'x-amz-date': '2026-01-05',
      },
      400,
      'IncompleteSignature',
    ],
    [
      'a host that is not signed',
      {
        authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=x-amz-date, Signature=00`,
        'x-amz-date': '20260105T120000Z',
      },
      403,
      'SignatureDoesNotMatch',
    ],
    [
      'a scope of another day',
      {
        authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host, Signature=00`,
        'x-amz-date': '20260106T120000Z',
      },
      403,
      'SignatureDoesNotMatch',
    ],
  ]
  for (const [name, headers, status, code] of BROKEN) {
    it(`refuses ${name} with ${code}`, async () => {
      const answer = await posted(headers)
      assert.equal(`${answer.status} ${answer.code}`, `${status} ${code}`, answer.body)
      assert.ok(!answer.body.includes(KNOWN.secretAccessKey))
    })
  }

  const presigned = async (expiresIn: number, action = 'DescribeCacheClusters') => {
    const { host, hostname, port } = new URL(emulator.url)
    const signer = new SignatureV4({ credentials: KNOWN, region: REGION, service: 'elasticache', sha256 })
    const request = new HttpRequest({
      method: 'GET',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      query: { Action: action, Version: '2015-02-02', CacheClusterId: 'a b+c*(d)' },
      headers: { host },
    })
    const signed = await signer.presign(request, { expiresIn, signingDate: new Date(clock.now()) })
    return new URLSearchParams(signed.query as Record<string, string>)
  }
  const fetched = async (query: URLSearchParams) => {
    const answer = await fetch(`${emulator.url}/?${query}`)
    return { status: answer.status, code: /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1] }
  }

  it('takes a presigned request', async () => {
    assert.deepEqual(await fetched(await presigned(600)), { status: 404, code: 'CacheClusterNotFound' })
  })

  it('refuses a presigned request whose query was changed', async () => {
    const query = await presigned(600)
    query.set('CacheClusterId', 'another')
    assert.deepEqual(await fetched(query), { status: 403, code: 'SignatureDoesNotMatch' })
  })

  it('refuses a presigned request without its date', async () => {
    const query = await presigned(600)
    query.delete('X-Amz-Date')
    assert.deepEqual(await fetched(query), { status: 400, code: 'IncompleteSignature' })
  })

  // Last, since the clock moves on.
  it('refuses a presigned request and temporary credentials that have expired', async () => {
    const [query, credentials] = [await presigned(60), await session()]
    clock.advance(61_000)
    assert.deepEqual(await fetched(query), { status: 400, code: 'RequestExpired' })
    clock.advance(900_000)
    const systemClockOffset = clock.now() - Date.now()
    await refused(
      describeAll({ credentials, systemClockOffset }),
      'ExpiredToken',
      'The security token included in the request is expired',
    )
  })
})

describe('a signature is computed as AWS does', () => {
  // AWS's published Signature Version 4 test suite: get-vanilla and get-vanilla-query-order-key-case.
  const ROWS = [
    ['', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['Param2=value2&Param1=value1', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
  ] as const
  for (const [query, expected] of ROWS) {
    it(`for GET / with the query '${query}'`, () => {
      const headers = {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${expected}`,
      }
      const request = { method: 'GET', path: '/', query: new URLSearchParams(query), headers, bytes: new Uint8Array() }
      const signature = signatureOf(headers, request.query)
      assert.equal(
        expectedSignature(request, signature, 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
        signature.signature,
      )
    })
  }
})
