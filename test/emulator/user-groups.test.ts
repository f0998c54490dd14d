import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  DeleteUserCommand,
  DeleteUserGroupCommand,
  DescribeEventsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ModifyUserCommand,
  ModifyUserGroupCommand,
  type ModifyUserGroupCommandInput,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'

describe('user groups', () => {
  let bench: Bench
  const group = async (id = 'team') =>
    (await bench.client.send(new DescribeUserGroupsCommand({ UserGroupId: id }))).UserGroups?.[0]
  const modify = (input: Partial<ModifyUserGroupCommandInput>) =>
    bench.client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', ...input }))
  const made = async (...users: string[]) => {
    await createUserGroup(bench.client, 'team', users)
    bench.settle()
  }
  const quiet = { NoPasswordRequired: true, Passwords: undefined }

  beforeEach(async () => {
    bench = await openBench()
    await createUser(bench.client, 'reader')
    await createUser(bench.client, 'writer')
    await createUser(bench.client, 'modern', { Engine: 'valkey' })
    await createUser(bench.client, 'silent', quiet)
    await createUser(bench.client, 'locked', { UserName: 'default', AccessString: 'off -@all' })
    bench.settle()
  })

  it('a new user group has its id in lower case and becomes active after a while', async () => {
    const { $metadata, ...answer } = await createUserGroup(bench.client, 'Team', ['default', 'Reader'])
    const shown = {
      UserGroupId: 'team',
      Status: 'creating',
      Engine: 'redis',
      UserIds: ['default', 'reader'],
      MinimumEngineVersion: '6.0',
      ReplicationGroups: [],
      ServerlessCaches: [],
      ARN: 'arn:aws:elasticache:us-east-1:123456789012:usergroup:team',
    }
    assert.deepEqual(answer, shown)
    bench.settle()
    assert.deepEqual(await group(), { ...shown, Status: 'active' })
    const { Users } = await bench.client.send(new DescribeUsersCommand({ UserId: 'reader' }))
    assert.deepEqual(Users?.[0]?.UserGroupIds, ['team'])
  })

  it('a redis user group needs a user with the name default; any such user will do', async () => {
    const text = 'User group needs to contain a user with the user name default.'
    await refused(createUserGroup(bench.client, 'team', ['reader']), 'DefaultUserRequired', text)
    await refused(createUserGroup(bench.client, 'team', []), 'DefaultUserRequired', text)
    await made('locked', 'reader')
    await refused(modify({ UserIdsToRemove: ['locked'] }), 'DefaultUserRequired', text)
  })

  it('a valkey user group needs none, takes users of both engines, and none without authentication', async () => {
    await createUserGroup(bench.client, 'team', ['modern', 'reader'], { Engine: 'valkey' })
    const open = createUserGroup(bench.client, 'open', ['silent'], { Engine: 'valkey' })
    await refused(open, 'InvalidParameterValue', /silent needs a password or IAM/)
    bench.settle()
    assert.equal((await group())?.MinimumEngineVersion, '7.2')
    const toOpen = bench.client.send(new ModifyUserCommand({ UserId: 'modern', NoPasswordRequired: true }))
    await refused(toOpen, 'InvalidParameterValue', /needs a password or IAM/)
  })

  it('a redis user group takes no valkey user', async () => {
    const mixed = createUserGroup(bench.client, 'team', ['default', 'modern'])
    await refused(mixed, 'InvalidParameterValue', /modern of engine valkey/)
  })

  it('two users of one name, an unknown user and one that is being deleted are refused', async () => {
    const twice = createUserGroup(bench.client, 'team', ['default', 'locked'])
    await refused(twice, 'DuplicateUserName', /user name default/)
    await refused(createUserGroup(bench.client, 'team', ['default', 'nobody']), 'UserNotFound', /nobody/)
    await bench.client.send(new DeleteUserCommand({ UserId: 'reader' }))
    await refused(createUserGroup(bench.client, 'team', ['default', 'reader']), 'UserNotFound', /reader/)
  })

  it('a second group of one id and those beyond the quotas are refused', async () => {
    bench = await openBench({ quotas: { userGroups: 1, usersPerUserGroup: 1 } })
    await made('default')
    await refused(createUserGroup(bench.client, 'TEAM', ['default']), 'UserGroupAlreadyExists', /team/)
    await refused(createUserGroup(bench.client, 'more', ['default']), 'UserGroupQuotaExceeded', /limit of 1/)
    await createUser(bench.client, 'reader')
    await refused(modify({ UserIdsToAdd: ['reader'] }), 'InvalidParameterValue', /limit of 1 for a user group/)
  })

  it('shows pending changes while it is modifying, and refuses other changes meanwhile', async () => {
    await made('default', 'reader')
    const answer = await modify({ UserIdsToAdd: ['locked', 'Writer'], UserIdsToRemove: ['default'] })
    assert.equal(answer.Status, 'modifying')
    assert.deepEqual(answer.UserIds, ['default', 'reader'])
    assert.deepEqual(answer.PendingChanges, { UserIdsToAdd: ['locked', 'writer'], UserIdsToRemove: ['default'] })
    await refused(
      modify({ UserIdsToRemove: ['reader'] }),
      'InvalidUserGroupState',
      'User group team has status modifying. Only active user groups can be modified.',
    )
    const drop = bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))
    await refused(drop, 'InvalidUserGroupState', /modifying/)
    bench.settle()
    assert.deepEqual((await group())?.UserIds, ['reader', 'locked', 'writer'])
    assert.equal((await group())?.PendingChanges, undefined)
  })

  it('a change of nothing, of a present and of an absent user are refused', async () => {
    await refused(modify({ UserIdsToAdd: ['reader'] }), 'UserGroupNotFound', /team/)
    await made('default', 'reader')
    await refused(modify({}), 'InvalidParameterCombination', 'No modifications were requested')
    await refused(modify({ UserIdsToAdd: ['reader'] }), 'InvalidParameterValue', /already/)
    await refused(modify({ UserIdsToRemove: ['writer'] }), 'UserNotFound', /writer/)
  })

  it('a redis user group becomes one of valkey when all of its users are authenticated, and not back', async () => {
    await made('default', 'reader')
    await refused(modify({ Engine: 'valkey' }), 'InvalidParameterValue', /default needs a password/)
    assert.equal((await modify({ Engine: 'valkey', UserIdsToRemove: ['default'] })).Status, 'modifying')
    bench.settle()
    assert.equal((await group())?.Engine, 'valkey')
    await refused(modify({ Engine: 'redis' }), 'InvalidParameterCombination', /valkey to redis/)
  })

  it('a deleted user leaves its user groups', async () => {
    await made('default', 'reader')
    await bench.client.send(new DeleteUserCommand({ UserId: 'reader' }))
    assert.equal((await group())?.Status, 'modifying')
    assert.deepEqual((await group())?.PendingChanges, { UserIdsToRemove: ['reader'] })
    bench.settle()
    assert.deepEqual((await group())?.UserIds, ['default'])
    assert.equal((await group())?.Status, 'active')
  })

  it('a deleted user group is deleting, then not found, and its users stay', async () => {
    await made('default', 'reader')
    const { Status } = await bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'TEAM' }))
    assert.equal(Status, 'deleting')
    bench.settle()
    await refused(group(), 'UserGroupNotFound', /team/)
    const { Users } = await bench.client.send(new DescribeUsersCommand({ UserId: 'reader' }))
    assert.deepEqual(Users?.[0]?.UserGroupIds, [])
  })

  it('has tags once it is active', async () => {
    const tag = () =>
      bench.client.send(
        new AddTagsToResourceCommand({
          ResourceName: 'arn:aws:elasticache:us-east-1:123456789012:usergroup:team',
          Tags: [{ Key: 'a', Value: '1' }],
        }),
      )
    await refused(tag(), 'UserGroupNotFound', /team is not present/)
    await createUserGroup(bench.client, 'team', ['default'])
    await refused(tag(), 'UserGroupNotFound', 'UserGroup team is not available for tagging')
    bench.settle()
    assert.deepEqual((await tag()).TagList, [{ Key: 'a', Value: '1' }])
  })

  it('DescribeUserGroups goes on at a marker', async () => {
    const ids = Array.from({ length: 22 }, (_, index) => `team${String(index).padStart(2, '0')}`)
    for (const id of ids) await createUserGroup(bench.client, id, ['default'])
    const first = await bench.client.send(new DescribeUserGroupsCommand({ MaxRecords: 20 }))
    const rest = await bench.client.send(new DescribeUserGroupsCommand({ MaxRecords: 20, Marker: first.Marker }))
    const all = [...(first.UserGroups ?? []), ...(rest.UserGroups ?? [])]
    assert.deepEqual(
      all.map((each) => each.UserGroupId),
      ids,
    )
  })

  it('events tell of a user group', async () => {
    await made('default')
    const { Events = [] } = await bench.client.send(new DescribeEventsCommand({ SourceType: 'user-group' }))
    assert.deepEqual(
      Events.map(({ SourceIdentifier, Message }) => [SourceIdentifier, Message]),
      [['team', 'User group team created']],
    )
  })
})
