import type { Observed } from '../plan/cache-cluster/facts.ts'
import type { AwsAction } from '../plan/core/action.ts'
import type { Engine, ObservedCache, ObservedEvent, ObservedParameters, Tags, Topology } from '../plan/core/observed.ts'
import type { Acted, Failure, Read } from '../plan/core/outcome.ts'

export type { Observed } from '../plan/cache-cluster/facts.ts'

/** Why polls fail, and how old the picture is. */
export interface PollState {
  /** Since the begin of the last good poll; undefined before the first, and while nobody watches anything. */
  readonly ageMs: number | undefined
  /** Of the last poll, or of one under way to which AWS doesn't answer; undefined when the last was good. */
  readonly failure: Failure | undefined
}

/** What is said to AWS, for one account and one region. Nothing here throws: errors are values. */
export interface Aws {
  /** From the shared snapshot; never calls AWS. */
  observed(id: string): Observed
  pollState(): PollState
  /**
   * The ids of all caches, anybody's, that used this parameter group at the last poll; undefined before the first good one.
   * While only memcached is watched, replication groups are not in the picture.
   */
  parameterGroupUsers(name: string): readonly string[] | undefined
  /**
   * Milliseconds since our own last write of the cache or parameter group of this name that may have had an effect; undefined
   * when there was none in this life. What AWS refused changed nothing, so it counts for none.
   */
  sinceWriteMs(name: string): number | undefined
  /** Tells the snapshot whether this cache is being waited for: while any is, polls come every 5 s instead of every 60 s. */
  watch(id: string, topology: Topology, waiting: boolean): void
  /** The cache is nobody's concern any more. */
  forget(id: string): void
  /**
   * One cache, asked for by id past the snapshot: before deletes, before calling a cache lost. Without `members` it is a single
   * call: the state is that of the whole alone, and what only its members tell is as the last poll knew it. With them, up to
   * eight are asked for by id; of a larger group they are as the last poll knew them. The account is never listed.
   */
  readCache(
    id: string,
    topology: Topology,
    options: { readonly members: boolean },
  ): Promise<Read<ObservedCache | undefined>>
  /** Of a parameter group: kept and shared like its values. */
  readTags(arn: string): Promise<Read<Tags | undefined>>
  /**
   * Kept for ten minutes for all who ask, and dropped by our own write of the group. `fresh`: a person asked for a look now, so
   * what was kept of it, its tags too, is dropped first.
   */
  readParameters(name: string, options?: { readonly fresh: boolean }): Promise<Read<ObservedParameters | undefined>>
  /** Every parameter that a family lets one set, with its default ('' when it has none). Kept for an hour. */
  readSettable(family: string): Promise<Read<Readonly<Record<string, string>> | undefined>>
  /** Of one cache, the newest last: the only place where AWS explains what failed in the background. */
  readEvents(id: string, topology: Topology, sinceMs: number): Promise<Read<readonly ObservedEvent[]>>
  /** Of everything in the account within the last `sinceMs`, the newest last: one list, however many caches there are. */
  eventsSince(sinceMs: number): Promise<Read<readonly (ObservedEvent & { readonly sourceId: string })[]>>
  /** The version that AWS takes when none is asked for, and the parameter group family of that version. Kept for an hour. */
  readDefaultVersion(engine: Engine): Promise<Read<{ readonly engineVersion: string; readonly family: string }>>
  /** The account that the credentials lead to. Kept for an hour. */
  readAccount(): Promise<Read<string | undefined>>
  /**
   * One call that changes something. Takes a token from the bucket first; refuses when the lease has no margin. `about`: for
   * whom it is made, for the log.
   */
  act(action: AwsAction, authToken?: string, about?: object): Promise<Acted>
}

/** The shared snapshot's own life: it polls by itself, at a pace that follows what is waited for. */
export interface Polling {
  start(): void
  stop(): void
  /** Poll as soon as possible. */
  soon(): void
  /** True once a first snapshot stands. */
  readonly polled: boolean
}
