import type { AwsAction } from '../../plan/core/action.ts'
import type { Call, Calls, Do } from './call.ts'
import { groupCalls } from './group.ts'
import { memcachedCalls } from './memcached.ts'
import { parameterCalls } from './parameters.ts'
import { tagCalls } from './tags.ts'

/** Every action that the plan may name; a new one without a row here does not compile. */
export const acts: Calls<Do> = { ...groupCalls, ...memcachedCalls, ...parameterCalls, ...tagCalls }

/** The row of an action. The table's type ties each row to its action, which an index by a union can't say. */
export const callFor = <A extends AwsAction>(action: A): Call<A> => acts[action.do] as unknown as Call<A>
