import { type ElastiCacheClient, ListTagsForResourceCommand } from '@aws-sdk/client-elasticache'
import type { Tags } from '../../plan/core/observed.ts'

export const readTags = async (client: ElastiCacheClient, arn: string): Promise<Tags> => {
  const { TagList = [] } = await client.send(new ListTagsForResourceCommand({ ResourceName: arn }))
  return Object.fromEntries(
    TagList.map(({ Key, Value }): [string, string] => [Key ?? '', Value ?? '']).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
