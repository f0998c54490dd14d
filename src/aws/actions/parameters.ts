import {
  CreateCacheParameterGroupCommand,
  DeleteCacheParameterGroupCommand,
  ModifyCacheParameterGroupCommand,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache'
import type { AwsSubject } from '../errors/rows.ts'
import type { Calls } from './call.ts'
import { tagsOf } from './tags.ts'

/** Parameter groups are not in the snapshot, so writing one spoils nothing. */
const parameters = { subject: (): AwsSubject => 'parameterGroup', spoils: () => undefined }

export const parameterCalls: Calls<
  'CreateParameterGroup' | 'SetParameters' | 'ResetParameters' | 'DeleteParameterGroup'
> = {
  CreateParameterGroup: {
    ...parameters,
    send: (client, { name, family, description, tags }) =>
      client.send(
        new CreateCacheParameterGroupCommand({
          CacheParameterGroupName: name,
          CacheParameterGroupFamily: family,
          Description: description,
          Tags: tagsOf(tags),
        }),
      ),
  },
  SetParameters: {
    ...parameters,
    send: (client, { name, values }) =>
      client.send(
        new ModifyCacheParameterGroupCommand({
          CacheParameterGroupName: name,
          ParameterNameValues: Object.entries(values).map(([ParameterName, ParameterValue]) => ({
            ParameterName,
            ParameterValue,
          })),
        }),
      ),
  },
  ResetParameters: {
    ...parameters,
    send: (client, { name, names }) =>
      client.send(
        new ResetCacheParameterGroupCommand({
          CacheParameterGroupName: name,
          ParameterNameValues: names.map((ParameterName) => ({ ParameterName })),
        }),
      ),
  },
  DeleteParameterGroup: {
    ...parameters,
    send: (client, { name }) => client.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: name })),
  },
}
