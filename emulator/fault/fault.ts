/** Strikes calls: each call that fits may be struck. */
export type CallDeed =
  /** The call is carried out and the connection is reset instead of a reply. */
  | { readonly do: 'dropReplyAfterCommit' }
  /** The connection is reset and nothing was carried out. */
  | { readonly do: 'resetBeforeCommit' }
  /** Throttling, HTTP 400, nothing was carried out. */
  | { readonly do: 'throttle' }
  /** Throttling of the calls that find the token bucket empty. Stands until it is cleared, without count and seconds. */
  | { readonly do: 'throttleBucket'; readonly ratePerSecond: number; readonly burst: number }
  /** HTTP 500 InternalFailure or 503 ServiceUnavailable, nothing was carried out. */
  | { readonly do: 'serverError'; readonly status?: 500 | 503 }
  /** The call is carried out and answered late. */
  | { readonly do: 'delay'; readonly delayMs: number }
  /** No answer until the client goes; `carriedOut` says whether the call is, by default not. */
  | { readonly do: 'timeout'; readonly carriedOut?: boolean }
  /** The wire code and message of your choice, nothing was carried out. */
  | { readonly do: 'error'; readonly code: string; readonly message?: string }
  /** The call is carried out and half of the reply's body is sent. */
  | { readonly do: 'truncate' }
  /** InsufficientCacheClusterCapacity, at once. */
  | { readonly do: 'noCapacity'; readonly asynchronous?: false }
  /** The operation's own quota error; `code` chooses, where it has several. */
  | { readonly do: 'quota'; readonly code?: string }
  /** HTTP 403, ExpiredToken by default. */
  | { readonly do: 'expiredCredentials'; readonly code?: 'ExpiredToken' | 'InvalidClientTokenId' }

/** Strikes what Describe and List calls see. The world itself stays as it is. `count` counts the calls that see a difference. */
export type ViewDeed =
  /** The world as it was at the order, or `lagMs` ago. */
  | { readonly do: 'stale'; readonly lagMs?: number }
  /** What was made after the order is not there yet. */
  | { readonly do: 'notFoundAfterCreate' }
  /** The next page begins one resource too late, or repeats one. By default one is missed. */
  | { readonly do: 'shiftPages'; readonly shift?: 'miss' | 'repeat' }

export type Phase = 'creating' | 'modifying' | 'deleting'

/** Strikes state changes of the world when they are due. `count` counts resources, a group and its members as one. */
export type WorldDeed =
  /** A resource does not leave its state; modifying by default. Stands until cleared, without seconds. */
  | { readonly do: 'stuckModifying'; readonly phase?: Phase }
  /** A group, cluster or serverless cache that is being made fails; its id stays taken. */
  | { readonly do: 'createFailed' }
  /** A scaling that was accepted is rolled back, and only an event tells. */
  | { readonly do: 'noCapacity'; readonly asynchronous: true }

interface Fitting {
  /** The action's name, or '*' for any. */
  readonly action: string
  /** Only calls that name this resource; for the world's faults, this resource and its members. */
  readonly id?: string
  readonly count?: number
  /** On the emulator's clock, from the moment of the order. */
  readonly seconds?: number
}

/** Strikes at the order: the process of a node is killed, as often as `count` says, each time it answers again. */
export interface NodeFault {
  readonly do: 'killNode'
  /** A cluster or a replication group. */
  readonly id: string
  /** A cluster's node, '0001' by default; or a group's member, by default the primary of the first shard. */
  readonly node?: string
  readonly count?: number
}

export type CallFault = CallDeed & Fitting
export type ViewFault = ViewDeed & Fitting
export type WorldFault = WorldDeed & Fitting

/** A fault to order: what it strikes, how often or how long. Without count and seconds most strike once. */
export type Fault = CallFault | ViewFault | WorldFault | NodeFault

/** Tells what a fault strikes. */
export const isNodeFault = (fault: Fault): fault is NodeFault => fault.do === 'killNode'

export const isViewFault = (fault: Fault): fault is ViewFault =>
  fault.do === 'stale' || fault.do === 'notFoundAfterCreate' || fault.do === 'shiftPages'

export const isWorldFault = (fault: Fault): fault is WorldFault =>
  fault.do === 'stuckModifying' ||
  fault.do === 'createFailed' ||
  (fault.do === 'noCapacity' && fault.asynchronous === true)

export const isCallFault = (fault: Fault): fault is CallFault =>
  !isNodeFault(fault) && !isViewFault(fault) && !isWorldFault(fault)
