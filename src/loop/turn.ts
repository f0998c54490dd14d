/**
 * What a turn says when it ends: when to look again.
 * `done`: nothing more until a notice comes. `again`: a stated delay, no error counted. `backoff`: exponential per key,
 * never sooner than `atLeastMs`.
 */
export type Rest =
  | { readonly is: 'done' }
  | { readonly is: 'again'; readonly afterMs: number }
  | { readonly is: 'backoff'; readonly atLeastMs?: number }
