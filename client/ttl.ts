import type { Policy } from './policy.ts'

/** A source of numbers from 0 up to, but not including, 1: `Math.random`, or a fixed one in tests. */
export type Random = () => number

/**
 * How long a value of this key may live, in whole milliseconds: the rule with the longest matching prefix, else the
 * default, capped by the policy's maximum, then shortened by a random part of up to `jitterPercent`. Jitter only ever
 * shortens: a TTL never outlives what the policy states, and keys capped at the maximum still part ways.
 *
 * Undefined: the policy asks for no TTL. 0: the value must not be stored.
 *
 * @param key the key as the workload names it, without `keys.prefix` and `keyVersion`
 */
export const ttlFor = (policy: Policy, key: string, random: Random): number | undefined => {
  const statedMs = statedFor(policy, key)
  return statedMs === undefined ? undefined : jittered(statedMs, policy.ttl.jitterPercent, random)
}

/** The same for "there is nothing under this key"; it never outlives what a value of that key may. 0: don't store it. */
export const negativeTtlFor = (policy: Policy, key: string, random: Random): number => {
  const negativeMs = policy.ttl.negativeMs ?? 0
  return jittered(Math.min(negativeMs, statedFor(policy, key) ?? negativeMs), policy.ttl.jitterPercent, random)
}

const statedFor = ({ ttl }: Policy, key: string): number | undefined => {
  const statedMs = ruleFor(ttl.byPrefix, key)?.ttlMs ?? ttl.defaultMs ?? ttl.maxMs
  return statedMs === undefined ? undefined : Math.min(statedMs, ttl.maxMs ?? statedMs)
}

const ruleFor = (rules: Policy['ttl']['byPrefix'], key: string) =>
  rules
    .filter(({ prefix }) => key.startsWith(prefix))
    .reduce<Policy['ttl']['byPrefix'][number] | undefined>(
      (longest, rule) => (longest && longest.prefix.length >= rule.prefix.length ? longest : rule),
      undefined,
    )

const jittered = (statedMs: number, jitterPercent: number, random: Random): number =>
  statedMs === 0 ? 0 : Math.max(1, Math.ceil(statedMs * (1 - (jitterPercent / 100) * random())))
