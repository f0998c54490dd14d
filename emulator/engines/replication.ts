import { setTimeout as pause } from 'node:timers/promises'
import type { NodeWanted } from './port.ts'
import { feeds, type Role, roleOf, same } from './replication-role.ts'
import type { RedisServer } from './server.ts'

/** A running node of a replication group or cluster. */
export interface Member {
  readonly wanted: NodeWanted
  readonly server: RedisServer
}

/** How long a planned change of primary waits for the new one to have all data, before it is forced or, if durable, put off. */
const HANDOVER_MS = '2000'
const LOOK_AGAIN_MS = 20

/**
 * Takes one step towards the wanted roles of a group without cluster mode. Gives the keys of the nodes that have them.
 * A living old primary hands over (no acknowledged write is lost); from a dead one its replica just takes over, unless
 * the group is durable: then it waits for the old primary, which has every acknowledged write in its file.
 */
export async function stepReplication(members: readonly Member[]): Promise<ReadonlySet<string>> {
  const settled = new Set<string>()
  const roles = await Promise.all(members.map(({ server }) => roleOf(server)))
  for (const [index, { wanted, server }] of members.entries()) {
    const role = roles[index]
    if (!role) continue
    if (wanted.primary === undefined) {
      if (role.is === 'master') settled.add(wanted.key)
      else await promote({ wanted, server }, role, members)
      continue
    }
    const primary = members.findIndex((member) => member.wanted.key === wanted.primary)
    const place = members[primary]?.server.place
    const above = roles[primary]
    if (!place || above?.is !== 'master') continue
    if (role.is === 'master' || !same(role.of, place)) {
      await (await server.admin()).call('REPLICAOF', place.host, String(place.port))
    } else if (role.linked && feeds(above, server.place)) settled.add(wanted.key)
  }
  return settled
}

async function promote(next: Member, role: Role, members: readonly Member[]): Promise<void> {
  const durable = next.wanted.durability !== undefined
  const old = members.find(({ server, wanted }) => same(role.of, server.place) && wanted.primary === next.wanted.key)
  if (old && role.linked) {
    const { host, port } = next.server.place
    const target = ['FAILOVER', 'TO', host, String(port)]
    const handover = [...target, ...(durable ? [] : ['FORCE']), 'TIMEOUT', HANDOVER_MS]
    const begun = await (await old.server.admin()).call(...handover).catch(() => undefined)
    // Refused: the old primary does not count the new one as fed yet, which takes a second after a first copy.
    return begun === 'OK' ? waitForHandover(old.server) : undefined
  }
  if (durable) return
  await (await next.server.admin()).call('REPLICAOF', 'NO', 'ONE')
}

async function waitForHandover(old: RedisServer): Promise<void> {
  const redis = await old.admin()
  for (;;) {
    const info = String(await redis.call('INFO', 'replication'))
    if (info.includes('master_failover_state:no-failover')) return
    await pause(LOOK_AGAIN_MS)
  }
}
