import { type Plan, stuck } from '../core/outcome.ts'
import type { PolicyFacts } from './facts.ts'
import { policyWarnings } from './warnings.ts'

/** A policy asks nothing of AWS by itself: it is settled as soon as it is read, and stays while caches use it. */
export const planCachePolicy = (facts: PolicyFacts): Plan => {
  const used = usedBy(facts)
  if (facts.deleting) {
    return facts.caches.length === 0
      ? { is: 'released', message: 'no CacheCluster uses it' }
      : stuck('InUse', `${used}: it is deleted as soon as they name another policy or none, and until then it holds`)
  }
  const count = policyWarnings(facts).length
  const warned = count === 0 ? '' : count === 1 ? ', with 1 warning' : `, with ${count} warnings`
  return { is: 'settled', reason: 'InSync', message: `${used}${warned}` }
}

const firstNames = 5

const usedBy = ({ caches }: PolicyFacts): string => {
  if (caches.length === 0) return 'used by no CacheCluster'
  const names = caches.map(({ name }) => name).sort()
  const more = names.length > firstNames ? ` and ${names.length - firstNames} more` : ''
  return `used by ${names.slice(0, firstNames).join(', ')}${more}`
}
