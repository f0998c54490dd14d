import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DeleteReplicationGroupCommand,
  DeleteUserGroupCommand,
  DescribeUserGroupsCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ModifyUserGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused } from './fixture.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'

const TOKEN = 'canary-token-000000001'
const OTHER = 'canary-token-000000002'
const SECURED = { TransitEncryptionEnabled: true } as const
const NEEDS_TLS =
  'User group based access control requires encryption-in-transit to be enabled on the replication group.'
const NO_TLS_CHANGE = 'Modification of transit encryption is not supported for access control enabled clusters.'
const NOT_PREFERRED = 'Transit encryption preferred is not supported with redis access control.'

type Input = Partial<CreateReplicationGroupCommandInput>
type Change = Partial<ModifyReplicationGroupCommandInput>

describe('role-based access of replication groups', () => {
  let bench: Bench
  const create = (input: Input = {}) =>
    bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ...SECURED, ...input }))
  const modify = (input: Change) =>
    bench.client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...input }),
    )
  const made = async (input: Input = {}) => {
    await create(input)
    bench.settle()
  }
  const attached = async (id = 'team') =>
    (await bench.client.send(new DescribeUserGroupsCommand({ UserGroupId: id }))).UserGroups?.[0]?.ReplicationGroups

  beforeEach(async () => {
    bench = await openBench()
    await createUser(bench.client, 'reader')
    await createUser(bench.client, 'listener', { AccessString: 'on %R~* +@all' })
    await createUserGroup(bench.client, 'team', ['default', 'reader'])
    await createUserGroup(bench.client, 'other', ['default'])
    await createUserGroup(bench.client, 'newest', ['default', 'listener'])
    await createUserGroup(bench.client, 'modern', ['reader'], { Engine: 'valkey' })
    bench.settle()
  })

  it('a group can be made with a user group, and both show it', async () => {
    await made({ UserGroupIds: ['Team'] })
    assert.deepEqual((await bench.group()).UserGroupIds, ['team'])
    assert.equal((await bench.group()).AuthTokenEnabled, false)
    assert.deepEqual(await attached(), ['pair'])
  })

  const UNMAKEABLE: readonly (readonly [string, Input, string, string | RegExp])[] = [
    ['an unknown user group', { UserGroupIds: ['none'] }, 'UserGroupNotFound', /none/],
    ['no transit encryption', { TransitEncryptionEnabled: false }, 'InvalidParameterCombination', NEEDS_TLS],
    ['preferred', { TransitEncryptionMode: 'preferred' }, 'InvalidParameterCombination', NOT_PREFERRED],
    ['two user groups', { UserGroupIds: ['team', 'other'] }, 'InvalidParameterCombination', /no more than one/],
    ['a token', { AuthToken: TOKEN }, 'InvalidParameterCombination', /AuthToken/],
    ['a valkey user group with redis', { UserGroupIds: ['modern'] }, 'InvalidParameterCombination', /modern/],
    [
      'an engine older than the users need',
      { UserGroupIds: ['newest'], EngineVersion: '6.2' },
      'InvalidParameterCombination',
      /7\.0 or later/,
    ],
  ]
  for (const [what, input, code, message] of UNMAKEABLE) {
    it(`a create with ${what} is refused`, async () => {
      await refused(create({ UserGroupIds: ['team'], ...input }), code, message)
    })
  }

  it('a create with a user group that is not active is refused', async () => {
    await bench.client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', UserIdsToRemove: ['reader'] }))
    await refused(create({ UserGroupIds: ['team'] }), 'InvalidUserGroupState', /modifying/)
  })

  it('valkey takes user groups of both engines', async () => {
    await made({ Engine: 'valkey', UserGroupIds: ['team'] })
    await modify({ UserGroupIdsToAdd: ['modern'], UserGroupIdsToRemove: ['team'] })
    bench.settle()
    assert.deepEqual((await bench.group()).UserGroupIds, ['modern'])
  })

  it('a user group that is added or removed shows as pending, then holds', async () => {
    await made()
    const answer = (await modify({ UserGroupIdsToAdd: ['team'] })).ReplicationGroup
    assert.equal(answer?.Status, 'modifying')
    assert.equal(answer?.UserGroupIds, undefined)
    assert.deepEqual(answer?.PendingModifiedValues?.UserGroups, { UserGroupIdsToAdd: ['team'] })
    bench.settle()
    assert.deepEqual((await bench.group()).UserGroupIds, ['team'])
    const swap = await modify({ UserGroupIdsToAdd: ['other'], UserGroupIdsToRemove: ['team'] })
    assert.deepEqual(swap.ReplicationGroup?.PendingModifiedValues?.UserGroups, {
      UserGroupIdsToAdd: ['other'],
      UserGroupIdsToRemove: ['team'],
    })
    bench.settle()
    assert.deepEqual((await bench.group()).UserGroupIds, ['other'])
    await modify({ RemoveUserGroups: true })
    bench.settle()
    assert.equal((await bench.group()).UserGroupIds, undefined)
    assert.deepEqual((await bench.group()).PendingModifiedValues, {})
  })

  it('without ApplyImmediately it waits for the maintenance window, and keeps the user group in use', async () => {
    await made()
    await modify({ UserGroupIdsToAdd: ['team'], ApplyImmediately: false })
    bench.settle()
    const group = await bench.group()
    assert.equal(group.UserGroupIds, undefined)
    assert.deepEqual(group.PendingModifiedValues?.UserGroups, { UserGroupIdsToAdd: ['team'] })
    const drop = bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))
    await refused(drop, 'InvalidUserGroupState', /in use by pair/)
  })

  it('what waits for the window keeps tokens and transit encryption as they are', async () => {
    await made({ AuthToken: TOKEN })
    await modify({ AuthTokenUpdateStrategy: 'DELETE', UserGroupIdsToAdd: ['team'], ApplyImmediately: false })
    bench.settle()
    await refused(modify({ AuthToken: OTHER }), 'InvalidParameterCombination', /RemoveUserGroups/)
    const tls = modify({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' })
    await refused(tls, 'InvalidParameterCombination', NOT_PREFERRED)
  })

  it('a user group in use cannot be deleted before its group is gone', async () => {
    await made({ UserGroupIds: ['team'] })
    const drop = () => bench.client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))
    await refused(drop(), 'InvalidUserGroupState', /in use by pair/)
    await bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    bench.settle()
    assert.equal((await drop()).Status, 'deleting')
  })

  it('a user group of a redis group cannot become one of valkey', async () => {
    await createUser(bench.client, 'locked', { UserName: 'default' })
    await createUserGroup(bench.client, 'strict', ['locked'])
    bench.settle()
    await made({ UserGroupIds: ['strict'] })
    const change = bench.client.send(new ModifyUserGroupCommand({ UserGroupId: 'strict', Engine: 'valkey' }))
    await refused(change, 'InvalidParameterCombination', /in use by pair/)
  })

  const COMBINATION = 'InvalidParameterCombination'
  const UNCHANGEABLE: readonly (readonly [string, Input, Change, string, string | RegExp])[] = [
    [
      'a user group together with transit encryption',
      { TransitEncryptionEnabled: false },
      { UserGroupIdsToAdd: ['team'], TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
      COMBINATION,
      NEEDS_TLS,
    ],
    [
      'a user group in mode preferred',
      { TransitEncryptionMode: 'preferred' },
      { UserGroupIdsToAdd: ['team'] },
      COMBINATION,
      NOT_PREFERRED,
    ],
    [
      'transit encryption as it is',
      { UserGroupIds: ['team'] },
      { TransitEncryptionEnabled: true },
      COMBINATION,
      NO_TLS_CHANGE,
    ],
    [
      'transit encryption in its mode',
      { UserGroupIds: ['team'] },
      { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' },
      COMBINATION,
      NO_TLS_CHANGE,
    ],
    [
      'mode preferred under role-based access',
      { UserGroupIds: ['team'] },
      { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
      COMBINATION,
      NOT_PREFERRED,
    ],
    [
      'a second user group',
      { UserGroupIds: ['team'] },
      { UserGroupIdsToAdd: ['other'] },
      COMBINATION,
      /no more than one/,
    ],
    ['a user group that is there', { UserGroupIds: ['team'] }, { UserGroupIdsToAdd: ['team'] }, COMBINATION, /already/],
    ['removal of one that is not there', {}, { UserGroupIdsToRemove: ['team'] }, COMBINATION, /not associated/],
    ['removal of one that is unknown', {}, { UserGroupIdsToRemove: ['none'] }, 'UserGroupNotFound', /none/],
    ['an unknown user group', {}, { UserGroupIdsToAdd: ['none'] }, 'UserGroupNotFound', /none/],
    ['removal of all when there is none', {}, { RemoveUserGroups: true }, COMBINATION, /no user groups/],
    [
      'removal of all and an addition',
      { UserGroupIds: ['team'] },
      { RemoveUserGroups: true, UserGroupIdsToAdd: ['other'] },
      COMBINATION,
      /RemoveUserGroups/,
    ],
    ['a user group while a token stays', { AuthToken: TOKEN }, { UserGroupIdsToAdd: ['team'] }, COMBINATION, /DELETE/],
    [
      'DELETE with a token',
      { AuthToken: TOKEN },
      { AuthTokenUpdateStrategy: 'DELETE', AuthToken: TOKEN, UserGroupIdsToAdd: ['team'] },
      COMBINATION,
      /must not be given/,
    ],
    ['DELETE alone', { AuthToken: TOKEN }, { AuthTokenUpdateStrategy: 'DELETE' }, COMBINATION, /transitioning to RBAC/],
    [
      'DELETE without a token to delete',
      {},
      { AuthTokenUpdateStrategy: 'DELETE', UserGroupIdsToAdd: ['team'] },
      COMBINATION,
      /no AUTH token/,
    ],
    [
      'a token while user groups stay',
      { UserGroupIds: ['team'] },
      { AuthToken: TOKEN },
      COMBINATION,
      /RemoveUserGroups/,
    ],
    [
      'RemoveUserGroups with ROTATE',
      { UserGroupIds: ['team'] },
      { RemoveUserGroups: true, AuthToken: TOKEN, AuthTokenUpdateStrategy: 'ROTATE' },
      COMBINATION,
      /SET/,
    ],
  ]
  for (const [what, input, change, code, message] of UNCHANGEABLE) {
    it(`${what} is refused`, async () => {
      await made(input)
      await refused(modify(change), code, message)
    })
  }

  it('adding a user group that is not active is refused', async () => {
    await made()
    await bench.client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', UserIdsToRemove: ['reader'] }))
    await refused(modify({ UserGroupIdsToAdd: ['team'] }), 'InvalidUserGroupState', /modifying/)
  })

  it('DELETE with UserGroupIdsToAdd leads from AUTH to role-based access', async () => {
    await made({ AuthToken: TOKEN })
    const answer = await modify({ AuthTokenUpdateStrategy: 'DELETE', UserGroupIdsToAdd: ['team'] })
    const pending = { UserGroups: { UserGroupIdsToAdd: ['team'] } }
    assert.deepEqual(answer.ReplicationGroup?.PendingModifiedValues, pending)
    bench.settle()
    const group = await bench.group()
    assert.equal(group.AuthTokenEnabled, false)
    assert.deepEqual(group.UserGroupIds, ['team'])
  })

  it('RemoveUserGroups with SET and a token leads back to AUTH, and the token can then be rotated', async () => {
    await made({ UserGroupIds: ['team'] })
    const answer = await modify({ RemoveUserGroups: true, AuthTokenUpdateStrategy: 'SET', AuthToken: TOKEN })
    assert.deepEqual(answer.ReplicationGroup?.PendingModifiedValues, {
      AuthTokenStatus: 'SETTING',
      UserGroups: { UserGroupIdsToRemove: ['team'] },
    })
    bench.settle()
    const group = await bench.group()
    assert.equal(group.AuthTokenEnabled, true)
    assert.equal(group.UserGroupIds, undefined)
    assert.deepEqual(await attached(), [])
    await modify({ AuthToken: OTHER })
    bench.settle()
    await modify({ AuthToken: OTHER, AuthTokenUpdateStrategy: 'SET' })
  })
})
