import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CreateUserCommand,
  type CreateUserCommandInput,
  CreateUserGroupCommand,
  DeleteUserCommand,
  DescribeEventsCommand,
  DescribeUsersCommand,
  type DescribeUsersCommandInput,
  ListTagsForResourceCommand,
  ModifyUserCommand,
  type ModifyUserCommandInput,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'

const PASSWORD = 'canary-password-0001'
const APP: CreateUserCommandInput = {
  UserId: 'App',
  UserName: 'App',
  Engine: 'redis',
  AccessString: 'on ~app:* +@read',
  Passwords: [PASSWORD],
}
const ARN = 'arn:aws:elasticache:us-east-1:123456789012:user:app'

describe('users', () => {
  let bench: Bench
  const create = (input: Partial<CreateUserCommandInput> = {}) =>
    bench.client.send(new CreateUserCommand({ ...APP, ...input }))
  const modify = (input: Partial<ModifyUserCommandInput>) =>
    bench.client.send(new ModifyUserCommand({ UserId: 'app', ...input }))
  const user = async (id = 'app') => (await bench.client.send(new DescribeUsersCommand({ UserId: id }))).Users?.[0]
  const made = async (input: Partial<CreateUserCommandInput> = {}) => {
    await create(input)
    bench.settle()
  }

  beforeEach(async () => {
    bench = await openBench()
  })

  it('an account has a user named default from the start, which cannot be changed or deleted', async () => {
    assert.deepEqual(await user('default'), {
      UserId: 'default',
      UserName: 'default',
      Status: 'active',
      Engine: 'redis',
      MinimumEngineVersion: '6.0',
      AccessString: 'on ~* +@all',
      UserGroupIds: [],
      Authentication: { Type: 'no-password' },
      ARN: 'arn:aws:elasticache:us-east-1:123456789012:user:default',
    })
    await refused(modify({ UserId: 'default', AccessString: 'off' }), 'InvalidParameterValue', /default user/)
    const drop = bench.client.send(new DeleteUserCommand({ UserId: 'default' }))
    await refused(drop, 'InvalidParameterValue', /default user/)
  })

  it('a new user has its id in lower case, its name as given, and becomes active after a while', async () => {
    const { $metadata, ...answer } = await create()
    assert.equal(answer.UserId, 'app')
    assert.equal(answer.UserName, 'App')
    assert.equal(answer.Status, 'creating')
    assert.equal(answer.ARN, ARN)
    assert.deepEqual(answer.Authentication, { Type: 'password', PasswordCount: 1 })
    bench.clock.advance(299)
    assert.equal((await user())?.Status, 'creating')
    bench.clock.advance(1)
    assert.equal((await user())?.Status, 'active')
  })

  it('no password and no hash of one is shown anywhere', async () => {
    await made()
    assert.doesNotMatch(JSON.stringify(await user()), /canary|[0-9a-f]{64}/)
    assert.doesNotMatch(JSON.stringify(bench.emulator.world()), /canary|[0-9a-f]{64}/)
  })

  const ACCESS = [
    ['~objects:* +get', 'off ~objects:* -@all +get'],
    ['on ~keys* +get', 'on ~keys* -@all +get'],
    ['+get ~a on -set', 'on ~a -@all +get -set'],
    ['on allkeys allcommands', 'on ~* +@all'],
    ['on ~a ~* ~b &news -@all +@read +@write -@all +get', 'on ~* &news -@all +get'],
    ['on resetkeys ~a resetchannels &b +@all -@dangerous', 'on ~a resetchannels &b +@all -@dangerous'],
    ['on %R~a (~b +set)', 'on %R~a -@all (~b -@all +set)'],
  ] as const
  for (const [asked, shown] of ACCESS) {
    it(`the access string '${asked}' is shown as '${shown}'`, async () => {
      assert.equal((await create({ AccessString: asked })).AccessString, shown)
    })
  }

  const WRONG_ACCESS = ['on >secret-secret-secret +@all', 'on nopass +@all', 'reset on', 'on +@nothing', 'on +config']
  for (const text of [...WRONG_ACCESS, 'on (~a +get', 'on +acl|setuser', '']) {
    it(`the access string '${text}' is refused, and a password in it is not repeated`, async () => {
      await refused(create({ AccessString: text }), 'InvalidParameterValue', /^(?!.*secret-).*Access String/)
    })
  }

  const WRONG: readonly (readonly [string, Partial<CreateUserCommandInput>, string, string | RegExp])[] = [
    ['a short password', { Passwords: ['short'] }, 'Value', 'Passwords length must be between 16-128 characters.'],
    ['a long password', { Passwords: ['x'.repeat(129)] }, 'Value', /16-128/],
    ['a password with a slash', { Passwords: ['slash/slash/slash/'] }, 'Value', /printable ASCII/],
    ['three passwords', { Passwords: ['1', '2', '3'].map((n) => `${PASSWORD}${n}`) }, 'Value', /two passwords/],
    ['no password', { Passwords: [] }, 'Value', /^No password was provided\. If you want/],
    ['nothing to log in with', { Passwords: undefined }, 'Value', /^No password was provided\./],
    ['a password and none required', { NoPasswordRequired: true }, 'Combination', /NoPasswordRequired/],
    ['two ways to say it', { AuthenticationMode: { Type: 'iam' } }, 'Combination', /AuthenticationMode/],
    ['another engine', { Engine: 'memcached' }, 'Value', /Invalid Engine/],
    ['an id that begins with a digit', { UserId: '1app' }, 'Value', /UserId is not a valid identifier/],
    ['a name with a space', { UserName: 'a b' }, 'Value', /UserName/],
    ["a name of the emulator's own", { UserName: 'larder-admin' }, 'Value', /larder-/],
    [
      'IAM with another name than id',
      { Passwords: undefined, AuthenticationMode: { Type: 'iam' } },
      'Combination',
      'User Id and User name must be same for authentication type: iam',
    ],
  ]
  for (const [what, input, code, message] of WRONG) {
    it(`${what} is refused`, () => refused(create(input), `InvalidParameter${code}`, message))
  }

  it('each authentication mode is shown under its name', async () => {
    const shown = async (id: string, mode: CreateUserCommandInput['AuthenticationMode']) =>
      (await create({ UserId: id, UserName: id, Passwords: undefined, AuthenticationMode: mode })).Authentication
    assert.deepEqual(await shown('a', { Type: 'iam' }), { Type: 'iam' })
    assert.deepEqual(await shown('b', { Type: 'no-password-required' }), { Type: 'no-password' })
    const two = { Type: 'password', Passwords: [PASSWORD, `${PASSWORD}2`] } as const
    assert.deepEqual(await shown('c', { ...two, Passwords: [...two.Passwords] }), {
      Type: 'password',
      PasswordCount: 2,
    })
  })

  it('the minimum engine version follows from what the user needs', async () => {
    const minimum = async (id: string, input: Partial<CreateUserCommandInput>) =>
      (await create({ UserId: id, UserName: id, ...input })).MinimumEngineVersion
    assert.equal(await minimum('a', {}), '6.0')
    assert.equal(await minimum('b', { AccessString: 'on ~* &news +@all' }), '6.2')
    assert.equal(await minimum('c', { AccessString: 'on %R~* +@all' }), '7.0')
    assert.equal(await minimum('d', { Passwords: undefined, AuthenticationMode: { Type: 'iam' } }), '7.0')
    assert.equal(await minimum('e', { Engine: 'valkey' }), '7.2')
  })

  it('a second user of one id and one beyond the quota are refused', async () => {
    bench = await openBench({ quotas: { users: 1 } })
    await made()
    await refused(create({ UserId: 'APP' }), 'UserAlreadyExists', /app/)
    await refused(create({ UserId: 'other' }), 'UserQuotaExceeded', /limit of 1/)
  })

  it('a modification is modifying for a while and shows what was asked for', async () => {
    await made()
    const answer = await modify({ AccessString: 'on ~* +@all', NoPasswordRequired: true, Engine: 'VALKEY' })
    assert.equal(answer.Status, 'modifying')
    assert.equal(answer.AccessString, 'on ~* +@all')
    assert.equal(answer.Engine, 'valkey')
    assert.deepEqual(answer.Authentication, { Type: 'no-password' })
    await refused(modify({ AccessString: 'off' }), 'InvalidUserState', /modifying/)
    bench.settle()
    assert.equal((await user())?.Status, 'active')
    await refused(modify({ Engine: 'redis' }), 'InvalidParameterCombination', /valkey to redis/)
  })

  it('AppendAccessString adds to what is allowed, and not together with AccessString', async () => {
    await made()
    const both = modify({ AccessString: 'on', AppendAccessString: '+set' })
    await refused(both, 'InvalidParameterCombination', /AppendAccessString/)
    assert.equal(
      (await modify({ AppendAccessString: '~more* +set' })).AccessString,
      'on ~app:* ~more* -@all +@read +set',
    )
  })

  it('a modification of nothing, of an unknown user and of one being made are refused', async () => {
    await refused(modify({ AccessString: 'on' }), 'UserNotFound', /app/)
    await create()
    await refused(modify({ AccessString: 'on' }), 'InvalidUserState', /creating/)
    bench.settle()
    await refused(modify({}), 'InvalidParameterCombination', 'No modifications were requested')
  })

  it('a deleted user is deleting, then not found', async () => {
    await made()
    assert.equal((await bench.client.send(new DeleteUserCommand({ UserId: 'APP' }))).Status, 'deleting')
    await refused(bench.client.send(new DeleteUserCommand({ UserId: 'app' })), 'InvalidUserState', /deleting/)
    bench.settle()
    await refused(user(), 'UserNotFound', /app/)
  })

  it('a user named default that is in a user group cannot be deleted', async () => {
    await made({ UserId: 'locked', UserName: 'default' })
    const group = { UserGroupId: 'team', Engine: 'redis', UserIds: ['locked'] }
    await bench.client.send(new CreateUserGroupCommand(group))
    const drop = bench.client.send(new DeleteUserCommand({ UserId: 'locked' }))
    await refused(drop, 'DefaultUserAssociatedToUserGroup', /locked/)
  })

  it('a user has tags, and is not available for tagging while it is modifying', async () => {
    const list = () => bench.client.send(new ListTagsForResourceCommand({ ResourceName: ARN }))
    await create({ Tags: [{ Key: 'a', Value: '1' }] })
    await refused(list(), 'UserNotFound', 'User app is not available for tagging')
    bench.settle()
    assert.deepEqual((await list()).TagList, [{ Key: 'a', Value: '1' }])
    await modify({ AccessString: 'on' })
    const add = bench.client.send(new AddTagsToResourceCommand({ ResourceName: ARN, Tags: [{ Key: 'b', Value: '2' }] }))
    await refused(add, 'UserNotFound', /is not available for tagging/)
  })

  it('DescribeUsers filters by engine and properties, and goes on at a marker', async () => {
    const names = Array.from({ length: 24 }, (_, index) => `u${String(index).padStart(2, '0')}`)
    for (const id of names) await create({ UserId: id, UserName: id, Engine: id === 'u07' ? 'valkey' : 'redis' })
    const list = async (input: DescribeUsersCommandInput) => bench.client.send(new DescribeUsersCommand(input))
    const ids = async (input: DescribeUsersCommandInput) => (await list(input)).Users?.map((each) => each.UserId)
    assert.deepEqual(await ids({ Engine: 'valkey' }), ['u07'])
    assert.deepEqual(await ids({ Filters: [{ Name: 'UserId', Values: ['u03', 'u04', 'none'] }] }), ['u03', 'u04'])
    assert.deepEqual(await ids({ Filters: [{ Name: 'status', Values: ['active'] }] }), ['default'])
    const odd = list({ Filters: [{ Name: 'Colour', Values: ['red'] }] })
    await refused(odd, 'InvalidParameterCombination', /Colour/)
    const first = await list({ MaxRecords: 20 })
    assert.equal(first.Users?.length, 20)
    assert.deepEqual(await ids({ MaxRecords: 20, Marker: first.Marker }), names.slice(19))
  })

  it('events tell of a user', async () => {
    await made()
    const { Events = [] } = await bench.client.send(
      new DescribeEventsCommand({ SourceType: 'user', SourceIdentifier: 'app' }),
    )
    assert.deepEqual(
      Events.map((event) => event.Message),
      ['User app created'],
    )
  })
})
