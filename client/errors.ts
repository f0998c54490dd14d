/** The binding is missing, ambiguous or malformed. The message names what to set; it never holds a secret. */
export class BindingError extends Error {
  override readonly name = 'BindingError'
}

/** The policy document can't be read. The message lists every fault with its place in the document. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

/**
 * The cache failed an operation. It never reaches the caller of a cache: it is counted in `stats` and handed to `onError`.
 * It carries the message of the driver's error and nothing else, because a driver's error may hold the command that failed,
 * and with it a password or a value.
 */
export class CacheError extends Error {
  override readonly name: string = 'CacheError'
}

/** The server answered and said no (out of memory, item too large): it is alive, so its breaker stays closed. */
export class CacheRefusal extends CacheError {
  override readonly name = 'CacheRefusal'
}

/** Buffered writes that could not be saved when the cache was closed. `errors` holds one error for each. */
export class UnsavedWritesError extends AggregateError {
  override readonly name = 'UnsavedWritesError'
  readonly keys: readonly string[]

  constructor(keys: readonly string[], errors: readonly unknown[]) {
    super(errors, `${keys.length} buffered write(s) could not be saved before the cache was closed`)
    this.keys = keys
  }
}
