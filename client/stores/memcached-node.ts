import { createNode, type MemcacheNode } from 'memcache'
import type { Address } from '../address.ts'
import { CacheError, CacheRefusal } from '../errors.ts'
import { DeadlinePassed, within } from './deadline.ts'
import { exptimeOf } from './memcached-protocol.ts'
import type { Limits, Store } from './store.ts'

export interface MemcachedNodeOptions {
  readonly tls: boolean
  readonly certificates?: string // PEM
  readonly limits: Limits
  readonly now: () => number // Unix time in milliseconds
}

/** An idle connection is given up after this long, and made anew when it is wanted. */
const idleMs = 5 * 60_000

/**
 * One memcached server. Every connection is a fresh node of the driver: the driver's own way back from a lost connection
 * keeps half-read replies, and makes a connection for each caller that waits for one.
 */
export const memcachedNode = ({ host, port }: Address, options: MemcachedNodeOptions): Store => {
  const { limits, now } = options
  let current: Promise<MemcacheNode> | undefined

  const open = async (): Promise<MemcacheNode> => {
    const node = createNode(host, port, {
      timeout: idleMs,
      ...(options.tls ? { tls: options.certificates ? { ca: options.certificates } : true } : {}),
    })
    try {
      await within(limits.connectTimeoutMs, node.connect())
    } catch (error) {
      await node.disconnect()
      throw error
    }
    return node
  }

  const connection = (): Promise<MemcacheNode> => {
    if (current) return current
    const opened = open()
    const forget = () => {
      if (current === opened) current = undefined
    }
    current = opened
    opened.then((node) => {
      node.on('close', forget)
      if (!node.isConnected()) forget()
    }, forget)
    return opened
  }

  const drop = async (): Promise<void> => {
    const dropped = current
    current = undefined
    await dropped?.then((node) => node.disconnect()).catch(() => {})
  }

  /** The reply to one command; what the server refuses is a CacheRefusal, all else that fails a CacheError. */
  const reply = async (command: string, shape?: Parameters<MemcacheNode['command']>[1]): Promise<unknown> => {
    try {
      return await within(
        limits.timeoutMs,
        connection().then((node) => node.command(command, shape)),
      )
    } catch (error) {
      if (error instanceof DeadlinePassed) void drop() // the reply to this command must not be waited for by the next
      if (error instanceof CacheError) throw error
      const message = error instanceof Error ? error.message : 'unknown failure'
      throw /^(ERROR|CLIENT_ERROR|SERVER_ERROR)/.test(message) ? new CacheRefusal(message) : new CacheError(message)
    }
  }

  const expect = async (command: string, ...good: readonly string[]): Promise<void> => {
    const answer = await reply(command)
    if (!good.includes(String(answer))) throw new CacheRefusal(`unexpected reply ${String(answer)}`)
  }

  return {
    get: async (key) => {
      const found = (await reply(`get ${key}`, { isMultiline: true, requestedKeys: [key] })) as
        | { readonly values?: readonly string[] }
        | undefined
      return found?.values?.[0]
    },
    set: (key, text, ttlMs) =>
      expect(`set ${key} 0 ${exptimeOf(ttlMs, now())} ${Buffer.byteLength(text)}\r\n${text}`, 'STORED'),
    delete: (key) => expect(`delete ${key}`, 'DELETED', 'NOT_FOUND'),
    close: drop,
  }
}
