import type { ModifyServerlessCacheRequest, ModifyServerlessCacheResponse } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { serverlessAvailable, serverlessCalled } from '../rules/serverless.ts'
import { serverlessChangeOf } from '../rules/serverless-change.ts'
import { serverlessShown } from '../shown/serverless.ts'
import { schedule } from '../world/transition.ts'

/** There is no maintenance window: a change begins at once. */
export const operation: Operation<ModifyServerlessCacheRequest, ModifyServerlessCacheResponse> = (call) => {
  const { input, world, nowMs, profile } = call
  const cache = serverlessCalled(world, input.ServerlessCacheName)
  serverlessAvailable(cache)
  const change = serverlessChangeOf(world, input, cache)

  cache.applying = change
  cache.status = 'modifying'
  const durationMs = change.engineVersion === undefined ? profile.modifyMs : profile.scaleMs
  schedule(world, nowMs + durationMs, { do: 'settleServerless', id: cache.name })
  return { ServerlessCache: serverlessShown(call, cache) }
}
