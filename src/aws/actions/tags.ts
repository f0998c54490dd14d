import { AddTagsToResourceCommand, RemoveTagsFromResourceCommand, type Tag } from '@aws-sdk/client-elasticache'
import type { Tags } from '../../plan/core/observed.ts'
import type { ActionOf, Send } from './call.ts'

/** In the SDK's shape; none at all rather than an empty list. */
export const tagsOf = (tags: Tags): Tag[] | undefined => {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return list.length === 0 ? undefined : list
}

export const setTags =
  ({ arn, tags }: ActionOf<'SetTags'>): Send =>
  (client) =>
    client.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: tagsOf(tags) ?? [] }))

export const removeTags =
  ({ arn, keys }: ActionOf<'RemoveTags'>): Send =>
  (client) =>
    client.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: [...keys] }))
