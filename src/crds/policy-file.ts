import * as z from 'zod'

/**
 * The policy document: what a workload reads as `policy.json` in its binding, or as `CACHE_POLICY` in its environment.
 * It is the only place where the operator and the client library meet. Every duration is in whole milliseconds; an absent
 * member means that the policy doesn't ask for it. Readers ignore members that they don't know.
 */
const ms = z.number().int().nonnegative()

export const readStrategies = ['LazyLoading', 'ReadThrough', 'RefreshAhead'] as const
export const writeStrategies = ['WriteAround', 'WriteThrough', 'WriteBehind'] as const
export const stampedeProtections = ['None', 'Coalesce', 'Lock', 'EarlyExpiry'] as const
export const onWriteChoices = ['Delete', 'Update', 'Nothing'] as const

export const policyFile = z.object({
  version: z.literal(1),
  strategy: z.object({ read: z.enum(readStrategies), write: z.enum(writeStrategies) }),
  ttl: z.object({
    defaultMs: ms.optional(),
    maxMs: ms.optional(),
    jitterPercent: z.number().int().min(0).max(50),
    negativeMs: ms.optional(),
    byPrefix: z.array(z.object({ prefix: z.string(), ttlMs: ms })),
  }),
  staleness: z.object({ whileRevalidateMs: ms.optional(), ifErrorMs: ms.optional() }),
  refreshAhead: z.object({ thresholdMs: ms }).optional(),
  writeBehind: z.object({ flushIntervalMs: ms, maxBatch: z.number().int().positive() }).optional(),
  stampedeProtection: z.enum(stampedeProtections),
  invalidation: z.object({ onWrite: z.enum(onWriteChoices), keyVersion: z.string().optional() }),
  keys: z.object({ prefix: z.string() }),
  session: z.object({ ttlMs: ms, prefix: z.string(), rolling: z.boolean() }).optional(),
  eviction: z.object({ policy: z.string() }).optional(),
})

export type PolicyFile = z.infer<typeof policyFile>
