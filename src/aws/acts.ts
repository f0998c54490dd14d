import type { AwsAction } from '../plan/action.ts'
import type { Act, Acts, Do } from './act.ts'
import { groupActs } from './acts-group.ts'
import { memcachedActs } from './acts-memcached.ts'
import { parameterActs } from './acts-parameters.ts'
import { subnetActs } from './acts-subnets.ts'
import { tagActs } from './acts-tags.ts'

/** Every action that the plan may name; a new one without a row here does not compile. */
export const acts: Acts<Do> = { ...groupActs, ...memcachedActs, ...parameterActs, ...subnetActs, ...tagActs }

/** The row of an action. The table's type ties each row to its action, which an index by a union can't say. */
export const actFor = <A extends AwsAction>(action: A): Act<A> => acts[action.do] as unknown as Act<A>
