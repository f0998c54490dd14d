import type { RemoveTagsFromResourceMessage, TagListMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { resourceAt } from '../rules/resource.ts'
import { tagListOf } from '../rules/tag.ts'
import { setTags } from '../rules/tagging.ts'
import { refusal } from '../wire/refusal.ts'

export const operation: Operation<RemoveTagsFromResourceMessage, TagListMessage> = (call) => {
  const { input, world, nowMs, profile } = call
  const resource = resourceAt(world, input.ResourceName)
  const tags = new Map(world.tags.get(resource.arn))
  const unknown = (input.TagKeys ?? []).find((key) => !tags.has(key))
  if (unknown !== undefined) throw refusal('TagNotFound', `The tag ${unknown} is not present on ${resource.name}.`)
  for (const key of input.TagKeys ?? []) tags.delete(key)
  setTags(world, resource, tags, nowMs, profile)
  return { TagList: tagListOf(tags) }
}
