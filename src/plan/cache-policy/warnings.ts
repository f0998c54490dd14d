import type { CachePolicySpec } from '../../crds/cache-policy.ts'
import { durationMs } from '../../crds/duration.ts'
import type { PolicyFacts } from './facts.ts'

/** memcached reads a TTL above 30 days as a date (its protocol.txt, "Expiration times"). */
const longestMemcachedTtlMs = 30 * 24 * 3_600_000

interface Check {
  readonly hit: (facts: PolicyFacts) => boolean
  readonly say: (facts: PolicyFacts) => string
}

const ms = (text: string | undefined): number => (text === undefined ? 0 : durationMs(text))
const ttls = ({ ttl, session }: CachePolicySpec) => [
  ttl.default,
  ttl.max,
  session?.ttl,
  ...ttl.byPrefix.map((p) => p.ttl),
]
const memcached = (facts: PolicyFacts) =>
  facts.caches.flatMap((cache) => (cache.engine === 'memcached' ? [cache.name] : [])).sort()

/** A warning is part of a status that is rewritten with each user that comes or goes, and of an event: it names the first few. */
const firstNames = 5
const named = (names: readonly string[]): string =>
  names.length > firstNames ? `${names.slice(0, firstNames).join(', ')} and more` : names.join(', ')

/** What will probably not work as meant. None of it is refused: each is right for somebody. */
const checks: readonly Check[] = [
  {
    hit: ({ spec }) => spec.eviction?.policy?.startsWith('volatile-') === true && spec.ttl.default === undefined,
    say: ({ spec }) =>
      `spec.eviction.policy ${spec.eviction?.policy} evicts only items with a TTL, and spec.ttl.default is not set: when memory is full, writes fail. Set spec.ttl.default, or choose an allkeys- policy`,
  },
  {
    hit: ({ spec }) => spec.eviction?.policy === 'noeviction' && spec.strategy.read === 'LazyLoading',
    say: () =>
      'spec.eviction.policy noeviction with spec.strategy.read LazyLoading: when memory is full, misses can no longer be cached. Choose allkeys-lru, or keep room by TTLs',
  },
  {
    hit: ({ spec }) => spec.strategy.write === 'WriteThrough' && spec.ttl.default === undefined,
    say: () =>
      'spec.strategy.write WriteThrough without spec.ttl.default: the cache fills with items that nobody reads. Set spec.ttl.default',
  },
  {
    hit: ({ spec }) =>
      spec.ttl.negative !== undefined && spec.ttl.default !== undefined && ms(spec.ttl.negative) > ms(spec.ttl.default),
    say: () =>
      'spec.ttl.negative is longer than spec.ttl.default: what is missing at the source is remembered longer than what is there. Lower spec.ttl.negative',
  },
  {
    hit: ({ spec }) => spec.ttl.max !== undefined && spec.ttl.byPrefix.some(({ ttl }) => ms(ttl) > ms(spec.ttl.max)),
    say: ({ spec }) =>
      `spec.ttl.byPrefix asks for more than spec.ttl.max (${spec.ttl.byPrefix
        .filter(({ ttl }) => ms(ttl) > ms(spec.ttl.max))
        .map((p) => p.prefix)
        .join(', ')}): these items live no longer than spec.ttl.max`,
  },
  {
    hit: (facts) => memcached(facts).length > 0 && facts.spec.eviction !== undefined,
    say: (facts) =>
      `spec.eviction is not enforced on ${named(memcached(facts))}: memcached always evicts the least recently used item, by its own rules`,
  },
  {
    hit: (facts) => memcached(facts).length > 0 && ttls(facts.spec).some((ttl) => ms(ttl) > longestMemcachedTtlMs),
    say: (facts) =>
      `a TTL above 30 days is read as a date by memcached (${named(memcached(facts))}): keep it at 720h or less`,
  },
  {
    hit: ({ spec }) => spec.strategy.write === 'WriteBehind' && spec.writeBehind === undefined,
    say: () => 'spec.strategy.write WriteBehind without spec.writeBehind: batches of 500 are flushed every second',
  },
]

export const policyWarnings = (facts: PolicyFacts): readonly string[] =>
  checks.flatMap((check) => (check.hit(facts) ? [check.say(facts)] : []))
