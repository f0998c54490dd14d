import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  paginateDescribeCacheClusters,
  paginateDescribeReplicationGroups,
  waitUntilReplicationGroupAvailable,
  waitUntilReplicationGroupDeleted,
} from '@aws-sdk/client-elasticache'
import { after, before, beforeEach, describe, it } from 'mocha'
import type { Fault } from '../../emulator/fault/fault.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'
import { CREDENTIALS, PAIR, REGION, SETTLED_MS } from './fixture.ts'

interface FaultRow {
  readonly name: string
  readonly fault: Fault
  /** What the caller sees: an error's name or code, or nothing when the call works. */
  readonly seen: RegExp | undefined
  readonly committed: boolean
  readonly outcome: string
}

const action = 'CreateReplicationGroup'

const FAULT_ROWS: readonly FaultRow[] = [
  {
    name: 'a reply dropped after commit',
    fault: { action, do: 'dropReplyAfterCommit' },
    seen: /ECONNRESET|hang up/,
    committed: true,
    outcome: 'ok',
  },
  {
    name: 'a reset before commit',
    fault: { action, do: 'resetBeforeCommit' },
    seen: /ECONNRESET|hang up/,
    committed: false,
    outcome: 'reset',
  },
  {
    name: 'throttling',
    fault: { action, do: 'throttle' },
    seen: /Throttling/,
    committed: false,
    outcome: 'Throttling',
  },
  {
    name: 'an internal failure',
    fault: { action, do: 'serverError' },
    seen: /InternalFailure/,
    committed: false,
    outcome: 'InternalFailure',
  },
  {
    name: 'an unavailable service',
    fault: { action, do: 'serverError', status: 503 },
    seen: /ServiceUnavailable/,
    committed: false,
    outcome: 'ServiceUnavailable',
  },
  {
    name: 'an error of one’s choice',
    fault: { action, do: 'error', code: 'InsufficientCacheClusterCapacity', message: 'none left' },
    seen: /InsufficientCacheClusterCapacityFault.*none left/,
    committed: false,
    outcome: 'InsufficientCacheClusterCapacity',
  },
  { name: 'a late reply', fault: { action, do: 'delay', delayMs: 5 }, seen: undefined, committed: true, outcome: 'ok' },
  { name: 'a truncated reply', fault: { action, do: 'truncate' }, seen: /./, committed: true, outcome: 'ok' },
  {
    name: 'a fault for another id',
    fault: { action, id: 'other', do: 'throttle' },
    seen: undefined,
    committed: true,
    outcome: 'ok',
  },
  {
    name: 'a fault for this id',
    fault: { action: '*', id: 'PAIR', do: 'throttle' },
    seen: /Throttling/,
    committed: false,
    outcome: 'Throttling',
  },
]

for (const door of ['http', 'in-process'] as const) {
  describe(`the ${door} door`, () => {
    let emulator: ListeningEmulator
    let clock: ManualClock
    let client: ElastiCacheClient
    const clients: ElastiCacheClient[] = []

    const clientWith = (settings: { readonly region?: string; readonly maxAttempts?: number }) => {
      const made = new ElastiCacheClient({
        region: settings.region ?? REGION,
        credentials: CREDENTIALS,
        maxAttempts: settings.maxAttempts ?? 1,
        ...(door === 'http' ? { endpoint: emulator.url } : { requestHandler: emulator.requestHandler }),
      })
      clients.push(made)
      return made
    }
    const admin = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(emulator.url + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
      return { status: response.status, value: (await response.json()) as Record<string, unknown> }
    }

    before(async () => {
      clock = manualClock()
      emulator = await startEmulator({ nodes: 'none', clock, quotas: { nodesPerRegion: 10_000 } })
    })
    after(async () => {
      for (const made of clients) made.destroy()
      await emulator.stop()
    })
    beforeEach(() => {
      client = clientWith({})
      emulator.faults.clear()
      emulator.clearLedger()
    })

    for (const row of FAULT_ROWS) {
      it(`has ${row.name} on order, once`, async () => {
        const region = `fault-${FAULT_ROWS.indexOf(row)}`
        const regional = clientWith({ region })
        emulator.faults.order(row.fault, clock.now())
        const failure = await regional.send(new CreateReplicationGroupCommand(PAIR)).then(
          () => undefined,
          (error: Error & { readonly Code?: string; readonly code?: string }) =>
            `${error.name} ${error.Code} ${error.code} ${error.message}`,
        )
        if (row.seen === undefined) assert.equal(failure, undefined)
        else assert.match(failure ?? 'no failure', row.seen)
        assert.equal(emulator.ledger()[0]?.outcome, row.outcome)
        if (row.fault.id !== 'other') assert.equal(emulator.ledger()[0]?.fault, row.fault.do)
        emulator.faults.clear()
        const { ReplicationGroups: groups } = await regional.send(new DescribeReplicationGroupsCommand({}))
        assert.equal(groups?.length, row.committed ? 1 : 0)
      })
    }

    it('strikes as often as ordered, and for as long', async () => {
      const outcome = () =>
        client.send(new DescribeCacheClustersCommand({})).then(
          () => 'ok',
          (error: { readonly Code?: string }) => error.Code,
        )
      emulator.faults.order({ action: 'DescribeCacheClusters', do: 'throttle', count: 2 }, clock.now())
      assert.deepEqual([await outcome(), await outcome(), await outcome()], ['Throttling', 'Throttling', 'ok'])
      emulator.faults.order({ action: '*', do: 'throttle', seconds: 2 }, clock.now())
      assert.deepEqual([await outcome(), await outcome()], ['Throttling', 'Throttling'])
      clock.advance(2000)
      assert.equal(await outcome(), 'ok')
    })

    it('lets the SDK retry through a throttle, and shows each attempt in the ledger', async () => {
      emulator.faults.order({ action: 'DescribeReplicationGroups', do: 'throttle', count: 2 }, clock.now())
      await clientWith({ maxAttempts: 3 }).send(new DescribeReplicationGroupsCommand({}))
      assert.deepEqual(
        emulator.ledger().map((entry) => [entry.action, entry.outcome]),
        [
          ['DescribeReplicationGroups', 'Throttling'],
          ['DescribeReplicationGroups', 'Throttling'],
          ['DescribeReplicationGroups', 'ok'],
        ],
      )
    })

    it('pages through 250 groups of two in 3 and 5 calls, in order', async () => {
      const crowd = clientWith({ region: 'crowd-1' })
      const ids = Array.from({ length: 250 }, (_, index) => `g-${String(index).padStart(3, '0')}`)
      for (const ReplicationGroupId of ids)
        await crowd.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId }))
      clock.advance(SETTLED_MS)
      emulator.clearLedger()
      const seen: (string | undefined)[] = []
      for await (const page of paginateDescribeReplicationGroups({ client: crowd }, {})) {
        seen.push(...(page.ReplicationGroups ?? []).map((group) => group.ReplicationGroupId))
      }
      let members = 0
      for await (const page of paginateDescribeCacheClusters({ client: crowd }, {}))
        members += page.CacheClusters?.length ?? 0
      assert.deepEqual(seen, ids)
      assert.equal(members, 500)
      const calls = (name: string) => emulator.ledger().filter((entry) => entry.action === name).length
      assert.deepEqual([calls('DescribeReplicationGroups'), calls('DescribeCacheClusters')], [3, 5])
    })

    it('keeps regions apart', async () => {
      await clientWith({ region: 'eu-west-1' }).send(
        new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: `only-${door}` }),
      )
      await assert.rejects(
        client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: `only-${door}` })),
        /not found/,
      )
    })

    it('satisfies the waiter for available, and fails the one for deleted, as AWS does', async () => {
      const waiting = clientWith({ region: 'waiters-1' })
      const limits = { client: waiting, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }
      await waiting.send(new CreateReplicationGroupCommand(PAIR))
      clock.advance(SETTLED_MS)
      const available = await waitUntilReplicationGroupAvailable(limits, { ReplicationGroupId: 'pair' })
      assert.equal(String(available.state), 'SUCCESS')
      await waiting.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
      await assert.rejects(waitUntilReplicationGroupDeleted(limits, { ReplicationGroupId: 'pair' }))
      clock.advance(SETTLED_MS)
      const deleted = await waitUntilReplicationGroupDeleted(limits, { ReplicationGroupId: 'pair' })
      assert.equal(String(deleted.state), 'SUCCESS')
    })

    it('never shows an AUTH token: not in a reply, the world, the ledger or the faults', async () => {
      const canary = 'canary-token-0123456789'
      const guarded = clientWith({ region: 'canary-1' })
      const reply = await guarded.send(
        new CreateReplicationGroupCommand({ ...PAIR, TransitEncryptionEnabled: true, AuthToken: canary }),
      )
      const shown = [
        reply,
        await guarded.send(new DescribeReplicationGroupsCommand({})),
        await guarded.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true })),
        emulator.world(),
        emulator.ledger(),
        ...(await Promise.all(['/_world', '/_ledger', '/_faults', '/_health'].map((path) => admin('GET', path)))),
      ]
      assert.equal(reply.ReplicationGroup?.AuthTokenEnabled, true)
      assert.ok(!JSON.stringify(shown).includes(canary))
      assert.ok(JSON.stringify(emulator.world()).includes('1 hidden'))
    })

    it('answers at its own doors: health, ledger, faults', async () => {
      const health = await admin('GET', '/_health')
      assert.equal(health.value['status'], 'ok')
      await client.send(new DescribeCacheClustersCommand({}))
      const calls = (await admin('GET', '/_ledger')).value['calls'] as readonly { readonly action: string }[]
      assert.deepEqual(
        calls.map((call) => call.action),
        ['DescribeCacheClusters'],
      )
      assert.deepEqual((await admin('DELETE', '/_ledger')).value, { calls: [] })
      const wrong = await admin('POST', '/_faults', { action: 'X', do: 'explode', colour: 'red' })
      assert.equal(wrong.status, 400)
      assert.match(String(wrong.value['error']), /unknown field colour; do must be one of/)
      await admin('POST', '/_faults', [{ action: '*', do: 'throttle', count: 3 }])
      assert.deepEqual((await admin('GET', '/_faults')).value, { faults: [{ action: '*', do: 'throttle', count: 3 }] })
      assert.deepEqual((await admin('DELETE', '/_faults')).value, { faults: [] })
      assert.equal((await admin('GET', '/_nothing')).status, 404)
    })
  })
}
