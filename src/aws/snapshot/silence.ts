import type { Clock } from '../../time/clock.ts'

/** An ear on one poll: it tells once when AWS says nothing for so long, which may be minutes before the poll itself fails. */
export interface Silence {
  heard(): void
  end(): void
}

/**
 * Shorter than the ten seconds within which a first failure is to be told. A dead endpoint of ElastiCache fails by itself in
 * about seven, but the SDK may hang for long before it even asks: at STS for credentials, for example.
 */
export const silenceMs = 8000

/** `waitedMs`: how long the poll's requests have waited for our own tokens, ever. That is no silence of AWS. */
export const silenceOf = (clock: Clock, waitedMs: () => number, tell: () => void): Silence => {
  const now = () => clock.nowMs() - waitedMs()
  let heardAt = now()
  let cancel: (() => void) | undefined
  const listen = (ms: number) => {
    cancel = clock.after(ms, () => {
      const leftMs = heardAt + silenceMs - now()
      if (leftMs > 0) listen(leftMs)
      else tell()
    })
  }
  listen(silenceMs)
  return {
    heard: () => {
      heardAt = now()
    },
    end: () => cancel?.(),
  }
}
