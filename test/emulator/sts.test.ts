import assert from 'node:assert/strict'
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { after, before, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { manualClock } from '../../emulator/world/clock.ts'
import { type Bench, CREDENTIALS, openBench, REGION, refused } from './fixture.ts'

const OTHER_ACCOUNT = '210987654321'
const ROLE: AssumeRoleCommandInput = {
  RoleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/teams/cache-admin`,
  RoleSessionName: 'larder',
}

const stsAt = (bench: Bench, credentials = CREDENTIALS, region = REGION) =>
  new STSClient({ region, credentials, requestHandler: bench.emulator.requestHandler, maxAttempts: 1 })

const assumed = async (client: STSClient, input: Partial<AssumeRoleCommandInput> = {}) => {
  const { Credentials, AssumedRoleUser } = await client.send(new AssumeRoleCommand({ ...ROLE, ...input }))
  assert.ok(Credentials?.AccessKeyId && Credentials.SecretAccessKey && Credentials.SessionToken)
  return {
    user: AssumedRoleUser,
    expiration: Credentials.Expiration,
    credentials: {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    },
  }
}

interface Row {
  readonly name: string
  readonly input: Partial<AssumeRoleCommandInput>
  readonly message: string | RegExp
}

const REFUSED: readonly Row[] = [
  {
    name: 'a role ARN that is too short',
    input: { RoleArn: 'role' },
    message:
      "1 validation error detected: Value 'role' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
  },
  {
    name: 'the ARN of a user',
    input: { RoleArn: 'arn:aws:iam::210987654321:user/somebody' },
    message: 'arn:aws:iam::210987654321:user/somebody is invalid',
  },
  {
    name: 'a session name with a slash',
    input: { RoleSessionName: 'a/b' },
    message: /at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern/,
  },
  {
    name: 'less than a quarter of an hour',
    input: { DurationSeconds: 899 },
    message: /^1 validation error detected: Value '899' at 'durationSeconds' .* greater than or equal to 900$/,
  },
  {
    name: 'more than twelve hours',
    input: { DurationSeconds: 43_201 },
    message: /less than or equal to 43200$/,
  },
  {
    name: "more than a role's hour",
    input: { DurationSeconds: 3601 },
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  },
  {
    name: 'two wrong members at once',
    input: { RoleArn: 'role', RoleSessionName: 'x' },
    message: /^2 validation errors detected: .*'roleArn'.*; .*'roleSessionName'/,
  },
]

describe('the Security Token Service at the same port', () => {
  it('says whom an access key belongs to', async () => {
    const bench = await openBench({ accounts: { AKIDOTHER: OTHER_ACCOUNT } })
    const mine = await stsAt(bench).send(new GetCallerIdentityCommand({}))
    assert.equal(mine.Account, '123456789012')
    assert.equal(mine.Arn, 'arn:aws:iam::123456789012:user/AKIDEXAMPLE')
    assert.match(mine.UserId ?? '', /^AIDA[A-Z0-9]{17}$/)
    const other = await stsAt(bench, { ...CREDENTIALS, accessKeyId: 'AKIDOTHER' }).send(
      new GetCallerIdentityCommand({}),
    )
    assert.equal(other.Account, OTHER_ACCOUNT)
  })

  it("uses the partition of the caller's region", async () => {
    const bench = await openBench()
    const { Arn } = await stsAt(bench, CREDENTIALS, 'cn-north-1').send(new GetCallerIdentityCommand({}))
    assert.equal(Arn, 'arn:aws-cn:iam::123456789012:user/AKIDEXAMPLE')
  })

  it("gives credentials of a role that act in the role's account", async () => {
    const bench = await openBench()
    const { credentials, user, expiration } = await assumed(stsAt(bench))
    assert.equal(user?.Arn, `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/cache-admin/larder`)
    assert.match(user?.AssumedRoleId ?? '', /^AROA[A-Z0-9]{17}:larder$/)
    assert.match(credentials.accessKeyId, /^ASIA[A-Z2-7]{16}$/)
    assert.equal(expiration?.getTime(), bench.clock.now() + 3_600_000)

    const identity = await stsAt(bench, credentials).send(new GetCallerIdentityCommand({}))
    assert.equal(identity.Account, OTHER_ACCOUNT)
    assert.equal(identity.Arn, user?.Arn)
    assert.equal(identity.UserId, user?.AssumedRoleId)

    await bench.createGroup()
    const theirs = new ElastiCacheClient({
      region: REGION,
      credentials,
      requestHandler: bench.emulator.requestHandler,
      maxAttempts: 1,
    })
    const seen = await theirs.send(new DescribeReplicationGroupsCommand({}))
    assert.deepEqual(seen.ReplicationGroups, [])
  })

  it('gives two callers of one role the same role id and different keys', async () => {
    const bench = await openBench()
    const one = await assumed(stsAt(bench))
    const other = await assumed(stsAt(bench), { RoleSessionName: 'second' })
    assert.notEqual(one.credentials.accessKeyId, other.credentials.accessKeyId)
    assert.notEqual(one.credentials.secretAccessKey, other.credentials.secretAccessKey)
    const roleId = (id: string | undefined) => id?.split(':')[0]
    assert.equal(roleId(one.user?.AssumedRoleId), roleId(other.user?.AssumedRoleId))
  })

  it('repeats the source identity and takes tags and policies', async () => {
    const bench = await openBench()
    const answer = await stsAt(bench).send(
      new AssumeRoleCommand({
        ...ROLE,
        SourceIdentity: 'somebody',
        ExternalId: 'outside',
        DurationSeconds: 900,
        Policy: '{}',
        PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
        Tags: [{ Key: 'team', Value: 'caches' }],
        TransitiveTagKeys: ['team'],
      }),
    )
    assert.equal(answer.SourceIdentity, 'somebody')
    assert.equal(answer.Credentials?.Expiration?.getTime(), bench.clock.now() + 900_000)
  })

  for (const { name, input, message } of REFUSED) {
    it(`refuses ${name}`, async () => {
      const bench = await openBench()
      await refused(assumed(stsAt(bench), input), 'ValidationError', message)
    })
  }

  it('refuses more than an hour for a role that a role assumes', async () => {
    const bench = await openBench()
    const { credentials } = await assumed(stsAt(bench))
    await refused(
      assumed(stsAt(bench, credentials), { DurationSeconds: 7200 }),
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  })

  it('refuses a call without a role', async () => {
    const bench = await openBench()
    await refused(
      stsAt(bench).send(new AssumeRoleCommand({ RoleSessionName: 'larder' } as AssumeRoleCommandInput)),
      'ValidationError',
      "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    )
  })

  it('refuses an action that it does not have', async () => {
    const bench = await openBench()
    await refused(
      stsAt(bench).send(new GetSessionTokenCommand({})),
      'InvalidAction',
      'Could not find operation GetSessionToken for version 2011-06-15',
    )
  })

  it('refuses a signature that is scoped to another service', async () => {
    const bench = await openBench()
    const client = new STSClient({
      region: REGION,
      credentials: CREDENTIALS,
      requestHandler: bench.emulator.requestHandler,
      maxAttempts: 1,
    })
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers.authorization = (headers.authorization ?? '').replace('/sts/', '/elasticache/')
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    await refused(
      client.send(new GetCallerIdentityCommand({})),
      'SignatureDoesNotMatch',
      /^Credential should be scoped to correct service: 'sts'\./,
    )
  })

  it('is struck by faults, and its calls stand in the ledger without secrets', async () => {
    const bench = await openBench()
    bench.emulator.faults.order({ action: 'AssumeRole', do: 'throttle' }, bench.clock.now())
    await refused(assumed(stsAt(bench)), 'Throttling', 'Rate exceeded')
    const { credentials } = await assumed(stsAt(bench))
    const ledger = bench.emulator.ledger()
    assert.deepEqual(
      ledger.map(({ action, outcome }) => `${action} ${outcome}`),
      ['AssumeRole Throttling', 'AssumeRole ok'],
    )
    const told = JSON.stringify([ledger, bench.emulator.world()])
    assert.ok(!told.includes(credentials.secretAccessKey) && !told.includes(credentials.sessionToken))
  })

  describe('on the wire', () => {
    let emulator: ListeningEmulator
    before(async () => {
      emulator = await startEmulator({ nodes: 'none', clock: manualClock() })
    })
    after(async () => {
      await emulator?.stop()
    })
    const said = async (query: string, service = 'sts') => {
      const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/${service}/aws4_request`
      const answer = await fetch(`${emulator.url}/?${query}`, { headers: { authorization } })
      return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
    }

    it('answers in the XML of AWS', async () => {
      const { status, type, body } = await said('Action=GetCallerIdentity&Version=2011-06-15')
      assert.equal(`${status} ${type}`, '200 text/xml')
      assert.match(
        body,
        /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user\/AKIDEXAMPLE<\/Arn><UserId>AIDA[A-Z0-9]{17}<\/UserId><Account>123456789012<\/Account><\/GetCallerIdentityResult><ResponseMetadata><RequestId>[-0-9a-f]{36}<\/RequestId><\/ResponseMetadata><\/GetCallerIdentityResponse>$/,
      )
    })

    it('refuses in the XML of AWS', async () => {
      const { status, body } = await said('Action=AssumeRole&Version=2011-06-15&RoleArn=x%26&RoleSessionName=larder')
      assert.equal(status, 400)
      assert.match(
        body,
        /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type><Code>ValidationError<\/Code><Message>1 validation error detected: Value &apos;x&amp;&apos; /,
      )
    })

    const STRANGE = [
      ['a call that only the signature says is for it', 'Action=GetCallerIdentity', 'InvalidAction'],
      ['a call without an action', 'Version=2011-06-15', 'MissingAction'],
      ['a call of another version', 'Action=GetCallerIdentity&Version=2010-05-08', 'SignatureDoesNotMatch'],
      ['a parameter that it does not know', 'Action=GetCallerIdentity&Version=2011-06-15&A=b', 'InvalidQueryParameter'],
    ] as const
    for (const [name, query, code] of STRANGE) {
      it(`refuses ${name}`, async () => {
        const { body } = await said(query)
        assert.equal(/<Code>(.*)<\/Code>/.exec(body)?.[1], code)
      })
    }
  })
})
