import type { CallFault } from '../fault.ts'

export interface Bucket {
  tokens: number
  filledAtMs: number
}

/** A bucket is full at the order. */
export const newBucket = (fault: Extract<CallFault, { do: 'throttleBucket' }>, nowMs: number): Bucket => ({
  tokens: fault.burst,
  filledAtMs: nowMs,
})

/** Takes a token for a call; false when there is none. */
export const drawToken = (
  bucket: Bucket,
  { ratePerSecond, burst }: Extract<CallFault, { do: 'throttleBucket' }>,
  nowMs: number,
): boolean => {
  const grown = (Math.max(0, nowMs - bucket.filledAtMs) / 1000) * ratePerSecond
  bucket.tokens = Math.min(burst, bucket.tokens + grown)
  bucket.filledAtMs = nowMs
  if (bucket.tokens < 1) return false
  bucket.tokens -= 1
  return true
}
