import assert from 'node:assert/strict'
import * as sdk from '@aws-sdk/client-elasticache'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  AwsLayerError,
  actedOf,
  awsFailureOf,
  isThrottling,
  labelOf,
  mayHaveEffect,
} from '../../src/aws/errors/errors.ts'
import { renderErrorsPage } from '../../src/aws/errors/page.ts'
import { errorRows } from '../../src/aws/errors/rows.ts'
import { reasons } from '../../src/plan/core/outcome.ts'

/** Wire code and HTTP status of every error that the SDK's own schemas name. */
const sdkErrors = Object.entries(sdk).flatMap(([name, value]): [string, number][] => {
  if (!name.endsWith('$') || !Array.isArray(value)) return []
  const traits: unknown = value[3]
  const wire =
    typeof traits === 'object' && traits !== null && 'awsQueryError' in traits ? traits.awsQueryError : undefined
  return Array.isArray(wire) ? [[String(wire[0]), Number(wire[1])]] : []
})

const awsError = (Code: string, message = 'as AWS says', http = 400, headers = {}) =>
  Object.assign(new Error(message), {
    name: `${Code}Fault`,
    Code,
    $metadata: { httpStatusCode: http },
    $response: { headers },
  })
const nodeError = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

describe('the error table', () => {
  it('knows every code of the SDK, with its HTTP status', () => {
    assert.equal(sdkErrors.length, 76)
    for (const [code, http] of sdkErrors) {
      const rows = errorRows.filter((row) => row.code === code)
      assert.ok(rows.length > 0, `${code} is missing`)
      for (const row of rows) assert.equal(row.http, http, code)
    }
  })

  it('has one rule for each code, exceptions before it', () => {
    for (const [code, rows] of Map.groupBy(errorRows, (row) => row.code)) {
      const rules = rows.filter((row) => row.whenMessageHas === undefined)
      assert.equal(rules.length, 1, code)
      assert.equal(rows.at(-1), rules[0], code)
    }
  })

  it('has a reason of the closed list and a sentence of cure in every row, and a subject where it tells a fact', () => {
    for (const row of errorRows) {
      assert.ok(reasons.includes(row.reason), row.code)
      assert.match(row.cure, /^[A-Z].*(\.|amazonaws\.com)$/, row.code)
      assert.equal(row.subject !== undefined, row.does === 'absent' || row.does === 'exists', row.code)
    }
  })

  const table: readonly [string, unknown, string, string][] = [
    ['an unknown code', awsError('NeverHeardOf'), 'retryable', 'UnknownError'],
    ['an unknown code with 503', awsError('NeverHeardOf', 'm', 503), 'retryable', 'AwsUnavailable'],
    ['an unknown code with 429', awsError('NeverHeardOf', 'm', 429), 'retryable', 'Throttled'],
    ['something that is no error', 'oops', 'retryable', 'UnknownError'],
    ['a 404 of something that is not ElastiCache', awsError('NotFound', 'm', 404), 'retryable', 'UnknownError'],
    [
      "an answer without a code of AWS, as a proxy's or a wrong endpoint's",
      Object.assign(new Error('m'), { name: 'Unknown', $metadata: { httpStatusCode: 404 } }),
      'retryable',
      'NetworkError',
    ],
    ['throttling', awsError('Throttling', 'Rate exceeded'), 'retryable', 'Throttled'],
    ['a busy group', awsError('InvalidReplicationGroupState'), 'waiting', 'InvalidState'],
    ['a busy node', awsError('InvalidCacheClusterState'), 'waiting', 'InvalidState'],
    ['no capacity', awsError('InsufficientCacheClusterCapacity'), 'stalled', 'NoCapacity'],
    ['a bad value', awsError('InvalidParameterValue'), 'stalled', 'InvalidSpec'],
    ['a bad combination', awsError('InvalidParameterCombination'), 'stalled', 'InvalidCombination'],
    ['no permission', awsError('AccessDenied', 'm', 403), 'stalled', 'AccessDenied'],
    ['an expired session', awsError('ExpiredToken', 'm', 403), 'retryable', 'CredentialsInvalid'],
    [
      'no credentials',
      Object.assign(new Error('m'), { name: 'CredentialsProviderError' }),
      'retryable',
      'CredentialsInvalid',
    ],
    ['a connection that broke', nodeError('ECONNRESET'), 'retryable', 'NetworkError'],
    ['a cause inside', new Error('outer', { cause: nodeError('ENOTFOUND') }), 'retryable', 'NetworkError'],
    ['a lease without margin', new AwsLayerError('NoLeaseMargin', 'm'), 'retryable', 'NotLeading'],
  ]
  for (const [name, error, is, reason] of table) {
    it(`sorts ${name} as ${is} ${reason}`, () => {
      const acted = actedOf(error, 'group')
      assert.equal(acted.is, 'failed')
      if (acted.is !== 'failed') return
      assert.equal(acted.failure.is, is)
      assert.equal(acted.failure.reason, reason)
    })
  }

  const cures: readonly [string, unknown, string, RegExp][] = [
    [
      'no credentials at all',
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      'CredentialsInvalid',
      /IAM role for its service account, or access keys/,
    ],
    [
      'keys that nobody knows',
      awsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
      'CredentialsInvalid',
      /credentials that exist.* enable the region/,
    ],
    [
      'a wrong secret key',
      awsError('SignatureDoesNotMatch', 'The request signature we calculated does not match', 403),
      'CredentialsInvalid',
      /secret access key/,
    ],
    [
      'no rights',
      awsError(
        'AccessDenied',
        'User: arn:aws:iam::1:user/u is not authorized to perform: elasticache:DescribeReplicationGroups on resource: *',
        403,
      ),
      'AccessDenied',
      /Allow elasticache:DescribeReplicationGroups in the policy of the operator's IAM role\..* docs\/install\.md/,
    ],
    [
      'an endpoint that refuses, at every address of its host',
      Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:9')], ''), { code: 'ECONNREFUSED' }),
      'NetworkError',
      /ECONNREFUSED: connect ECONNREFUSED ::1:9\. Check the endpoint, .* nobody answers there/,
    ],
    [
      'an endpoint that swallows every packet',
      Object.assign(
        new Error(
          '@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of 2000 ms.',
        ),
        { name: 'TimeoutError' },
      ),
      'NetworkError',
      /nobody answers there/,
    ],
    [
      'a host that is unknown, as in a region without the service',
      Object.assign(new Error('getaddrinfo ENOTFOUND elasticache.eu-nowhere-1.amazonaws.com'), { code: 'ENOTFOUND' }),
      'NetworkError',
      /Check the region and the endpoint: .* has no ElastiCache/,
    ],
    [
      'a DNS that does not answer',
      Object.assign(new Error('getaddrinfo EAI_AGAIN x'), { code: 'EAI_AGAIN' }),
      'NetworkError',
      /DNS/,
    ],
    ['a region that is not enabled', awsError('OptInRequired', 'm', 403), 'CredentialsInvalid', /enable this region/],
  ]
  for (const [name, error, reason, cure] of cures) {
    it(`tells what helps against ${name}`, () => {
      const failure = awsFailureOf(error)
      assert.equal(failure?.reason, reason)
      assert.match(failure?.message ?? '', cure)
    })
  }

  it('hands over the parts of its message, so that a field can stand in front, and the request id', () => {
    const error = awsError('InvalidParameterValue', 'The value 9.9 is wrong')
    Object.assign(error.$metadata, { requestId: 'r-1' })
    const failure = awsFailureOf(error)
    assert.deepEqual(failure, {
      is: 'stalled',
      reason: 'InvalidSpec',
      message: `InvalidParameterValue: ${failure?.words} ${failure?.cure}`,
      code: 'InvalidParameterValue',
      words: 'The value 9.9 is wrong.',
      cure: "Change the spec as AWS's message says: it refuses one of the values.",
      requestId: 'r-1',
    })
  })

  it('takes a change for not made only where AWS itself refused it, or nothing was sent', () => {
    const refused = [awsError('InvalidParameterValue'), awsError('AccessDenied', 'm', 403), awsError('Throttling')]
    const unsent = [
      new AwsLayerError('Closing', 'm'),
      new AwsLayerError('NoLeaseMargin', 'm'),
      Object.assign(new Error('m'), { name: 'CredentialsProviderError' }),
    ]
    for (const error of [...refused, ...unsent]) assert.equal(mayHaveEffect(error), false)
    const doubtful = [
      awsError('InternalFailure', 'm', 500),
      nodeError('ECONNRESET'),
      new AwsLayerError('StrangeReply', 'm'),
      Object.assign(new Error('<html>'), { $metadata: { httpStatusCode: 403 } }),
      'oops',
    ]
    for (const error of doubtful) assert.equal(mayHaveEffect(error), true)
  })

  it('takes a missing subject for a fact, and a missing dependency for a stall', () => {
    assert.deepEqual(actedOf(awsError('ReplicationGroupNotFoundFault'), 'group'), { is: 'absent' })
    const acted = actedOf(awsError('CacheParameterGroupNotFound', 'CacheParameterGroup x not found.'), 'group')
    assert.ok(acted.is === 'failed')
    assert.equal(acted.failure.is, 'stalled')
    assert.equal(acted.failure.reason, 'DependencyNotFound')
    assert.match(acted.failure.message, /CacheParameterGroupNotFound: CacheParameterGroup x not found\. /)
  })

  it('takes its own name for exists, and a foreign snapshot of that name for not ours', () => {
    assert.deepEqual(actedOf(awsError('ReplicationGroupAlreadyExists'), 'group'), { is: 'exists' })
    const acted = actedOf(awsError('SnapshotAlreadyExistsFault'), 'group')
    assert.ok(acted.is === 'failed')
    assert.equal(acted.failure.reason, 'NotOurs')
  })

  it('takes a change that changes nothing for unchanged', () => {
    const nothing = awsError('InvalidParameterCombination', 'No modifications were requested')
    assert.deepEqual(actedOf(nothing, 'group'), { is: 'unchanged' })
    assert.deepEqual(actedOf(awsError('NoOperationFault'), 'group'), { is: 'unchanged' })
    assert.deepEqual(actedOf(awsError('TagNotFound'), 'group'), { is: 'unchanged' })
  })

  it('gives no failure for a read whose subject is missing, and one for everything else', () => {
    assert.equal(awsFailureOf(awsError('CacheClusterNotFound'), 'cacheCluster'), undefined)
    assert.equal(awsFailureOf(awsError('CacheClusterNotFound'), 'group')?.reason, 'DependencyNotFound')
    assert.equal(awsFailureOf(awsError('NoOperationFault'), 'group')?.reason, 'UnknownError')
  })

  it('passes on how long AWS asks to wait', () => {
    assert.equal(awsFailureOf(awsError('Throttling', 'm', 400, { 'retry-after': '3' }))?.retryAfterMs, 3000)
    assert.equal('retryAfterMs' in (awsFailureOf(awsError('Throttling')) ?? {}), false)
  })

  it('says the same of the same error, so that a retry writes no new status', () => {
    assert.deepEqual(awsFailureOf(awsError('AccessDenied')), awsFailureOf(awsError('AccessDenied')))
  })

  it('keeps labels few', () => {
    assert.equal(labelOf(awsError('Throttling')), 'Throttling')
    assert.equal(labelOf(awsError('i-0123456789 not found')), 'Unknown')
    assert.equal(isThrottling(awsError('RequestLimitExceeded')), true)
    assert.equal(isThrottling(awsError('InvalidParameterValue')), false)
  })
})

describe('the words of an error', () => {
  const messageOf = (error: unknown, secret?: string) => {
    const acted = actedOf(error, 'group', secret)
    return acted.is === 'failed' ? acted.failure.message : ''
  }

  it('never repeat the auth token, whole, in part, escaped or in another case', () => {
    const token = 'Canary-<Token>&^0123456789'
    const echoes = [
      token,
      token.toUpperCase(),
      encodeURIComponent(token),
      token.slice(3, 14),
      'Canary-&lt;Token&gt;&amp;^0123456789',
    ]
    for (const echo of echoes) {
      const message = messageOf(awsError('InvalidParameterValue', `The value '${echo}' is not valid.`), token)
      assert.doesNotMatch(message, /canary|token>|token&|0123/i, echo)
      assert.match(message, /InvalidParameterValue/)
    }
  })

  it('never repeat a token whose parts are short, escaped as in XML', () => {
    const message = messageOf(
      awsError('InvalidParameterValue', 'not ab&lt;cd&gt;ef&amp;gh&lt;ij&gt;kl'),
      'ab<cd>ef&gh<ij>kl',
    )
    assert.doesNotMatch(message, /ab|cd|ef&|gh&|ij&/)
  })

  it('never repeat the auth token, wherever AWS puts it (law)', () => {
    const token = fc
      .string({ minLength: 16, maxLength: 40 })
      .filter((value) => value.trim() === value && !/\s/.test(value))
    fc.assert(
      fc.property(token, fc.string(), fc.string(), (secret, before, after) => {
        const message = messageOf(awsError('InvalidParameterValue', `${before}${secret}${after}`), secret)
        assert.equal(message.includes(secret), false)
      }),
    )
  })

  it('leave out what follows a bad signature, which holds the session token', () => {
    const aws =
      "The request signature does not match.\n\nThe Canonical String for this request should have been\n'POST x-amz-security-token:SESSION'"
    assert.doesNotMatch(messageOf(awsError('SignatureDoesNotMatch', aws, 403)), /SESSION/)
  })

  it('are on one line and short', () => {
    const message = messageOf(awsError('InvalidParameterValue', `one\ntwo ${'long '.repeat(500)}`))
    assert.doesNotMatch(message, /\n/)
    assert.ok(message.length < 700)
  })
})

describe('the page of errors', () => {
  it('has a line for every row', () => {
    const lines = renderErrorsPage()
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    assert.equal(lines.length, errorRows.length)
    assert.ok(
      lines.some((line) => line.startsWith('| `CacheSubnetGroupNotFoundFault` | 400 | takes it as gone | NotFound |')),
    )
    for (const line of lines) assert.equal(line.split(/(?<!\\)\|/).length, 7, line)
  })
})
