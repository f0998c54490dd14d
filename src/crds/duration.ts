import * as z from 'zod'

/** Go-style durations as users write them: `90s`, `10m`, `1h30m`, `500ms`. */
export const durationPattern = '^([0-9]+(ms|s|m|h))+$'

export const duration = () => z.string().max(32).regex(new RegExp(durationPattern))

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Milliseconds of a duration that matches the pattern. Parts add up: `1h30m` is 5,400,000. */
export const durationMs = (text: string): number => {
  let total = 0
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
    total += Number(count) * unitMs[unit as keyof typeof unitMs]
  }
  return total
}

/** Seconds for readers that know no smaller unit, rounded up: a TTL of 500 ms must not become "never". */
export const wholeSeconds = (ms: number): number => Math.ceil(ms / 1000)
