import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { atLeast } from '../world/engine-version.ts'
import type { GroupChange, ReplicationGroup } from '../world/replication-group.ts'

const VALUES = ['default', 'async', 'sync', 'disabled']

interface Bearer {
  readonly engine: string
  readonly engineVersion: string
  readonly encrypted: boolean
}

/** The durability that is asked for, if the engine can have it: Valkey 9.0 or later, with encryption in transit. */
export const durabilityFor = (asked: string | undefined, bearer: Bearer): string | undefined => {
  if (asked === undefined) return undefined
  if (!VALUES.includes(asked)) throw invalidValue(`Invalid Durability: ${asked}`)
  const durable = asked === 'async' || asked === 'sync'
  if (durable && !(bearer.engine === 'valkey' && atLeast(bearer.engineVersion, '9.0') && bearer.encrypted)) {
    throw invalidCombination('Durability requires Valkey 9.0 or later with encryption-in-transit enabled.')
  }
  return asked
}

/** What a ModifyReplicationGroup makes of a group's durability, which can be switched in every direction. */
export const durabilityChange = (asked: string | undefined, group: ReplicationGroup): GroupChange => {
  const { engine, engineVersion, tls } = group.settings
  const durability = durabilityFor(asked, { engine, engineVersion, encrypted: tls !== 'disabled' })
  return durability === undefined || durability === (group.durability ?? 'default') ? {} : { durability }
}
