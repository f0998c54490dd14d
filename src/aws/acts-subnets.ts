import {
  CreateCacheSubnetGroupCommand,
  DeleteCacheSubnetGroupCommand,
  ModifyCacheSubnetGroupCommand,
} from '@aws-sdk/client-elasticache'
import type { Acts } from './act.ts'
import { tagsOf } from './acts-tags.ts'
import type { Subject } from './error-rows.ts'

/** Subnet groups are not in the snapshot, so writing one spoils nothing. */
const subnets = { subject: (): Subject => 'subnetGroup', spoils: () => undefined }

export const subnetActs: Acts<'CreateSubnetGroup' | 'SetSubnets' | 'DeleteSubnetGroup'> = {
  CreateSubnetGroup: {
    ...subnets,
    send: (client, { name, description, subnetIds, tags }) =>
      client.send(
        new CreateCacheSubnetGroupCommand({
          CacheSubnetGroupName: name,
          CacheSubnetGroupDescription: description,
          SubnetIds: [...subnetIds],
          Tags: tagsOf(tags),
        }),
      ),
  },
  SetSubnets: {
    ...subnets,
    send: (client, { name, subnetIds }) =>
      client.send(new ModifyCacheSubnetGroupCommand({ CacheSubnetGroupName: name, SubnetIds: [...subnetIds] })),
  },
  DeleteSubnetGroup: {
    ...subnets,
    send: (client, { name }) => client.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: name })),
  },
}
