import type { AwsAction } from '../plan/action.ts'
import type { Sight } from '../plan/facts.ts'
import type { Engine, ObservedCache, ObservedEvent, ObservedParameters, Tags } from '../plan/observed.ts'
import type { Acted, Read } from '../plan/outcome.ts'

export type { Sight } from '../plan/facts.ts'

/** Our hands in AWS, for one account and one region. Nothing here throws: errors are values. */
export interface Aws {
  /** From the shared snapshot; never calls AWS. */
  sight(id: string): Sight
  /** Milliseconds since our own last write of this cache, undefined when we wrote nothing in this life. */
  sinceWriteMs(id: string): number | undefined
  /** Tells the snapshot whether this cache is being waited for: while any is, looks come every 5 s instead of every 60 s. */
  attend(id: string, engine: 'group' | 'memcached', waiting: boolean): void
  /** The cache is nobody's concern any more. */
  forget(id: string): void
  /** One live look by id, past the snapshot: before deletes, before calling a cache lost. */
  lookCache(id: string, is: 'group' | 'memcached'): Promise<Read<ObservedCache | undefined>>
  lookTags(arn: string): Promise<Read<Tags | undefined>>
  lookParameters(name: string): Promise<Read<ObservedParameters | undefined>>
  /** Of one cache, the newest last: the only place where AWS explains what failed in the background. */
  lookEvents(id: string, is: 'group' | 'memcached', sinceMs: number): Promise<Read<readonly ObservedEvent[]>>
  /** The version that AWS takes when none is asked for, and the parameter group family of that version. Kept for an hour. */
  lookDefaultVersion(engine: Engine): Promise<Read<{ readonly engineVersion: string; readonly family: string }>>
  /** One call that changes something. Takes a token from the bucket first; refuses when the lease has no margin. */
  act(action: AwsAction, authToken?: string): Promise<Acted>
}

/** The shared snapshot's own life: it looks by itself, at a pace that follows what is waited for. */
export interface Looking {
  start(): void
  stop(): void
  /** Look as soon as possible. */
  soon(): void
  /** True once a first snapshot stands. */
  readonly looked: boolean
}
