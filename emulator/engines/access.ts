import { customerRules } from './access-rules.ts'
import type { Log } from './log.ts'
import type { NodeWanted } from './port.ts'
import { type RedisConnection, RedisError } from './resp.ts'

/** Who may log in at one running server, and as whom. */
export interface Access {
  /** Makes the customer's users on the server what is wanted, without touching those that stay as they are. */
  apply(redis: RedisConnection, wanted: NodeWanted): Promise<void>
}

/** A user that nobody can log in as: on it a rule is tried. */
const PROBE = 'larder-probe'

/** Rules that every server knows, and that would open the probe. */
const OPENING = new Set(['on', 'nopass'])

/** Follows the users of a server that was started for `started`. */
export function createAccess(started: NodeWanted, log: Log): Access {
  // Users are not in the configuration file: only `default` begins as it is wanted.
  const told = new Map<string, string>(
    [...customerRules(started)].slice(0, 1).map(([name, rules]) => [name, rules.join(' ')]),
  )
  if (started.users !== undefined) told.clear()

  /** Rules that this server understands; an older one may not know a command that AWS's does. */
  const understood = async (redis: RedisConnection, rules: readonly string[]): Promise<readonly string[]> => {
    const good: string[] = []
    for (const rule of rules) {
      if (OPENING.has(rule)) {
        good.push(rule)
        continue
      }
      try {
        await redis.call('ACL', 'SETUSER', PROBE, rule)
        good.push(rule)
      } catch (error) {
        if (!(error instanceof RedisError)) throw error
        log(`${started.key}: the access rule ${rule} is left out: ${error.message}`)
      }
    }
    await redis.call('ACL', 'DELUSER', PROBE)
    return good
  }

  const setUser = async (redis: RedisConnection, name: string, rules: readonly string[]) => {
    try {
      await redis.call('ACL', 'SETUSER', name, ...rules)
    } catch (error) {
      if (!(error instanceof RedisError)) throw error
      await redis.call('ACL', 'SETUSER', name, ...(await understood(redis, rules)))
    }
  }

  return {
    async apply(redis, wanted) {
      const rulesOf = customerRules(wanted)
      const gone = [...told.keys()].filter((name) => !rulesOf.has(name))
      // Deleting a user cuts its connections.
      if (gone.length > 0) await redis.call('ACL', 'DELUSER', ...gone)
      for (const name of gone) told.delete(name)
      for (const [name, rules] of rulesOf) {
        if (told.get(name) === rules.join(' ')) continue
        await setUser(redis, name, rules)
        told.set(name, rules.join(' '))
      }
    },
  }
}
