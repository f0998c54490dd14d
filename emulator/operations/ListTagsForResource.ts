import type { ListTagsForResourceMessage, TagListMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { resourceAt } from '../rules/resource.ts'
import { tagListOf } from '../rules/tag.ts'

export const operation: Operation<ListTagsForResourceMessage, TagListMessage> = ({ input, world }) => ({
  TagList: tagListOf(world.tags.get(resourceAt(world, input.ResourceName).arn)),
})
