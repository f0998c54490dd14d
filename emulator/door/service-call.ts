import type { Refusal } from '../wire/refusal.ts'
import type { Caller } from './caller.ts'
import type { Answer } from './request.ts'

/** One call of one of the services behind the door, told apart and not looked at any closer yet. */
export interface ServiceCall {
  /** The service's signing name. */
  readonly service: string
  /** As the ledger and the faults name it. */
  readonly action: string
  /** The resource that the call names. */
  readonly id?: string
  /** All resources that it names, for the faults; by default the one. */
  readonly names?: readonly string[]
  /** Looks the action up; what it gives carries the call out. Both throw refusals. */
  begin(caller: Caller): () => object | Promise<object>
  succeed(result: object, requestId: string): Answer
  refuse(error: Refusal, requestId: string): Answer
}
