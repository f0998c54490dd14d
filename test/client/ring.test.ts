import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { ringOf } from '../../client/stores/ring.ts'

const servers = ['cache-1:11211', 'cache-2:11211', 'cache-3:11211', 'cache-4:11211'] as const
const keys = Array.from({ length: 4_000 }, (_, index) => `product:${index}`)

describe('the ring of memcached servers', () => {
  it('gives every server about its share, also of keys that differ by a digit', () => {
    const ring = ringOf(servers)
    for (const server of servers) {
      const share = keys.filter((key) => ring(key) === server).length / keys.length
      assert.ok(share > 0.2 && share < 0.3, `${server}: ${share}`)
    }
  })

  it('moves only the keys of a server that goes', () => {
    const [, ...left] = servers
    const whole = ringOf(servers)
    const reduced = ringOf(left as [string, ...string[]])
    for (const key of keys) if (whole(key) !== servers[0]) assert.equal(reduced(key), whole(key))
  })

  it('does not depend on the order of the servers', () => {
    const ring = ringOf(servers)
    fc.assert(
      fc.property(fc.shuffledSubarray([...servers], { minLength: 4 }), fc.string(), (shuffled, key) => {
        return ringOf(shuffled as [string, ...string[]])(key) === ring(key)
      }),
      { numRuns: 20 },
    )
  })

  it('has a server for every key', () => {
    const ring = ringOf(servers)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (key) => servers.some((server) => server === ring(key))))
  })
})
