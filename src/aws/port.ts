import type { Observed } from '../plan/cache-cluster/facts.ts'
import type { AwsAction } from '../plan/core/action.ts'
import type { Engine, ObservedCache, ObservedEvent, ObservedParameters, Tags } from '../plan/core/observed.ts'
import type { Acted, Read } from '../plan/core/outcome.ts'

export type { Observed } from '../plan/cache-cluster/facts.ts'

/** What is said to AWS, for one account and one region. Nothing here throws: errors are values. */
export interface Aws {
  /** From the shared snapshot; never calls AWS. */
  observed(id: string): Observed
  /** Milliseconds since our own last write of this cache, undefined when we wrote nothing in this life. */
  sinceWriteMs(id: string): number | undefined
  /** Tells the snapshot whether this cache is being waited for: while any is, looks come every 5 s instead of every 60 s. */
  watch(id: string, engine: 'group' | 'memcached', waiting: boolean): void
  /** The cache is nobody's concern any more. */
  forget(id: string): void
  /** One live look by id, past the snapshot: before deletes, before calling a cache lost. */
  readCache(id: string, is: 'group' | 'memcached'): Promise<Read<ObservedCache | undefined>>
  readTags(arn: string): Promise<Read<Tags | undefined>>
  readParameters(name: string): Promise<Read<ObservedParameters | undefined>>
  /** Of one cache, the newest last: the only place where AWS explains what failed in the background. */
  readEvents(id: string, is: 'group' | 'memcached', sinceMs: number): Promise<Read<readonly ObservedEvent[]>>
  /** The version that AWS takes when none is asked for, and the parameter group family of that version. Kept for an hour. */
  readDefaultVersion(engine: Engine): Promise<Read<{ readonly engineVersion: string; readonly family: string }>>
  /** One call that changes something. Takes a token from the bucket first; refuses when the lease has no margin. */
  act(action: AwsAction, authToken?: string): Promise<Acted>
}

/** The shared snapshot's own life: it looks by itself, at a pace that follows what is waited for. */
export interface Polling {
  start(): void
  stop(): void
  /** Look as soon as possible. */
  soon(): void
  /** True once a first snapshot stands. */
  readonly looked: boolean
}
