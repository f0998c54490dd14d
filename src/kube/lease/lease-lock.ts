import type { Kind } from '../../crds/kind.ts'
import { isRecord, objectOf } from '../cache/slim.ts'
import { pathOf } from '../key.ts'
import { type Key, KubeError } from '../port.ts'
import { type Transport, type TransportOptions, transportOf } from '../transport/transport.ts'
import { microTimeOf } from '../write/events.ts'

/** A Lease as electors see it. Its times are for people: who judges by them trusts strangers' clocks. */
export interface LeaseRecord {
  /** '' when nobody holds it. */
  readonly holder: string
  readonly durationSeconds: number
  readonly acquiredWallMs: number
  readonly renewedWallMs: number
  readonly transitions: number
}

export interface LeaseSeen extends LeaseRecord {
  /** Differs after every write. */
  readonly version: string
}

/** The one lease that is fought for. Every method may reject with KubeError. */
export interface LeaseLock {
  read(): Promise<LeaseSeen | undefined>
  /** Conflict when there is one already. */
  create(record: LeaseRecord): Promise<LeaseSeen>
  /** Conflict when `version` is not the one that stands. */
  replace(record: LeaseRecord, version: string): Promise<LeaseSeen>
}

const leaseKind: Kind = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

const seenOf = (raw: unknown): LeaseSeen => {
  const { metadata, spec } = objectOf(raw)
  const said = isRecord(spec) ? spec : {}
  const wallMsOf = (time: unknown) => (typeof time === 'string' ? Date.parse(time) : 0)
  return {
    holder: typeof said.holderIdentity === 'string' ? said.holderIdentity : '',
    durationSeconds: Number(said.leaseDurationSeconds ?? 0),
    acquiredWallMs: wallMsOf(said.acquireTime),
    renewedWallMs: wallMsOf(said.renewTime),
    transitions: Number(said.leaseTransitions ?? 0),
    version: `${metadata.uid}/${metadata.resourceVersion}`,
  }
}

const bodyOf = ({ namespace, name }: Key, record: LeaseRecord, version?: string) => {
  const [uid, resourceVersion] = version?.split('/') ?? []
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      acquireTime: microTimeOf(record.acquiredWallMs),
      renewTime: microTimeOf(record.renewedWallMs),
      leaseTransitions: record.transitions,
    },
  }
}

/**
 * Connections for the lease alone: one, and another for when the first hangs. On the shared ones a renewal would stand behind the
 * requests of all workers, and while the API server is slow the lease would be lost in that queue.
 */
export const leaseTransportOf = (options: Omit<TransportOptions, 'connections'>): Transport =>
  transportOf({ ...options, connections: 2 })

/** The lease `key` in the API server, over connections of its own. `timeoutMs` bounds each request; keep it well under the renewal deadline. */
export const leaseLockOf = (transport: Transport, key: Key, timeoutMs = 4000): LeaseLock => {
  const path = pathOf(leaseKind, key)
  return {
    read: async () => {
      try {
        return seenOf(await transport.request({ method: 'GET', path, timeoutMs }))
      } catch (error) {
        if (error instanceof KubeError && error.failure.is === 'notFound') return undefined
        throw error
      }
    },
    create: async (record) => {
      const collection = pathOf(leaseKind, { ...key, name: '' })
      const body = bodyOf(key, record)
      return seenOf(await transport.request({ method: 'POST', path: collection, body, timeoutMs }))
    },
    replace: async (record, version) =>
      seenOf(await transport.request({ method: 'PUT', path, body: bodyOf(key, record, version), timeoutMs })),
  }
}
