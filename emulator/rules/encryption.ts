import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { atLeast, type EngineName, type EngineVersion } from '../world/engine-version.ts'
import { nodeFamily } from '../world/node-type.ts'
import type { Settings, Tls } from '../world/settings.ts'

export interface TlsFields {
  readonly TransitEncryptionEnabled?: boolean | undefined
  readonly TransitEncryptionMode?: string | undefined
}

const modeNamed = (mode: string): 'preferred' | 'required' => {
  if (mode !== 'preferred' && mode !== 'required') {
    throw invalidValue(`Invalid TransitEncryptionMode: ${mode}. Valid values are: preferred, required.`)
  }
  return mode
}

/** Redis 3.2.6, 4.0.10 and later; memcached 1.6.12 and later; every Valkey. */
const engineHasTls = (engine: EngineName, version: string): boolean => {
  if (engine === 'memcached') return atLeast(version, '1.6.12')
  return engine === 'valkey' || version === '3.2.6' || atLeast(version, '4.0.10')
}

const WITHOUT_MEMCACHED_TLS = ['t1', 't2', 'm1', 'm2', 'm3', 'c1', 'r3']

/** Refuses a node type on which memcached has no transit encryption (user guide, memcached: it names all but T1 and C1). */
export const memcachedNodeHasTls = (nodeType: string): void => {
  if (WITHOUT_MEMCACHED_TLS.includes(nodeFamily(nodeType))) {
    throw invalidCombination(`Encryption in-transit is not supported for cache node type ${nodeType}.`)
  }
}

/** Switching transit encryption on a living group, and mode preferred, need Redis 7.0.5 or any Valkey. */
const switches = (engine: EngineName, version: string) => engine === 'valkey' || atLeast(version, '7.0.5')

/** Transit encryption of a new resource: enabled alone means required. */
export const newTls = (fields: TlsFields, version: EngineVersion): Tls => {
  const mode = fields.TransitEncryptionMode === undefined ? undefined : modeNamed(fields.TransitEncryptionMode)
  if (!fields.TransitEncryptionEnabled) {
    if (mode !== undefined)
      throw invalidCombination('To modify transit encryption mode, set encryption-in-transit as enabled.')
    return 'disabled'
  }
  if (!engineHasTls(version.engine, version.full)) {
    throw invalidCombination(`Encryption in-transit is not supported for ${version.engine} ${version.version}.`)
  }
  if (mode === 'preferred' && !switches(version.engine, version.full)) {
    throw invalidCombination(
      `Transit encryption mode preferred is not supported for ${version.engine} ${version.version}.`,
    )
  }
  return mode ?? 'required'
}

/** What a modification makes of transit encryption: one step at a time, off, preferred, required, and back. */
export const tlsAfter = (fields: TlsFields, settings: Settings): Tls | undefined => {
  const { TransitEncryptionEnabled: enabled, TransitEncryptionMode: asked } = fields
  if (enabled === undefined && asked === undefined) return undefined
  const mode = asked === undefined ? undefined : modeNamed(asked)
  if (!switches(settings.engine, settings.engineVersion)) {
    throw invalidCombination(
      `Modification of transit encryption is not supported for ${settings.engine} ${settings.engineVersion}.`,
    )
  }
  if (mode !== undefined && enabled !== true) {
    throw invalidCombination('To modify transit encryption mode, set encryption-in-transit as enabled.')
  }
  if (settings.tls === 'disabled' && enabled && mode !== 'preferred') {
    throw invalidCombination('To enable encryption-in-transit, you must also set TransitEncryptionMode to preferred.')
  }
  if (settings.tls === 'required' && enabled === false) {
    throw invalidCombination('To disable encryption-in-transit, set TransitEncryptionMode to preferred first.')
  }
  if (settings.tls !== 'disabled' && enabled === false && settings.auth.tokens.length > 0) {
    throw invalidCombination('Encryption-in-transit cannot be disabled while an AUTH token is in use.')
  }
  if (enabled === false) return 'disabled'
  return mode ?? settings.tls
}

export interface AtRestFields {
  readonly AtRestEncryptionEnabled?: boolean | undefined
  readonly KmsKeyId?: string | undefined
}

/** Encryption at rest: on for Valkey and off for Redis unless asked for otherwise. */
export const atRestOf = (fields: AtRestFields, version: EngineVersion): boolean => {
  const atRest = fields.AtRestEncryptionEnabled ?? version.engine === 'valkey'
  if (atRest && !engineHasTls(version.engine, version.full)) {
    throw invalidCombination(`Encryption at-rest is not supported for ${version.engine} ${version.version}.`)
  }
  if (!atRest && fields.KmsKeyId !== undefined) {
    throw invalidCombination('KmsKeyId can only be used with encryption at-rest enabled.')
  }
  return atRest
}
