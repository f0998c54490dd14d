import { invalidCombination } from '../wire/refusal.ts'
import { atLeast, type EngineName, type EngineVersion } from '../world/engine-version.ts'
import { effectiveValues, type ParameterGroup } from '../world/parameter-group.ts'

/** The first versions that speak IPv6 (AWS's API reference, NetworkType). */
const IPV6_SINCE: Readonly<Record<EngineName, string>> = { redis: '6.2', valkey: '7.2', memcached: '1.6.6' }

/** IPv6, alone or beside IPv4, needs a version that speaks it. */
export const networkNeeds = (networkType: string | undefined, version: EngineVersion): void => {
  if (networkType === undefined || networkType === 'ipv4') return
  const since = IPV6_SINCE[version.engine]
  if (!atLeast(version.full, since)) {
    throw invalidCombination(`NetworkType ${networkType} requires ${version.engine} ${since} or later.`)
  }
}

const TIERED_POLICIES = ['volatile-lru', 'allkeys-lru', 'noeviction']

/** Data tiering works with some eviction policies only. */
export const dataTieringNeeds = (tiered: boolean, group: ParameterGroup): void => {
  const policy = effectiveValues(group)['maxmemory-policy'] ?? ''
  if (tiered && !TIERED_POLICIES.includes(policy)) {
    throw invalidCombination(
      `Data tiering requires a maxmemory-policy of ${TIERED_POLICIES.join(', ')}; ${group.name} has ${policy}.`,
    )
  }
}
