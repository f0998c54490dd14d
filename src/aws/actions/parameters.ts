import {
  CreateCacheParameterGroupCommand,
  DeleteCacheParameterGroupCommand,
  ModifyCacheParameterGroupCommand,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache'
import type { ActionOf, Send } from './call.ts'
import { tagsOf } from './tags.ts'

export const createParameterGroup =
  ({ name, family, description, tags }: ActionOf<'CreateParameterGroup'>): Send =>
  (client) =>
    client.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: name,
        CacheParameterGroupFamily: family,
        Description: description,
        Tags: tagsOf(tags),
      }),
    )

export const setParameters =
  ({ name, values }: ActionOf<'SetParameters'>): Send =>
  (client) =>
    client.send(
      new ModifyCacheParameterGroupCommand({
        CacheParameterGroupName: name,
        ParameterNameValues: Object.entries(values).map(([ParameterName, ParameterValue]) => ({
          ParameterName,
          ParameterValue,
        })),
      }),
    )

export const resetParameters =
  ({ name, names }: ActionOf<'ResetParameters'>): Send =>
  (client) =>
    client.send(
      new ResetCacheParameterGroupCommand({
        CacheParameterGroupName: name,
        ParameterNameValues: names.map((ParameterName) => ({ ParameterName })),
      }),
    )

export const deleteParameterGroup =
  ({ name }: ActionOf<'DeleteParameterGroup'>): Send =>
  (client) =>
    client.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: name }))
