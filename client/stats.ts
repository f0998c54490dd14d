/** Counts since the cache was opened. They only rise. */
export interface Stats {
  hits: number // answers from the cache, fresh, and those of a buffered write
  staleHits: number // answers past their time: while loading anew, or because the load failed
  misses: number // the cache had nothing, or could not say
  loads: number // calls of a load function
  joined: number // calls that shared the work of another one under way
  writes: number // values handed to a save function that succeeded
  failedSaves: number // save functions that failed
  errors: number // cache operations that failed
  skipped: number // cache operations not tried, because the cache was found dead a moment ago
}

export const noStats = (): Stats => ({
  hits: 0,
  staleHits: 0,
  misses: 0,
  loads: 0,
  joined: 0,
  writes: 0,
  failedSaves: 0,
  errors: 0,
  skipped: 0,
})
