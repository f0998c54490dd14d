import type { Clock } from '../time/clock.ts'
import type { AwsConnection } from './client/connect.ts'

/** Where caches live: a region, of the operator's own account or of one that a role leads to. */
export interface Target {
  readonly account?: string
  readonly region: string
  /** The ARN of the role that leads there; unset: the operator's own credentials. */
  readonly role?: string
}

/**
 * One connection for each target, with its own snapshot, token bucket and credentials. It is opened when it is first asked for,
 * and closed when no cache has been watched there for a minute; so ask each time, and keep none.
 */
export interface Fleet {
  for(target: Target): AwsConnection
  /** What is open now. */
  open(): readonly { readonly target: Target; readonly connection: AwsConnection }[]
  close(): void
}

export interface FleetOptions {
  readonly clock: Clock
  /** Makes the connection of a target, with its listeners, and starts its polls if that is due. */
  readonly connect: (target: Target) => AwsConnection
}

/** An object that is made anew right after the last one went finds the connection still open. */
const lingerMs = 60_000

const keyOf = ({ account = '', region, role = '' }: Target) => [account, region, role].join(' ')

interface Berth {
  readonly target: Target
  readonly connection: AwsConnection
  cancel: () => void
}

export const fleetOf = ({ clock, connect }: FleetOptions): Fleet => {
  const berths = new Map<string, Berth>()
  const closeSoon = (key: string, berth: Berth): void => {
    berth.cancel()
    berth.cancel = clock.after(lingerMs, () => {
      if (berth.connection.polling.figures().watched > 0) return
      berths.delete(key)
      berth.connection.close()
    })
  }
  const opened = (key: string, target: Target): Berth => {
    const connection = connect(target)
    const forget = (id: string) => {
      connection.aws.forget(id)
      if (connection.polling.figures().watched === 0) closeSoon(key, berth)
    }
    const berth: Berth = {
      target,
      connection: { ...connection, aws: { ...connection.aws, forget } },
      cancel: () => undefined,
    }
    berths.set(key, berth)
    return berth
  }
  return {
    for: (target) => {
      const key = keyOf(target)
      const berth = berths.get(key) ?? opened(key, target)
      // Whoever asks may be about to watch: the time begins anew.
      if (berth.connection.polling.figures().watched === 0) closeSoon(key, berth)
      return berth.connection
    },
    open: () => [...berths.values()].map(({ target, connection }) => ({ target, connection })),
    close: () => {
      for (const { cancel, connection } of berths.values()) {
        cancel()
        connection.close()
      }
      berths.clear()
    },
  }
}
