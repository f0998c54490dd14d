import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchApplyUpdateActionCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { decodeState, encodeState } from '../../emulator/state/format.ts'
import { steadyClock } from '../../emulator/state/steady-clock.ts'
import { manualClock } from '../../emulator/world/clock.ts'
import { createWorld, type World } from '../../emulator/world/world.ts'
import { type Bench, openBench, PAIR, refused, tagPair } from './fixture.ts'
import { knock } from './query.ts'
import { createUser, createUserGroup, passwordOf } from './rbac-fixture.ts'
import { createSharded } from './snapshots-fixture.ts'

const TOKEN = 'state-token-canary-0123456789'
const COLLECTIONS = [
  'groups',
  'clusters',
  'parameterGroups',
  'subnetGroups',
  'snapshots',
  'manualSnapshotTimes',
  'serviceUpdates',
  'updateActions',
  'failoverTests',
  'users',
  'userGroups',
  'tags',
  'events',
  'due',
] as const

/** Makes one of everything, some of it still under way. */
const makeOneOfEverything = async (bench: Bench): Promise<void> => {
  const { client } = bench
  await client.send(
    new CreateCacheParameterGroupCommand({
      CacheParameterGroupName: 'mine',
      CacheParameterGroupFamily: 'redis7',
      Description: 'mine',
    }),
  )
  await client.send(
    new CreateCacheSubnetGroupCommand({
      CacheSubnetGroupName: 'private',
      CacheSubnetGroupDescription: 'private',
      SubnetIds: ['subnet-0123456789abcdef0'],
    }),
  )
  await createUser(client, 'reader')
  await createUser(client, 'everyone', { UserName: 'default' })
  await createUserGroup(client, 'team', ['reader', 'everyone'])
  bench.settle()
  await bench.createGroup({ CacheParameterGroupName: 'mine', SnapshotRetentionLimit: 1 })
  await createSharded(bench, { TransitEncryptionEnabled: true, UserGroupIds: ['team'] })
  await bench.createMemcached()
  await client.send(tagPair())
  bench.settle()
  await client.send(new CreateSnapshotCommand({ CacheClusterId: 'pair-002', SnapshotName: 'copy' }))
  bench.settle()
  await client.send(new TestFailoverCommand({ ReplicationGroupId: 'sharded', NodeGroupId: '0001' }))
  const update = { name: 'fix', region: 'us-east-1', engine: 'redis' }
  await knock(bench.emulator, { method: 'POST', path: '/_service-updates', body: JSON.stringify(update) })
  await client.send(new BatchApplyUpdateActionCommand({ ServiceUpdateName: 'fix', ReplicationGroupIds: ['pair'] }))
  const secured = { ...PAIR, ReplicationGroupId: 'secured', TransitEncryptionEnabled: true, AuthToken: TOKEN }
  await client.send(new CreateReplicationGroupCommand(secured))
}

const worldOf = (bench: Bench) =>
  (bench.emulator.world() as { readonly worlds: readonly Readonly<Record<string, object>>[] }).worlds[0] ?? {}

describe('a state folder', () => {
  let base: string
  let dir: string
  const benches: Bench[] = []
  const file = () => join(dir, 'state.json')
  const open = async () => {
    const bench = await openBench({ stateDir: dir })
    benches.push(bench)
    return bench
  }
  const stop = (bench: Bench) => bench.emulator.stop()

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'larder-state-'))
    dir = join(base, 'state')
  })
  afterEach(async () => {
    for (const bench of benches.splice(0)) {
      bench.client.destroy()
      await bench.emulator.stop()
    }
    await rm(base, { recursive: true, force: true })
  })

  it('brings everything back as it was', async () => {
    const first = await open()
    await makeOneOfEverything(first)
    const before = worldOf(first)
    for (const name of COLLECTIONS) assert.ok(Object.keys(before[name] ?? {}).length > 0, name)
    await stop(first)
    const stored = await readFile(file(), 'utf8')
    assert.ok(stored.includes(TOKEN))
    const second = await open()
    assert.deepEqual(worldOf(second), before)
    await stop(second)
    assert.deepEqual(decodeState(await readFile(file(), 'utf8')).worlds, decodeState(stored).worlds)
  })

  it('lets what was under way go on: its time passed while nobody ran', async () => {
    const first = await open()
    await first.client.send(new CreateReplicationGroupCommand(PAIR))
    assert.equal((await first.group()).Status, 'creating')
    await stop(first)
    const second = await open()
    assert.equal((await second.group()).Status, 'creating')
    await stop(second)
    const third = await openBench({ stateDir: dir, clock: manualClock(Date.UTC(2026, 0, 5, 13)) })
    benches.push(third)
    assert.equal((await third.group()).Status, 'available')
    assert.deepEqual((await third.events('pair')).length, 1)
  })

  it('never lets the time go back', async () => {
    const first = await open()
    first.clock.advance(3_600_000)
    await first.createGroup()
    const shown = first.emulator.clock.now()
    await stop(first)
    const second = await open()
    assert.equal(second.emulator.clock.now(), shown)
    second.clock.advance(1)
    assert.equal(second.emulator.clock.now(), shown + 1)
  })

  it('can be read by its owner only, and shows no secret at the doors', async () => {
    const bench = await open()
    await makeOneOfEverything(bench)
    await stop(bench)
    assert.equal((await stat(dir)).mode & 0o777, 0o700)
    assert.deepEqual(await readdir(dir), ['state.json'])
    assert.equal((await stat(file())).mode & 0o777, 0o600)
    const shown = JSON.stringify((await open()).emulator.world())
    for (const secret of [TOKEN, passwordOf('reader')]) assert.ok(!shown.includes(secret))
  })

  it('belongs to one emulator at a time', async () => {
    const first = await open()
    await first.createGroup()
    await assert.rejects(open(), {
      message: `${dir} is in use by the emulator with the process id ${process.pid}. End that one, or name another folder.`,
    })
    await stop(first)
    assert.equal((await (await open()).group()).Status, 'available')
  })

  for (const [holder, pid] of [
    ['that died', 2 ** 22 + 1],
    ['that had the same process id in another container', process.pid],
  ] as const)
    it(`is taken over from an emulator ${holder}`, async () => {
      await stop(await open())
      await writeFile(join(dir, 'lock'), String(pid))
      await open()
      assert.equal(await readFile(join(dir, 'lock'), 'utf8'), String(process.pid))
    })

  for (const [what, text, reason] of [
    [
      'of another version',
      '{"kind":"larder-elasticache-state","version":99}',
      /has the format 99, and this emulator reads/,
    ],
    [
      'that is not whole',
      `{"kind":"larder-elasticache-state","version":1,"worlds":["${TOKEN}`,
      /is no JSON, or not whole/,
    ],
    ['of something else', '{}', /is no state of this emulator/],
    [
      'that lacks what it must hold',
      '{"kind":"larder-elasticache-state","version":1,"savedAtMs":1,"worlds":[{}]}',
      /names no account/,
    ],
  ] as const)
    it(`with a file ${what} is refused, and stays as it is`, async () => {
      await stop(await open())
      await writeFile(file(), text)
      await assert.rejects(open(), (error: Error) => {
        assert.match(error.message, reason)
        assert.ok(error.message.startsWith(`${file()} cannot be used: `) && /or move the file away/.test(error.message))
        assert.ok(!error.message.includes(TOKEN))
        return true
      })
      assert.deepEqual(await readdir(dir), ['state.json'])
      assert.equal(await readFile(file(), 'utf8'), text)
    })

  it('is refused when it holds files of others', async () => {
    await writeFile(join(base, 'letter.txt'), 'mine')
    await assert.rejects(openBench({ stateDir: base }), /holds other files/)
    assert.deepEqual(await readdir(base), ['letter.txt'])
  })

  it('is not made for an emulator that was not told to', async () => {
    const bench = await openBench()
    benches.push(bench)
    await refused(bench.group('nobody'), 'ReplicationGroupNotFoundFault', /nobody/)
    assert.deepEqual(await readdir(base), [])
  })
})

describe('the text of a state', () => {
  it('brings back any collection of a world, with maps in maps', () => {
    const world: Record<string, unknown> = { ...createWorld({ account: '1', region: 'r' }) }
    const sample = { a: [1, null, new Map([['b', new Map([['c', { d: 'x' }]])]])] }
    for (const [name, value] of Object.entries(world)) {
      if (value instanceof Map) world[name] = new Map([['one', sample]])
      if (Array.isArray(value)) world[name] = [sample]
    }
    const state = { savedAtMs: 1, worlds: [world as unknown as World] }
    assert.deepEqual(decodeState(encodeState(state)), state)
  })

  it('gives a world the collections that it did not know yet', () => {
    const { tags, ...older } = createWorld({ account: '1', region: 'r' })
    assert.equal(tags.size, 0)
    const text = encodeState({ savedAtMs: 1, worlds: [older as World] })
    assert.deepEqual(decodeState(text).worlds[0]?.tags, tags)
  })

  it('refuses what it would lose', () => {
    for (const lost of [new Set([1]), Number.NaN, /x/]) {
      const world = { ...createWorld({ account: '1', region: 'r' }), failoverTests: [lost] } as unknown as World
      assert.throws(() => encodeState({ savedAtMs: 1, worlds: [world] }), TypeError)
    }
  })
})

describe('a steady clock', () => {
  it('goes on from where it was when the other is set back', () => {
    const other = manualClock(1_000)
    const clock = steadyClock(other, 5_000)
    assert.equal(clock.now(), 5_000)
    other.advance(10)
    assert.equal(clock.now(), 5_010)
    other.advance(-500)
    assert.equal(clock.now(), 5_010)
    other.advance(1)
    assert.equal(clock.now(), 5_011)
  })

  it('follows the other when that is ahead', () => {
    const other = manualClock(9_000)
    assert.equal(steadyClock(other, 5_000).now(), 9_000)
  })
})
