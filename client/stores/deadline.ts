import { CacheError } from '../errors.ts'

/** The operation did not end in time. What it asked of the server may still happen. */
export class DeadlinePassed extends CacheError {
  override readonly name = 'DeadlinePassed'
}

/**
 * What the operation yields, if it ends in time.
 *
 * @throws DeadlinePassed when it doesn't
 */
export const within = async <T>(timeoutMs: number, operation: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DeadlinePassed(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return await Promise.race([operation, late])
  } finally {
    clearTimeout(timer)
  }
}
