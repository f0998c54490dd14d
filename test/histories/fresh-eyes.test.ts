import assert from 'node:assert/strict'
import { ModifyReplicationGroupCommand } from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { annotation, cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import type { OperatorFlags } from './operator.ts'
import { at, type Cluster, openWorld, type World } from './world.ts'

const minuteMs = 60_000
const plain = { engine: 'redis', engineVersion: '7.1', nodes: { type: 'cache.t4g.small', replicasPerShard: 1 } }
const guarded = {
  ...plain,
  encryption: { inTransit: 'Required' },
  auth: { mode: 'Token' },
  maintenance: { overlap: '10m' },
}
const own = { ...guarded, auth: { mode: 'Token', token: { secretRef: { name: 'mine', key: 'token' } } } }
const tokenOf = (word: string) => `${word.repeat(20)}SECRETCANARY`

const story = async (
  tell: (world: World, cluster: Cluster) => Promise<void>,
  flags: OperatorFlags[] = [{ clusterName: 'prod' }],
) => {
  const world = await openWorld(flags)
  try {
    await tell(world, world.clusters[0] as Cluster)
  } finally {
    await world.close()
  }
}
const apply = ({ kubernetes }: Cluster, spec: object, name = 'sessions') =>
  kubernetes.apply(cacheClusterKind, at(name), spec)
const ready = (cluster: Cluster, name = 'sessions') => cluster.condition(name, 'Ready')
const isReady =
  (cluster: Cluster, name = 'sessions') =>
  () =>
    ready(cluster, name)?.status === 'True'
const calls = (world: World, action: string, sinceMs = 0) =>
  world.account.calls.filter((call) => call.action === action && call.atMs >= sinceMs && call.who !== 'person')

describe('fresh eyes: histories', () => {
  it('all three Secrets deleted at once are healed', () =>
    story(async (world, cluster) => {
      apply(cluster, guarded)
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      for (const name of ['sessions', 'sessions-env', 'sessions-auth']) cluster.kubernetes.deleteSecret(at(name))
      await world.pass(60 * minuteMs)
      assert.notEqual(cluster.kubernetes.secret(at('sessions')), undefined, JSON.stringify(ready(cluster)))
      assert.equal(ready(cluster)?.status, 'True', JSON.stringify(ready(cluster)))
    })).timeout(60_000)

  it('a new token and another secretName in one edit both come', () =>
    story(async (world, cluster) => {
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      apply(cluster, own)
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      apply(cluster, { ...own, connection: { secretName: 'cache' } })
      await world.pass(60 * minuteMs)
      assert.equal(cluster.kubernetes.secret(at('cache'))?.data.password, tokenOf('B'), JSON.stringify(ready(cluster)))
    })).timeout(60_000)

  it('a Secret of somebody else is not read for its password when secretName names it', () =>
    story(async (world, cluster) => {
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      apply(cluster, own)
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      cluster.kubernetes.writeSecret(at('cache'), { password: 'FOREIGNFOREIGNFOREIGN' })
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      apply(cluster, { ...own, connection: { secretName: 'cache' } })
      await world.pass(2 * minuteMs)
      const told = cluster.kubernetes.history(at('cache-env')).map(({ data }) => data.REDIS_PASSWORD ?? '')
      assert.ok(!told.some((password) => password.includes('FOREIGN')), `cache-env told ${told.join(', ')}`)
    })).timeout(60_000)

  it('a token does not end while the only binding Secret that stands tells it', () =>
    story(async (world, cluster) => {
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      apply(cluster, own)
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      cluster.kubernetes.writeSecret(at('cache'), { note: 'of somebody' })
      apply(cluster, { ...own, connection: { secretName: 'cache' } })
      await world.pass(2 * minuteMs)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      await world.pass(60 * minuteMs)
      const { name } = cluster.status('sessions').binding as { name: string }
      const told = cluster.kubernetes.secret(at(name))?.data.password ?? ''
      assert.ok(
        world.account.tokens('prod-shop-sessions').includes(told),
        `status.binding.name is ${name}, which tells a token that AWS no longer lets in`,
      )
    })).timeout(60_000)

  it('an object that adopts the cache of another one does not take its notices away', () =>
    story(async (world, cluster) => {
      apply(cluster, plain)
      await world.until('ready', isReady(cluster))
      apply(cluster, { ...plain, adopt: { id: 'prod-shop-sessions' } }, 'thief')
      await world.until('not ours', () => ready(cluster, 'thief')?.reason === 'NotOurs')
      cluster.kubernetes.remove(cacheClusterKind, at('thief'))
      await world.until('gone', () => cluster.cache('thief') === undefined)
      // A poll after the settled requeue of everything.
      await world.pass(25 * minuteMs)
      const [held] = await world.account.held()
      assert.ok(held)
      await world.account.lose(held)
      const lostMs = world.clock.nowMs()
      await world.until('told', () => ready(cluster)?.status !== 'True', 30 * minuteMs)
      const tookMs = world.clock.nowMs() - lostMs
      assert.ok(tookMs < 3.5 * minuteMs, `told after ${tookMs / 1000} s`)
    })).timeout(60_000)

  it('a change that AWS answers with a wrong state for good is slowed', () =>
    story(async (world, cluster) => {
      apply(cluster, plain)
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      world.account.fault({
        do: 'error',
        action: 'ModifyReplicationGroup',
        code: 'InvalidReplicationGroupState',
        seconds: 7200,
      } as never)
      apply(cluster, { ...plain, nodes: { ...plain.nodes, type: 'cache.t4g.medium' } })
      const sinceMs = world.clock.nowMs()
      await world.pass(60 * minuteMs)
      const sent = calls(world, 'ModifyReplicationGroup', sinceMs).length
      const polls = calls(world, 'DescribeReplicationGroups', sinceMs).length
      assert.ok(sent < 20, `${sent} calls and ${polls} polls in an hour: ${JSON.stringify(ready(cluster))}`)
    })).timeout(60_000)

  it('a parameter group that a user misspelt is Stalled and names the field', () =>
    story(async (world, cluster) => {
      apply(cluster, { ...plain, parameterGroupName: 'no-such-group' })
      const sinceMs = world.clock.nowMs()
      await world.pass(60 * minuteMs)
      const sent = calls(world, 'CreateReplicationGroup', sinceMs).length
      assert.deepEqual(
        [
          cluster.condition('sessions', 'Stalled')?.status,
          ready(cluster)?.message.startsWith('spec.parameterGroupName'),
          sent < 8,
        ],
        ['True', true, true],
        `${sent} creates in an hour: ${JSON.stringify(ready(cluster))}`,
      )
    })).timeout(60_000)

  const startWrongThenMend = async (world: World, cluster: Cluster) => {
    world.account.fault({
      do: 'error',
      action: 'DescribeReplicationGroups',
      code: 'AccessDenied',
      seconds: 600,
    } as never)
    apply(cluster, plain)
    await world.pass(minuteMs)
    world.account.emulator.faults.clear()
    cluster.restart({ clusterName: 'prod' })
  }

  it('a wrong region at the first start, mended before anything was made, is no changed identity', () =>
    story(
      async (world, cluster) => {
        await startWrongThenMend(world, cluster)
        await world.pass(30 * minuteMs)
        assert.equal(ready(cluster)?.reason, 'InSync', JSON.stringify(ready(cluster)))
      },
      [{ clusterName: 'prod', region: 'us-east-1' }],
    )).timeout(60_000)

  it('and such an object can at least be deleted', () =>
    story(
      async (world, cluster) => {
        await startWrongThenMend(world, cluster)
        cluster.kubernetes.remove(cacheClusterKind, at('sessions'))
        await world.pass(30 * minuteMs)
        assert.equal(cluster.cache('sessions'), undefined, JSON.stringify(ready(cluster)))
      },
      [{ clusterName: 'prod', region: 'us-east-1' }],
    )).timeout(60_000)

  // AWS holds two tokens at most, and no call takes the withdrawn one out: then the next one has no overlap, and that is said.
  it('A, B taken back to A before it was told: that the next rotation has no overlap is said before it', () =>
    story(async (world, cluster) => {
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      apply(cluster, own)
      await world.until('ready', isReady(cluster))
      await world.pass(2 * minuteMs)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      await world.until('rotated', () => calls(world, 'ModifyReplicationGroup').length > 0)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      await world.pass(30 * minuteMs)
      const id = 'prod-shop-sessions'
      const before = world.account.tokens(id)
      assert.ok(before.includes(tokenOf('A')), 'A is let in')
      const toldBefore = cluster.kubernetes.secret(at('sessions'))?.data.password
      assert.equal(toldBefore, tokenOf('A'))
      assert.match(ready(cluster)?.message ?? '', /next rotation replaces the one in use at once/)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('C') })
      await world.pass(30 * minuteMs)
      assert.equal(cluster.kubernetes.secret(at('sessions'))?.data.password, tokenOf('C'))
      assert.ok(world.account.tokens(id).includes(tokenOf('C')), 'C is let in')
      assert.doesNotMatch(ready(cluster)?.message ?? '', /next rotation/)
    })).timeout(60_000)

  it('overlap 0s: the token before does not end while the Secrets tell it', () =>
    story(async (world, cluster) => {
      cluster.kubernetes.apply(cachePolicyKind, at('catalog'), { ttl: { default: '10m' } })
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      const spec = { ...own, maintenance: { overlap: '0s' }, policyRef: { name: 'catalog' } }
      apply(cluster, spec)
      await world.until('ready', isReady(cluster))
      await world.pass(2 * minuteMs)
      // The user misspells the policy and changes the token.
      apply(cluster, { ...spec, policyRef: { name: 'catalogue' } })
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      await world.pass(30 * minuteMs)
      const told = cluster.kubernetes.secret(at('sessions'))?.data.password
      assert.ok(
        world.account.tokens('prod-shop-sessions').includes(told ?? ''),
        `the Secret tells a token that AWS no longer lets in: ${JSON.stringify(ready(cluster))}`,
      )
    })).timeout(60_000)

  it('TLS that was approved once waits again the next time', () =>
    story(async (world, cluster) => {
      const overlap = { maintenance: { overlap: '24h' } }
      const required = { ...plain, ...overlap, encryption: { inTransit: 'Required' } }
      const off = { ...plain, ...overlap, encryption: { inTransit: 'Disabled' } }
      const hash = () => (cluster.status('sessions').plan as { hash: string } | undefined)?.hash
      const approve = () =>
        cluster.kubernetes.annotate(cacheClusterKind, at('sessions'), { [annotation.approve]: hash() ?? '' })
      apply(cluster, off)
      await world.until('ready', isReady(cluster))
      apply(cluster, required)
      await world.until('held', () => ready(cluster)?.reason === 'WaitingForConsumers')
      approve()
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      apply(cluster, off)
      await world.until('held', () => ready(cluster)?.reason === 'WaitingForConsumers')
      // A person waits this one out; the annotation of the first time still stands.
      await world.until('ready', isReady(cluster), 30 * 60 * minuteMs)
      apply(cluster, required)
      await world.pass(60 * minuteMs)
      const [held] = await world.account.held()
      assert.equal(held?.tls, 'Preferred', 'nobody approved it this time')
    })).timeout(60_000)

  it('tags that are asked for during an overlap come at once, and Ready tells no lie meanwhile', () =>
    story(async (world, cluster) => {
      const spec = { ...own, maintenance: { overlap: '24h' } }
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      apply(cluster, spec)
      await world.until('ready', isReady(cluster))
      await world.pass(2 * minuteMs)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      await world.until('overlap', () => cluster.kubernetes.secret(at('sessions'))?.data.password === tokenOf('B'))
      await world.pass(minuteMs)
      apply(cluster, { ...spec, tags: { team: 'shop' } })
      await world.pass(30 * minuteMs)
      const [held] = await world.account.held()
      assert.equal(held?.tags.team, 'shop', JSON.stringify(ready(cluster)))
    })).timeout(60_000)

  it('a change that waits behind the overlap of a token is not InSync', () =>
    story(async (world, cluster) => {
      const spec = { ...own, maintenance: { overlap: '24h' } }
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('A') })
      apply(cluster, spec)
      await world.until('ready', isReady(cluster))
      await world.pass(2 * minuteMs)
      cluster.kubernetes.writeSecret(at('mine'), { token: tokenOf('B') })
      await world.until('overlap', () => cluster.kubernetes.secret(at('sessions'))?.data.password === tokenOf('B'))
      await world.pass(minuteMs)
      apply(cluster, { ...spec, nodes: { ...plain.nodes, clusterMode: 'Enabled' } })
      await world.pass(30 * minuteMs)
      const [held] = await world.account.held()
      assert.ok(
        held?.clusterMode !== 'disabled' || ready(cluster)?.status !== 'True',
        `AWS: ${held?.clusterMode}; ${JSON.stringify(ready(cluster))}`,
      )
    })).timeout(60_000)

  it('an object of another engine that names the id of a cache does not blind its owner', () =>
    story(async (world, cluster) => {
      apply(cluster, plain)
      await world.until('ready', isReady(cluster))
      await world.pass(5 * minuteMs)
      const memcached = { engine: 'memcached', engineVersion: '1.6.22', nodes: { type: 'cache.t4g.small', count: 1 } }
      apply(cluster, { ...memcached, adopt: { id: 'prod-shop-sessions' } }, 'thief')
      let unready = 0
      world.watchers.add(() => {
        if (!isReady(cluster)()) unready += 1
      })
      await world.pass(60 * minuteMs)
      assert.equal(
        unready,
        0,
        `${unready} looks: ${JSON.stringify(ready(cluster))}; thief: ${JSON.stringify(ready(cluster, 'thief'))}`,
      )
    })).timeout(60_000)

  it('and the owner can still be deleted with its cache', () =>
    story(async (world, cluster) => {
      const memcached = { engine: 'memcached', engineVersion: '1.6.22', nodes: { type: 'cache.t4g.small', count: 1 } }
      apply(cluster, plain)
      await world.until('ready', isReady(cluster))
      apply(cluster, { ...memcached, adopt: { id: 'prod-shop-sessions' } }, 'thief')
      await world.pass(20 * minuteMs)
      cluster.kubernetes.remove(cacheClusterKind, at('sessions'))
      await world.pass(60 * minuteMs)
      const left = (await world.account.held()).filter(({ is }) => is === 'group')
      assert.deepEqual(
        [cluster.cache('sessions')?.metadata.name, left.map(({ id }) => id)],
        [undefined, []],
        JSON.stringify(ready(cluster)),
      )
    })).timeout(60_000)

  it('two steps that somebody undoes in turn are slowed like one', () =>
    story(async (world, cluster) => {
      apply(cluster, {
        ...plain,
        nodes: { ...plain.nodes, replicasPerShard: 1 },
        network: { securityGroupIds: ['sg-aaaa1111'] },
      })
      await world.until('ready', isReady(cluster))
      await world.pass(minuteMs)
      const sinceMs = world.clock.nowMs()
      // Another operator of the same cache, that keeps to its own opinion.
      for (let round = 0; round < 40; round++) {
        await world.account.person
          .send(
            new ModifyReplicationGroupCommand({
              ReplicationGroupId: 'prod-shop-sessions',
              SecurityGroupIds: ['sg-bbbb2222'],
              ApplyImmediately: true,
            }),
          )
          .catch(() => {})
        cluster.kubernetes.writeSecret(at('sessions'), { host: `edited-${round}` })
        await world.pass(3 * minuteMs)
      }
      const sent = calls(world, 'ModifyReplicationGroup', sinceMs).length
      assert.ok(sent < 20, `${sent} calls in two hours: ${JSON.stringify(ready(cluster))}`)
    })).timeout(60_000)

  it('an object whose token was stored and whose cache was never made goes when it is deleted', () =>
    story(async (world, cluster) => {
      world.account.fault({ do: 'quota', action: 'CreateReplicationGroup', count: 100 } as never)
      apply(cluster, guarded)
      await world.until('stored', () => cluster.kubernetes.secret(at('sessions-auth')) !== undefined)
      await world.pass(20_000)
      cluster.kubernetes.remove(cacheClusterKind, at('sessions'))
      await world.pass(5 * minuteMs)
      assert.equal(cluster.cache('sessions'), undefined, JSON.stringify(ready(cluster)))
    })).timeout(60_000)

  it('an object that is deleted moments after its create takes its cache along', () =>
    story(async (world, cluster) => {
      world.account.fault({ do: 'notFoundAfterCreate', action: '*', seconds: 20 } as never)
      apply(cluster, plain)
      await world.until('created', () => calls(world, 'CreateReplicationGroup').length > 0)
      cluster.kubernetes.remove(cacheClusterKind, at('sessions'))
      await world.pass(60 * minuteMs)
      assert.deepEqual(
        (await world.account.held()).map(({ id }) => id),
        [],
      )
      assert.equal(cluster.cache('sessions'), undefined, JSON.stringify(ready(cluster)))
    })).timeout(60_000)

  it('an id to adopt that AWS does not have makes no cache', () =>
    story(async (world, cluster) => {
      apply(cluster, { ...plain, adopt: { id: 'legacy-typo' } })
      await world.pass(20 * minuteMs)
      assert.deepEqual(await world.account.held(), [])
      assert.match(ready(cluster)?.message ?? '', /^spec\.adopt\.id/)
    })).timeout(60_000)
})
