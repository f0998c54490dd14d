import {
  CreateUserCommand,
  type CreateUserCommandInput,
  CreateUserGroupCommand,
  type CreateUserGroupCommandInput,
  type ElastiCacheClient,
} from '@aws-sdk/client-elasticache'

/** A user with a password that is made of its id. */
export const passwordOf = (id: string): string => `canary-password-of-${id}`

/** Makes a user that may read and write everything, unless told otherwise. Its name is its id. */
export const createUser = async (
  client: ElastiCacheClient,
  id: string,
  input: Partial<CreateUserCommandInput> = {},
): Promise<void> => {
  await client.send(
    new CreateUserCommand({
      UserId: id,
      UserName: id,
      Engine: 'redis',
      AccessString: 'on ~* +@all',
      Passwords: [passwordOf(id)],
      ...input,
    }),
  )
}

/** Makes a user group of these users. */
export const createUserGroup = (
  client: ElastiCacheClient,
  id: string,
  users: readonly string[],
  input: Partial<CreateUserGroupCommandInput> = {},
) => client.send(new CreateUserGroupCommand({ UserGroupId: id, Engine: 'redis', UserIds: [...users], ...input }))
