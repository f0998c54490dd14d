/** A place that keeps texts by key for a time. Operations throw CacheError when they fail. */
export interface Store {
  get(key: string): Promise<string | undefined>
  /** @param ttlMs whole milliseconds above 0; undefined: without end */
  set(key: string, text: string, ttlMs: number | undefined): Promise<void>
  delete(key: string): Promise<void>
  close(): Promise<void>
}

/** How long a store may take. */
export interface Limits {
  readonly timeoutMs: number // one operation
  readonly connectTimeoutMs: number // one connection, name look-up and TLS handshake included
}
