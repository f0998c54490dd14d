import type { DescribeServerlessCachesRequest, DescribeServerlessCachesResponse } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { serverlessCalled } from '../rules/serverless.ts'
import { serverlessShown } from '../shown/serverless.ts'
import { tokenPageOf } from '../world/page.ts'

export const operation: Operation<DescribeServerlessCachesRequest, DescribeServerlessCachesResponse> = (call) => {
  const { input, world } = call
  const caches =
    input.ServerlessCacheName === undefined
      ? world.serverlessCaches.values()
      : [serverlessCalled(world, input.ServerlessCacheName)]
  const { items, ...next } = tokenPageOf(caches, ({ name }) => name, input)
  return { ServerlessCaches: items.map((cache) => serverlessShown(call, cache)), ...next }
}
