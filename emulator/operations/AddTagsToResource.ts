import type { AddTagsToResourceMessage, TagListMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { resourceAt } from '../rules/resource.ts'
import { tagListOf, tagsOf, withinTagQuota } from '../rules/tag.ts'
import { setTags } from '../rules/tagging.ts'

export const operation: Operation<AddTagsToResourceMessage, TagListMessage> = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const added = tagsOf(input.Tags)
  const resource = resourceAt(world, input.ResourceName)
  const tags = withinTagQuota(new Map([...(world.tags.get(resource.arn) ?? []), ...added]), quotas)
  setTags(world, resource, tags, nowMs, profile)
  return { TagList: tagListOf(tags) }
}
