import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { openSharded, type ShardedBench } from './reshard-fixture.ts'

const TOKEN = 'a-token-of-16-letters-or-more'

/** Keys of every byte there is, most of them no UTF-8. */
const binaryKeys = Array.from({ length: 600 }, (_, number) =>
  Buffer.from([number % 256, 0xff, 0, 0x0d, 0x0a, 0xc3, 0x28, number >> 8]),
)

for (const Engine of ['redis', 'valkey']) {
  describe(`a reshard of ${Engine} with TLS and a token`, () => {
    let bench: ShardedBench | undefined
    after(() => bench?.close())

    it('moves keys that are no text, values that are large, and what expires', async () => {
      bench = await openSharded({ Engine, TransitEncryptionEnabled: true, AuthToken: TOKEN })
      const ca = readFileSync((bench.emulator.engines as ProcessEngines).caFile, 'utf8')
      const cluster = await bench.connect({ token: TOKEN, ca })
      for (const [number, key] of binaryKeys.entries())
        await cluster.set(key, Buffer.concat([key, key]), 'EX', 900 + number)
      await cluster.set('large', 'x'.repeat(600_000))
      await bench.begin({ NodeGroupCount: 3 })
      await bench.available()
      for (const key of binaryKeys) {
        assert.deepEqual(await cluster.getBuffer(key), Buffer.concat([key, key]))
        assert.ok((await cluster.ttl(key)) > 0)
      }
      assert.equal((await cluster.get('large'))?.length, 600_000)
      const counts = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()))
      assert.equal(counts.length, 3)
      assert.ok(counts.every((count) => count > 0))
    })
  })
}
