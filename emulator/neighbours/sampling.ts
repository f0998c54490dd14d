import type { Clock } from '../world/clock.ts'
import { PERIOD_MS } from './sampler.ts'

const LOOK_MS = 1_000

/**
 * Has a sample taken in the last second of every period of the emulator's clock, so that what a period counts is told in
 * that period. Keeps no process alive.
 * @returns what ends it
 */
export const keepSampling = (clock: Clock, sample: () => Promise<void>): (() => void) => {
  let sampled = Number.NaN
  const look = () => {
    const nowMs = clock.now()
    const period = Math.floor(nowMs / PERIOD_MS)
    if (period === sampled || nowMs % PERIOD_MS < PERIOD_MS - LOOK_MS) return
    sampled = period
    sample().catch(() => {})
  }
  const timer = setInterval(look, LOOK_MS).unref()
  return () => clearInterval(timer)
}
