import { AddTagsToResourceCommand, RemoveTagsFromResourceCommand, type Tag } from '@aws-sdk/client-elasticache'
import type { Tags } from '../../plan/core/observed.ts'
import { type Calls, subjectOfArn } from './call.ts'

/** In the SDK's shape; none at all rather than an empty list. */
export const tagsOf = (tags: Tags): Tag[] | undefined => {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return list.length === 0 ? undefined : list
}

const cache = {
  subject: ({ arn }: { readonly arn: string }) => subjectOfArn(arn),
  spoils: ({ cacheId }: { readonly cacheId: string }) => cacheId,
}

export const tagCalls: Calls<'SetTags' | 'RemoveTags'> = {
  SetTags: {
    ...cache,
    send: (client, { arn, tags }) =>
      client.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: tagsOf(tags) ?? [] })),
  },
  RemoveTags: {
    ...cache,
    send: (client, { arn, keys }) =>
      client.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: [...keys] })),
  },
}
