import {
  AddTagsToResourceCommand,
  CreateReplicationGroupCommand,
  DeleteServerlessCacheCommand,
  DeleteUserCommand,
  DeleteUserGroupCommand,
  ListTagsForResourceCommand,
  ModifyReplicationGroupCommand,
  ModifyServerlessCacheCommand,
  ModifyUserCommand,
  ModifyUserGroupCommand,
  RemoveTagsFromResourceCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused } from './fixture.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'

type Send = (bench: Bench) => Promise<unknown>

const settled =
  (...steps: readonly Send[]): Send =>
  async (bench) => {
    for (const step of steps) {
      await step(bench)
      bench.settle()
    }
  }
/** What was settled, and then one more call that is under way. */
const underWay =
  (before: Send, last: Send): Send =>
  async (bench) => {
    await settled(before)(bench)
    await last(bench)
  }

const user: Send = ({ client }) => createUser(client, 'reader')
const modifyUser: Send = ({ client }) =>
  client.send(new ModifyUserCommand({ UserId: 'reader', AccessString: 'on ~a +get' }))
const deleteUser: Send = ({ client }) => client.send(new DeleteUserCommand({ UserId: 'reader' }))

const USER_STATES: Readonly<Record<string, Send>> = {
  creating: user,
  modifying: underWay(user, modifyUser),
  deleting: underWay(user, deleteUser),
}

const tagging = (ResourceName: string): Readonly<Record<string, Send>> => ({
  AddTagsToResource: ({ client }) =>
    client.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'a', Value: 'b' }] })),
  ListTagsForResource: ({ client }) => client.send(new ListTagsForResourceCommand({ ResourceName })),
  RemoveTagsFromResource: ({ client }) =>
    client.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['a'] })),
})
const ARN = 'arn:aws:elasticache:us-east-1:123456789012'

describe('a user that is', () => {
  for (const [state, given] of Object.entries(USER_STATES)) {
    for (const [name, when] of Object.entries({ ModifyUser: modifyUser, DeleteUser: deleteUser })) {
      it(`${state} refuses ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        const message = `User reader has status ${state}. Only active users can be modified.`
        await refused(when(bench), 'InvalidUserState', message)
      })
    }
    for (const [name, when] of Object.entries(tagging(`${ARN}:user:reader`))) {
      it(`${state} is not found by ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        await refused(when(bench), 'UserNotFound', 'User reader is not available for tagging')
      })
    }
  }

  it('named default and in a user group is not deleted, in whatever state that group is', async () => {
    const bench = await openBench()
    await settled(({ client }) => createUser(client, 'locked', { UserName: 'default' }))(bench)
    await createUserGroup(bench.client, 'team', ['locked'])
    const drop = () => bench.client.send(new DeleteUserCommand({ UserId: 'locked' }))
    const message = 'User locked has the user name default and is associated to user group team.'
    for (const _state of ['creating', 'active']) {
      await refused(drop(), 'DefaultUserAssociatedToUserGroup', message)
      bench.settle()
    }
  })
})

const team: Send = settled(user, ({ client }) => createUserGroup(client, 'team', ['default', 'reader']))
const shrink: Send = ({ client }) =>
  client.send(new ModifyUserGroupCommand({ UserGroupId: 'team', UserIdsToRemove: ['reader'] }))
const deleteTeam: Send = ({ client }) => client.send(new DeleteUserGroupCommand({ UserGroupId: 'team' }))

const GROUP_STATES: Readonly<Record<string, Send>> = {
  creating: underWay(user, ({ client }) => createUserGroup(client, 'team', ['default', 'reader'])),
  modifying: underWay(team, shrink),
  deleting: underWay(team, deleteTeam),
}
const SECURED = { ...PAIR, TransitEncryptionEnabled: true }

describe('a user group that is', () => {
  for (const [state, given] of Object.entries(GROUP_STATES)) {
    const calls: readonly (readonly [name: string, before: Send, when: Send, message: string])[] = [
      [
        'ModifyUserGroup',
        async () => {},
        shrink,
        `User group team has status ${state}. Only active user groups can be modified.`,
      ],
      [
        'DeleteUserGroup',
        async () => {},
        deleteTeam,
        `User group team has status ${state}. Only active user groups can be deleted.`,
      ],
      [
        'CreateReplicationGroup with it',
        async () => {},
        ({ client }) => client.send(new CreateReplicationGroupCommand({ ...SECURED, UserGroupIds: ['team'] })),
        `User group team has status ${state}, and is not active.`,
      ],
      [
        'ModifyReplicationGroup with it',
        (bench) => bench.createGroup(SECURED),
        ({ client }) =>
          client.send(
            new ModifyReplicationGroupCommand({
              ReplicationGroupId: 'pair',
              UserGroupIdsToAdd: ['team'],
              ApplyImmediately: true,
            }),
          ),
        `User group team has status ${state}, and is not active.`,
      ],
      [
        'CreateServerlessCache with it',
        async () => {},
        ({ client }) => serverlessCalls(client).create({ UserGroupId: 'team' }),
        `User group team has status ${state}, and is not active.`,
      ],
    ]
    for (const [name, before, when, message] of calls) {
      it(`${state} refuses ${name}`, async () => {
        const bench = await openBench()
        await before(bench)
        await given(bench)
        await refused(when(bench), 'InvalidUserGroupState', message)
      })
    }
    for (const [name, when] of Object.entries(tagging(`${ARN}:usergroup:team`))) {
      it(`${state} is not found by ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        await refused(when(bench), 'UserGroupNotFound', 'UserGroup team is not available for tagging')
      })
    }
  }

  it('attached is not deleted', async () => {
    const bench = await openBench()
    await team(bench)
    await bench.createGroup({ ...SECURED, UserGroupIds: ['team'] })
    await refused(deleteTeam(bench), 'InvalidUserGroupState', 'User group team is in use by pair.')
  })
})

const cache: Send = ({ client }) => serverlessCalls(client).create()
const describeCache: Send = ({ client }) =>
  client.send(new ModifyServerlessCacheCommand({ ServerlessCacheName: 'burst', Description: 'changed' }))
const deleteCache: Send = ({ client }) =>
  client.send(new DeleteServerlessCacheCommand({ ServerlessCacheName: 'burst' }))

const CACHE_STATES: Readonly<Record<string, Send>> = {
  creating: cache,
  modifying: underWay(cache, describeCache),
  deleting: underWay(cache, deleteCache),
}

describe('a serverless cache that is', () => {
  for (const [state, given] of Object.entries(CACHE_STATES)) {
    const calls: Readonly<Record<string, Send>> = {
      ModifyServerlessCache: describeCache,
      DeleteServerlessCache: deleteCache,
      CreateServerlessCacheSnapshot: ({ client }) => serverlessCalls(client).snap(),
    }
    for (const [name, when] of Object.entries(calls)) {
      it(`${state} refuses ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        const message = `Serverless cache burst is not in available state; it is ${state}.`
        await refused(when(bench), 'InvalidServerlessCacheStateFault', message)
      })
    }
  }
})

const HOUR_MS = 3_600_000

describe('failovers are tested', () => {
  it('fifteen times in any 24 hours, counted over all groups of the account', async () => {
    const bench = await openBench()
    const fail = async (ReplicationGroupId: string, times: number) => {
      for (let count = 0; count < times; count += 1) {
        await bench.client.send(new TestFailoverCommand({ ReplicationGroupId, NodeGroupId: '0001' }))
        bench.settle()
      }
    }
    const message = 'The customer has exceeded the allowed rate of API calls: 15 node groups in 24 hours.'
    await bench.createGroup()
    await bench.createGroup({ ReplicationGroupId: 'other' })
    await fail('pair', 5)
    bench.clock.advance(12 * HOUR_MS)
    await fail('other', 10)
    await refused(fail('pair', 1), 'APICallRateForCustomerExceeded', message)
    bench.clock.advance(12 * HOUR_MS)
    await fail('pair', 5)
    await refused(fail('other', 1), 'APICallRateForCustomerExceeded', message)
  })
})
