import type { Clock } from '../../time/clock.ts'
import type { AwsLog } from '../elasticache.ts'
import type { PollFigures } from '../snapshot/snapshot.ts'

/** While AWS can't be polled, the log says so again in this time: the log of the last hour is never empty then. */
export const sayAgainMs = 300_000

/** Says in the log that polls fail: when that begins, has another reason, and goes on; and once when it has ended. */
export const outageTeller = (log: AwsLog, clock: Clock): ((figures: PollFigures) => void) => {
  let told: { readonly reason: string; readonly atMs: number; readonly begunMs: number } | undefined
  return ({ lastFailure, ageMs, failedPolls }) => {
    const nowMs = clock.nowMs()
    const since = (ms: number) => Math.round((nowMs - ms) / 1000)
    if (lastFailure === undefined) {
      if (told) log.info('AWS can be polled again', { outageSeconds: since(told.begunMs) })
      told = undefined
      return
    }
    const { reason, code, words, cure, requestId } = lastFailure
    if (told?.reason === reason && nowMs - told.atMs < sayAgainMs) return
    told = { reason, atMs: nowMs, begunMs: told?.begunMs ?? nowMs }
    const ageSeconds = ageMs === undefined ? undefined : Math.round(ageMs / 1000)
    const outageSeconds = since(told.begunMs)
    log.warn('AWS cannot be polled', {
      reason,
      code,
      words,
      cure,
      requestId,
      outageSeconds,
      pictureAgeSeconds: ageSeconds,
      failedPolls,
    })
  }
}
