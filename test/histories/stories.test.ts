import assert from 'node:assert/strict'
import { CreateReplicationGroupCommand, RemoveTagsFromResourceCommand } from '@aws-sdk/client-elasticache'
import { afterEach, describe, it } from 'mocha'
import { annotation, cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import { readersServed, readyIsTrue, secretsKept, statusHonest, staysQuiet } from './oracles.ts'
import { at, type Cluster, openWorld, type World } from './world.ts'

const minuteMs = 60_000
const type = 'cache.m6g.large'
const base = { engine: 'redis', engineVersion: '7.1', nodes: { type }, maintenance: { overlap: '10m' } }
const nodes = (more: object) => ({ ...base, nodes: { type, ...more } })
const tls = { encryption: { inTransit: 'Required' } }
const generated = { ...base, ...tls, auth: { mode: 'Token' } }
const referenced = { ...base, ...tls, auth: { mode: 'Token', token: { secretRef: { name: 'mine', key: 'token' } } } }

let worlds: World[] = []
const open = async (
  ...names: readonly string[]
): Promise<{ readonly world: World; readonly all: readonly Cluster[]; readonly east: Cluster }> => {
  const world = await openWorld((names.length === 0 ? ['prod'] : names).map((clusterName) => ({ clusterName })))
  worlds.push(world)
  const [east] = world.clusters
  assert.ok(east)
  return { world, all: world.clusters, east }
}
const apply = ({ kubernetes }: Cluster, name: string, spec: object) =>
  kubernetes.apply(cacheClusterKind, at(name), spec)
const remove = ({ kubernetes }: Cluster, name: string) => kubernetes.remove(cacheClusterKind, at(name))
const quiet = async (world: World) => assert.ok(await world.quiet(), 'it comes to rest')
const ready = (cluster: Cluster, name: string) => cluster.condition(name, 'Ready')?.status === 'True'
const stalled = (cluster: Cluster, name: string, reason: string): string => {
  const condition = cluster.condition(name, 'Stalled')
  assert.equal(condition?.reason, reason, JSON.stringify(cluster.condition(name, 'Ready')))
  return condition?.message ?? ''
}
/** Calls that changed something, as `Action outcome`. */
const acts = ({ account }: World, who = 'east', sinceMs = 0) =>
  account.calls
    .filter((call) => call.write && call.who === who && call.atMs >= sinceMs)
    .map(({ action, outcome }) => (outcome === 'ok' ? action : `${action} ${outcome}`))
const cured = ({ kubernetes, condition }: Cluster, name: string) => {
  const said = /(larder\.dev\/[a-z-]+)=([^\s;]+)/.exec(condition(name, 'Stalled')?.message ?? '')
  assert.ok(said, condition(name, 'Stalled')?.message)
  kubernetes.annotate(cacheClusterKind, at(name), { [said[1] ?? '']: said[2] })
}
const leftInAws = async ({ account }: World) => [
  ...(await account.held()).map(({ id }) => id),
  ...(await account.parameterGroups()).map(({ name }) => name),
]

afterEach(async () => {
  for (const world of worlds) {
    assert.deepEqual(statusHonest(world), [])
    assert.deepEqual(secretsKept(world), [])
    await world.close()
  }
  worlds = []
})

describe('a spec that changes ends as asked, costs nothing then, and leaves nothing behind when it goes', () => {
  const enabled = (more: object) => nodes({ replicasPerShard: 1, clusterMode: 'Enabled', ...more })
  const memcached = (count: number, engineVersion = '1.6.12') => ({
    engine: 'memcached',
    engineVersion,
    nodes: { type, count },
  })
  const all: Readonly<Record<string, readonly object[]>> = {
    'replicas 0, 2, 1, 0': [0, 2, 1, 0].map((replicasPerShard) => nodes({ replicasPerShard })),
    'TLS off, required, off': [base, { ...base, ...tls }, { ...base, encryption: { inTransit: 'Disabled' } }],
    'cluster mode off, on with 3 shards, 2 shards': [
      nodes({ replicasPerShard: 1 }),
      enabled({ shards: 3 }),
      enabled({ shards: 2 }),
    ],
    'cluster mode on without replicas': [base, nodes({ clusterMode: 'Enabled' })],
    'compatible and back': ['Disabled', 'Compatible', 'Disabled'].map((clusterMode) =>
      nodes({ replicasPerShard: 1, clusterMode }),
    ),
    'redis to valkey with parameters': [
      { ...base, parameters: { timeout: '20' } },
      { ...base, engine: 'valkey', engineVersion: '8.0', parameters: { timeout: '20' } },
    ],
    'redis 6.2 to 7.1 with replicas': ['6.2', '7.1'].map((engineVersion) => ({
      ...nodes({ replicasPerShard: 1 }),
      engineVersion,
    })),
    'redis 5.0.6 to valkey 8 in cluster mode': [
      { ...nodes({ replicasPerShard: 1 }), engineVersion: '5.0.6' },
      { ...enabled({ shards: 2 }), engine: 'valkey', engineVersion: '8.0' },
    ],
    'a token for an open cache with TLS': [{ ...base, ...tls }, generated],
    'TLS and a token at once': [base, generated],
    'a smaller node type': ['cache.m6g.xlarge', type].map((one) => nodes({ type: one, replicasPerShard: 1 })),
    'everything at once': [
      base,
      {
        ...generated,
        engine: 'valkey',
        engineVersion: '8.0',
        nodes: { type: 'cache.m6g.xlarge', replicasPerShard: 2, clusterMode: 'Enabled', shards: 2 },
        parameters: { timeout: '30' },
        tags: { a: 'b' },
      },
    ],
    'memcached with 1, 3, 2 nodes and another version': [
      memcached(1),
      memcached(3),
      memcached(2),
      memcached(2, '1.6.22'),
    ],
    'parameters of its own, a group that stands, others of its own': [
      { ...base, parameters: { timeout: '20' } },
      { ...base, parameterGroupName: 'default.redis7' },
      { ...base, parameters: { timeout: '25' } },
    ],
    'cluster mode with parameters, then none': [
      { ...enabled({}), parameters: { timeout: '20' } },
      { ...enabled({}), parameters: {} },
    ],
    'an upgrade into cluster mode with parameters': [
      { ...nodes({ replicasPerShard: 1 }), engineVersion: '6.2', parameters: { timeout: '20' } },
      { ...enabled({}), parameters: { timeout: '20' } },
    ],
    'no version, with parameters': [{ engine: 'valkey', nodes: { type }, parameters: { timeout: '20' } }],
  }
  for (const [what, specs] of Object.entries(all)) {
    it(what, async () => {
      const { world, east } = await open()
      const readers = readersServed(world, () => false)
      for (const spec of specs) {
        apply(east, 'sessions', spec)
        await quiet(world)
        assert.ok(ready(east, 'sessions'), JSON.stringify(east.condition('sessions', 'Ready')))
        assert.deepEqual(await readyIsTrue(world), [])
      }
      assert.deepEqual(await staysQuiet(world), [])
      remove(east, 'sessions')
      await quiet(world)
      assert.equal(east.cache('sessions'), undefined)
      assert.deepEqual(await leftInAws(world), [])
      assert.deepEqual([...readers.wrong], [])
    })
  }
})

describe('what only a person can decide is said with the field or the word that decides it', () => {
  it('another node type while in Compatible, which AWS refuses', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', nodes({ replicasPerShard: 1, clusterMode: 'Compatible' }))
    await quiet(world)
    apply(east, 'sessions', nodes({ replicasPerShard: 1, clusterMode: 'Compatible', type: 'cache.m6g.xlarge' }))
    await quiet(world)
    assert.match(stalled(east, 'sessions', 'InvalidCombination'), /^spec\.nodes\.type: .*compatible/i)
    apply(east, 'sessions', nodes({ replicasPerShard: 1, clusterMode: 'Compatible' }))
    await quiet(world)
    assert.ok(ready(east, 'sessions'))
    assert.deepEqual(await readyIsTrue(world), [])
  })

  it('a reboot for parameters of memcached', async () => {
    const { world, east } = await open()
    const memcached = { engine: 'memcached', engineVersion: '1.6.22', nodes: { type } }
    apply(east, 'sessions', { ...memcached, parameters: { max_item_size: '2097152' } })
    await quiet(world)
    apply(east, 'sessions', { ...memcached, parameters: {} })
    await quiet(world)
    stalled(east, 'sessions', 'RebootPending')
    cured(east, 'sessions')
    await quiet(world)
    assert.ok(ready(east, 'sessions'), JSON.stringify(east.condition('sessions', 'Ready')))
    remove(east, 'sessions')
    await quiet(world)
    assert.deepEqual(await leftInAws(world), [])
  })
})

describe('who owns what', () => {
  it('two clusters of one name in one account: the second is told, and touches nothing, in deletion too', async () => {
    const { world, all, east } = await open('prod', 'prod')
    const west = all[1] as Cluster
    apply(east, 'sessions', base)
    await quiet(world)
    apply(west, 'sessions', base)
    await quiet(world)
    assert.match(stalled(west, 'sessions', 'NotOurs'), /larder\.dev\/take-over=east-0000-uid/)
    assert.deepEqual(west.kubernetes.secrets(), [])
    remove(west, 'sessions')
    await quiet(world)
    assert.equal(west.cache('sessions'), undefined)
    assert.deepEqual(acts(world, 'west'), [])
    assert.ok(ready(east, 'sessions'))
  })

  it('a cluster that was rebuilt takes its caches over when a person says so', async () => {
    const { world, all, east } = await open('prod', 'prod')
    const west = all[1] as Cluster
    apply(east, 'sessions', base)
    await quiet(world)
    east.life.stop()
    apply(west, 'sessions', base)
    await quiet(world)
    cured(west, 'sessions')
    await quiet(world)
    assert.ok(ready(west, 'sessions'))
    assert.deepEqual(await readyIsTrue({ ...world, clusters: [west] }), [])
  })

  it('another --cluster-name: nothing is touched, in deletion too, until the name is set back', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', base)
    await quiet(world)
    east.restart({ clusterName: 'larder' })
    const sinceMs = world.clock.nowMs()
    await quiet(world)
    assert.match(stalled(east, 'sessions', 'IdentityChanged'), /--cluster-name larder/)
    remove(east, 'sessions')
    await quiet(world)
    stalled(east, 'sessions', 'IdentityChanged')
    assert.deepEqual(acts(world, 'east', sinceMs), [])
    east.restart({ clusterName: 'prod' })
    await quiet(world)
    assert.deepEqual(await leftInAws(world), [])
  })

  it('two CacheClusters with one Secret name: the first keeps it, the second says so', async () => {
    const { world, east } = await open()
    apply(east, 'old', { ...base, connection: { secretName: 'cache' } })
    await quiet(world)
    const before = east.kubernetes.secret(at('cache'))
    apply(east, 'new', { ...base, connection: { secretName: 'cache' } })
    await quiet(world)
    assert.match(stalled(east, 'new', 'SecretTaken'), /spec\.connection\.secretName.* cache /)
    assert.ok(ready(east, 'old'))
    assert.deepEqual(east.kubernetes.secret(at('cache')), before)
    apply(east, 'new', { ...base, connection: { secretName: 'other' } })
    await quiet(world)
    assert.ok(ready(east, 'new'))
  })

  for (const data of [
    { username: 'admin', password: 'hunter2hunter2hunter2' },
    { token: 'ghpABCDEFGHIJKLMNOPQRSTUVWX0123456789' },
  ]) {
    it(`a Secret sessions-auth of others with ${Object.keys(data)} is neither read for a token, nor written, nor collected`, async () => {
      const { world, east } = await open()
      for (const value of Object.values(data)) world.canaries.add(value)
      world.canaries.delete('admin')
      east.kubernetes.writeSecret(at('sessions-auth'), data)
      const before = east.kubernetes.secret(at('sessions-auth'))
      apply(east, 'sessions', generated)
      await quiet(world)
      assert.match(stalled(east, 'sessions', 'SecretTaken'), /sessions-auth/)
      assert.deepEqual(acts(world), [])
      remove(east, 'sessions')
      await quiet(world)
      assert.deepEqual(east.kubernetes.secret(at('sessions-auth')), before)
    })
  }

  it('an id that is a node of another cache is said to be taken, after few tries', async () => {
    const { world, east } = await open()
    await world.account.person.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: 'prod-shop-x',
        ReplicationGroupDescription: 'of a person',
        CacheNodeType: type,
        Engine: 'redis',
        NumCacheClusters: 1,
      }),
    )
    // Whatever the id of a memcached cluster would be, it must not be one that AWS gives to a node.
    apply(east, 'x-001', { engine: 'memcached', nodes: { type } })
    await quiet(world)
    assert.ok(ready(east, 'x-001'), JSON.stringify(east.condition('x-001', 'Ready')))
    assert.notEqual(east.status('x-001').id, 'prod-shop-x-001')
  })

  it('a cache whose owner tags a person took off stays ours, and gets them back', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', base)
    await quiet(world)
    const ResourceName = String(east.status('sessions').arn)
    for (const TagKeys of [
      ['larder.dev/name', 'larder.dev/uid'],
      ['larder.dev/cluster', 'larder.dev/cluster-uid', 'larder.dev/namespace', 'larder.dev/name', 'larder.dev/uid'],
    ]) {
      await world.account.person.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys }))
      await world.pass(80 * minuteMs)
      await quiet(world)
      assert.ok(ready(east, 'sessions'))
      assert.deepEqual(await readyIsTrue(world), [])
    }
    await world.account.person.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['larder.dev/name'] }))
    remove(east, 'sessions')
    await quiet(world)
    assert.deepEqual(await leftInAws(world), [])
  })
})

describe('tokens', () => {
  const token = (letter: string) => letter.repeat(20)
  const give = (world: World, { kubernetes }: Cluster, letter: string) => {
    world.canaries.add(token(letter))
    kubernetes.writeSecret(at('mine'), { token: token(letter) })
  }

  it('a new one is handed out once AWS has taken it in, and the one before is good for the overlap', async () => {
    const { world, east } = await open()
    const readers = readersServed(world, () => false)
    give(world, east, 'A')
    apply(east, 'sessions', referenced)
    await quiet(world)
    give(world, east, 'B')
    await world.until('it is rotated', () => world.account.tokens('prod-shop-sessions').includes(token('B')))
    assert.equal(east.kubernetes.secret(at('sessions'))?.data.password, token('A'), 'not before AWS is done')
    await world.until('it is handed out', () => east.kubernetes.secret(at('sessions'))?.data.password === token('B'))
    assert.deepEqual(world.account.tokens('prod-shop-sessions'), [token('A'), token('B')])
    await world.pass(9 * minuteMs)
    assert.deepEqual(world.account.tokens('prod-shop-sessions'), [token('A'), token('B')])
    assert.ok(ready(east, 'sessions'))
    await quiet(world)
    assert.deepEqual(world.account.tokens('prod-shop-sessions'), [token('B')])
    assert.deepEqual([...readers.wrong], [])
  })

  for (const passMs of [1000, 40_000, 3 * minuteMs, 20 * minuteMs]) {
    it(`a new one that is taken back after ${passMs / 1000} s ends with the old one, and nobody is cut off`, async () => {
      const { world, east } = await open()
      const readers = readersServed(world, () => false)
      give(world, east, 'A')
      apply(east, 'sessions', referenced)
      await quiet(world)
      give(world, east, 'B')
      await world.until('it is seen', () => acts(world).includes('ModifyReplicationGroup'))
      await world.pass(passMs)
      give(world, east, 'A')
      await quiet(world)
      assert.ok(ready(east, 'sessions'), JSON.stringify(east.condition('sessions', 'Ready')))
      assert.equal(east.kubernetes.secret(at('sessions'))?.data.password, token('A'))
      assert.ok(world.account.tokens('prod-shop-sessions').includes(token('A')))
      assert.deepEqual([...readers.wrong], [])
    })
  }

  it('one that the spec drops stays told, since AWS takes none off a cache', async () => {
    const { world, east } = await open()
    const readers = readersServed(world, () => false)
    apply(east, 'sessions', generated)
    await quiet(world)
    const before = east.kubernetes.secret(at('sessions'))?.data
    apply(east, 'sessions', { ...base, ...tls })
    await quiet(world)
    assert.match(stalled(east, 'sessions', 'NotSupported'), /spec\.auth\.mode/)
    assert.deepEqual(east.kubernetes.secret(at('sessions'))?.data, before)
    apply(east, 'sessions', generated)
    await quiet(world)
    assert.ok(ready(east, 'sessions'))
    assert.deepEqual([...readers.wrong], [])
  })

  it('no way in ends before the Secrets tell the other one, though the overlap is none and Secrets may not be written', async () => {
    const { world, east } = await open()
    const readers = readersServed(world, () => false)
    const maintenance = { overlap: '0s' }
    apply(east, 'sessions', { ...base, maintenance })
    await quiet(world)
    const end = east.kubernetes.refuse(({ key: { name }, verb }) =>
      name.startsWith('sessions') && name !== 'sessions-auth' && verb === 'apply'
        ? { is: 'forbidden', status: 403, reason: 'Forbidden', message: 'x', words: 'no' }
        : undefined,
    )
    apply(east, 'sessions', { ...generated, maintenance })
    await quiet(world)
    assert.deepEqual([...readers.wrong], [])
    stalled(east, 'sessions', 'KubernetesRefused')
    end()
    await quiet(world)
    assert.ok(ready(east, 'sessions'), JSON.stringify(east.condition('sessions', 'Ready')))
    assert.deepEqual([...readers.wrong], [])
  })

  it('a generated one outlives a cache that is retained, and leads back to it', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', { ...generated, deletionPolicy: 'Retain' })
    await quiet(world)
    const before = east.kubernetes.secret(at('sessions-auth'))?.data.token
    remove(east, 'sessions')
    await quiet(world)
    assert.equal(east.kubernetes.secret(at('sessions-auth'))?.data.token, before)
    apply(east, 'back', {
      ...referenced,
      auth: { mode: 'Token', token: { secretRef: { name: 'sessions-auth', key: 'token' } } },
      adopt: { id: 'prod-shop-sessions' },
    })
    await quiet(world)
    assert.ok(ready(east, 'back'), JSON.stringify(east.condition('back', 'Ready')))
    assert.equal(east.kubernetes.secret(at('back'))?.data.password, before)
  })

  it('an object that goes right after its token was stored goes at once', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', generated)
    await world.until('the token is stored', () => east.kubernetes.secret(at('sessions-auth')) !== undefined)
    remove(east, 'sessions')
    await world.until('it is gone', () => east.cache('sessions') === undefined, 15 * minuteMs)
  })
})

describe('a deletion right after the create', () => {
  for (const engine of ['redis', 'memcached']) {
    it(`of ${engine} leaves nothing behind, though AWS answers from before the create`, async () => {
      const { world, east } = await open()
      world.account.fault({ do: 'stale', action: '*', lagMs: 8000, seconds: 120 })
      apply(east, 'sessions', { engine, nodes: { type } })
      await world.until('it is made', () => acts(world).some((act) => act.startsWith('Create')))
      remove(east, 'sessions')
      await quiet(world)
      assert.equal(east.cache('sessions'), undefined)
      assert.deepEqual(await leftInAws(world), [])
    })
  }
})

describe('parameter groups', () => {
  it('a change of family that is taken back at once leaves none behind', async () => {
    const { world, east } = await open()
    const parameters = { timeout: '20' }
    apply(east, 'sessions', { ...base, engineVersion: '6.2', parameters })
    await quiet(world)
    apply(east, 'sessions', { ...base, parameters })
    await world.until(
      'the other group is made',
      () => acts(world).filter((act) => act === 'CreateCacheParameterGroup').length > 1,
    )
    east.kubernetes.apply(cacheClusterKind, at('sessions'), { ...base, engineVersion: '6.2', parameters })
    await quiet(world)
    remove(east, 'sessions')
    await quiet(world)
    assert.deepEqual(await leftInAws(world), [])
  })

  it('one that a policy asks for is shared, and leaves with the last cache', async () => {
    const { world, east } = await open()
    east.kubernetes.apply(cachePolicyKind, at('catalog'), {
      ttl: { default: '10m' },
      eviction: { policy: 'allkeys-lru' },
    })
    for (const name of ['sessions', 'carts']) apply(east, name, { ...base, policyRef: { name: 'catalog' } })
    await quiet(world)
    assert.equal((await world.account.parameterGroups()).length, 1)
    for (const name of ['sessions', 'carts']) remove(east, name)
    await quiet(world)
    assert.deepEqual(await leftInAws(world), [])
  })

  it('one that was made for a cache which AWS then refused leaves with the object', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', { ...nodes({ type: 'cache.zz9.huge' }), parameters: { timeout: '20' } })
    await quiet(world)
    stalled(east, 'sessions', 'InvalidSpec')
    remove(east, 'sessions')
    await quiet(world)
    assert.deepEqual(await leftInAws(world), [])
  })
})

describe('what fails is said, and paced', () => {
  it('a refresh that fails leaves a healthy cache ready', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', base)
    await quiet(world)
    for (const code of ['AccessDenied', 'Throttling', 'InternalFailure']) {
      world.account.fault({ do: 'error', action: 'ListTagsForResource', code, seconds: 3 * 3600 })
      await world.pass(3 * 3600_000)
      assert.ok(ready(east, 'sessions'), JSON.stringify(east.condition('sessions', 'Ready')))
      world.account.emulator.faults.clear()
    }
  })

  it('Secrets that Kubernetes refuses are told in status, tried each minute, and written once they may be', async () => {
    const { world, east } = await open()
    const end = east.kubernetes.refuse(({ kind, verb }) =>
      kind === 'Secret' && verb !== 'get'
        ? { is: 'forbidden', status: 403, reason: 'Forbidden', message: 'x', words: 'exceeded quota: secrets' }
        : undefined,
    )
    apply(east, 'sessions', base)
    await quiet(world)
    assert.match(stalled(east, 'sessions', 'KubernetesRefused'), /exceeded quota: secrets/)
    assert.equal(east.condition('sessions', 'BindingReady')?.status, 'False')
    const tries = () => east.kubernetes.writes.filter(({ kind }) => kind === 'Secret').length
    const tried = tries()
    await world.pass(30 * minuteMs)
    assert.ok(tries() - tried <= 31)
    end()
    await world.until('it is ready', () => ready(east, 'sessions'), 5 * minuteMs)
  })

  it('Secrets whose echo does not come are not written again and again', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', base)
    await world.until('it is made', () => acts(world).includes('CreateReplicationGroup'))
    east.kubernetes.lag(1000)
    await world.pass(60 * minuteMs)
    assert.ok(east.kubernetes.writes.filter(({ kind }) => kind === 'Secret').length <= 2 * 12)
    east.kubernetes.lag(0)
    await quiet(world)
    assert.ok(ready(east, 'sessions'))
  })

  it('what AWS refused is said once, with its field, and tried again each quarter of an hour', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', nodes({ type: 'cache.zz9.huge' }))
    await quiet(world)
    assert.match(stalled(east, 'sessions', 'InvalidSpec'), /^spec\.nodes\.type: /)
    const [sinceMs, writes] = [world.clock.nowMs(), world.writes()]
    await world.pass(60 * minuteMs)
    assert.ok(acts(world, 'east', sinceMs).length <= 5)
    assert.equal(world.writes(), writes)
    apply(east, 'sessions', base)
    await quiet(world)
    assert.ok(ready(east, 'sessions'))
  })

  it('a Secret that a spec names and nobody made is asked for, and that stays said', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', { ...referenced, parameters: { timeout: '20' } })
    await quiet(world)
    assert.match(stalled(east, 'sessions', 'WaitingForSecret'), /kubectl create secret/)
    assert.deepEqual(await staysQuiet(world), [])
  })

  it('a loss is said, and answered by the word for this loss only', async () => {
    const { world, east } = await open()
    apply(east, 'sessions', base)
    await quiet(world)
    await world.account.lose({ id: 'prod-shop-sessions', is: 'group' })
    await quiet(world)
    stalled(east, 'sessions', 'Lost')
    cured(east, 'sessions')
    await quiet(world)
    assert.ok(ready(east, 'sessions'), JSON.stringify(east.condition('sessions', 'Ready')))
    await world.account.lose({ id: 'prod-shop-sessions', is: 'group' })
    await quiet(world)
    stalled(east, 'sessions', 'Lost')
    assert.equal(acts(world).filter((act) => act === 'CreateReplicationGroup').length, 2)
    assert.ok(east.cache('sessions')?.metadata.annotations?.[annotation.recreate])
  })

  it('a cache of others is asked for nothing between pauses, whatever the object waits for', async () => {
    const { world, all, east } = await open('prod', 'prod')
    const west = all[1] as Cluster
    apply(east, 'sessions', base)
    await quiet(world)
    for (const spec of [referenced, { ...base, policyRef: { name: 'none' } }]) {
      apply(west, 'sessions', spec)
      await quiet(world)
      stalled(west, 'sessions', 'NotOurs')
      assert.deepEqual(await staysQuiet(world), [])
    }
  })

  it('a policy that caches use stays until they leave it', async () => {
    const { world, east } = await open()
    east.kubernetes.apply(cachePolicyKind, at('catalog'), { ttl: { default: '10m' } })
    apply(east, 'sessions', { ...base, policyRef: { name: 'catalog' } })
    await quiet(world)
    east.kubernetes.remove(cachePolicyKind, at('catalog'))
    await quiet(world)
    assert.ok(east.kubernetes.get(cachePolicyKind, at('catalog')))
    assert.ok(ready(east, 'sessions'))
    apply(east, 'sessions', base)
    await quiet(world)
    assert.equal(east.kubernetes.get(cachePolicyKind, at('catalog')), undefined)
  })
})
