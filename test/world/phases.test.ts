import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import { startTalker, type Talker } from './talkers.ts'
import { cacheCluster, type Found, until, worldForSuite } from './world.ts'

const tokenA = 'Alpha-token-0123456789'
const tokenB = 'Bravo-token-0123456789'

/** Long enough for a workload that reads its Secret every three seconds, on a machine that others use too. */
const overlap = '20s'

const valkey = (name: string, spec: object = {}) =>
  cacheCluster(name, { engine: 'valkey', engineVersion: '8.0', maintenance: { overlap }, ...spec })

const referenced = { mode: 'Token', token: { secretRef: { name: 'given', key: 'token' } } }

/**
 * Changes in two phases, on real servers: a reader and a writer that know nothing but the Secret see no failed request, though
 * each change ends a way in which they came.
 */
describe('changes in two phases, as a workload lives through them', () => {
  const world = worldForSuite({ operator: ['--leader-elect=false', '--poll-interval', '5'] })
  let talkers: Talker[] = []

  const talk = async (secret: string, fromReader = true) => {
    talkers = [
      await startTalker({ world: world(), secret, does: 'writes' }),
      await startTalker({ world: world(), secret, does: 'reads', fromReader }),
    ]
    await until('both to have talked', async () => talkers.every((talker) => talker.requests() > 2))
  }
  const silence = async (forgiven = 0) => {
    await Promise.all(talkers.map((talker) => talker.stop()))
    const failures = talkers.flatMap((talker) => talker.failures()).slice(forgiven)
    const cuts = talkers.reduce((sum, talker) => sum + talker.cuts(), 0)
    const requests = talkers.reduce((sum, talker) => sum + talker.requests(), 0)
    const ways = talkers.map((talker) => talker.ways())
    talkers = []
    console.log(`      ${failures.length} of ${requests} requests failed; ${cuts} connections were cut`)
    assert.deepEqual(failures, [])
    return ways
  }
  /** All is done: nothing differs and nothing waits. */
  const settled = async (name: string, reached: (found: Found) => boolean = () => true) => {
    let seen: Found | undefined
    await until(
      `${name} to settle`,
      async () => {
        seen = await world().get('cachecluster', name)
        const ready = (await world().condition(name, 'Ready'))?.status === 'True'
        return ready && seen !== undefined && seen.status?.plan === undefined && reached(seen)
      },
      () => [seen?.status?.plan?.hash, seen?.status?.conditions?.map(({ reason }) => reason)],
    )
  }
  const stepsOn = async (name: string) =>
    (await world().calls())
      .filter(({ action, id, outcome }) => action.startsWith('Modify') && id?.endsWith(name) && outcome === 'ok')
      .map(({ action }) => action)
  const setToken = (token: string) => world().patch('secret', 'given', { stringData: { token } })

  before(async () => {
    await world().kubectl('create', 'secret', 'generic', 'given', `--from-literal=token=${tokenA}`)
    await world().apply(
      valkey('guarded', { encryption: { inTransit: 'Required' }, auth: referenced }),
      valkey('open'),
      valkey('both'),
      cacheCluster('sharded', { maintenance: { overlap } }),
    )
    for (const name of ['guarded', 'open', 'both', 'sharded']) await world().ready(name)
  })

  afterEach(() => Promise.all(talkers.map((talker) => talker.stop())))
  after(() => {
    talkers = []
  })

  it('a token rotation: whoever reads the Secret again sees nothing of it; the token before works until the overlap ends', async () => {
    await talk('guarded')
    const old = await startTalker({ world: world(), secret: 'guarded', does: 'writes', rereadMs: Infinity })
    await world().clearCalls()
    await setToken(tokenB)
    // A referenced Secret is read once a minute; a person who doesn't want to wait asks for a look.
    await world().annotate('guarded', 'larder.dev/reconcile-at=rotate')
    await until('the Secret to say the new token', async () => (await world().secret('guarded'))?.password === tokenB)
    const failuresWhenTold = old.failures().length
    // The second call ends the token before: until AWS has taken it, the old one is good.
    let failuresBefore = 0
    await until('the second call', async () => {
      failuresBefore = old.failures().length
      return (await stepsOn('guarded')).length === 2
    })
    assert.deepEqual([failuresWhenTold, failuresBefore], [0, 0])
    await settled('guarded')
    await until('the old token to be refused', async () => old.failures().length > 0)
    assert.match(old.failures()[0] ?? '', /WRONGPASS/)
    await old.stop()
    const ways = await silence()
    for (const way of ways) assert.deepEqual(way, ['tls, token Alph, single', 'tls, token Brav, single'])
  })

  it('the approval of the announced plan ends the wait at once', async () => {
    await world().patch('cachecluster', 'guarded', { spec: { maintenance: { overlap: '24h' } } })
    await settled('guarded')
    await world().clearCalls()
    await setToken(tokenA)
    await world().annotate('guarded', 'larder.dev/reconcile-at=rotate-back')
    await until('the wait to be told', async () => {
      const { conditions, plan } = (await world().get('cachecluster', 'guarded'))?.status ?? {}
      const ready = conditions?.find(({ type }) => type === 'Ready')
      return ready?.message.includes('larder.dev/approve=') && plan?.actions.length === 1
    })
    // Ready meanwhile: what the spec asks for is there.
    assert.equal((await world().condition('guarded', 'Ready'))?.status, 'True')
    assert.equal((await stepsOn('guarded')).length, 1)
    const { plan } = (await world().get('cachecluster', 'guarded'))?.status ?? {}
    await world().annotate('guarded', `larder.dev/approve=${plan?.hash}`)
    await settled('guarded')
    assert.equal((await stepsOn('guarded')).length, 2)
  })

  const inTransit = (name: string, mode: string, auth?: object) =>
    world().patch('cachecluster', name, { spec: { encryption: { inTransit: mode }, ...(auth && { auth }) } })

  it('TLS on, and off again: workloads change over at Preferred', async () => {
    await talk('open')
    for (const [mode, tls] of [
      ['Required', 'true'],
      ['Disabled', undefined],
    ] as const) {
      await inTransit('open', mode)
      await settled('open')
      assert.equal((await world().secret('open'))?.tls, tls)
    }
    const ways = await silence()
    for (const way of ways) assert.deepEqual(way, ['plain, open, single', 'tls, open, single', 'plain, open, single'])
  })

  it('TLS and a token in one edit: first TLS, then the token', async () => {
    await talk('both')
    await inTransit('both', 'Required', referenced)
    await settled('both', ({ spec }) => spec.auth !== undefined)
    const ways = await silence()
    assert.equal((await world().secret('both'))?.password, tokenA)
    for (const way of ways)
      assert.deepEqual(way, ['plain, open, single', 'tls, open, single', 'tls, token Alph, single'])
  })

  it('cluster mode, by way of Compatible: the Secrets lead to the configuration endpoint before the plain way ends', async () => {
    // Replicas of a server in cluster mode answer plain clients MOVED, so this reader reads where it would write.
    await talk('sharded', false)
    await world().clearCalls()
    await world().patch('cachecluster', 'sharded', { spec: { nodes: { clusterMode: 'Enabled' } } })
    await until('the Secret to lead to the cluster', async () => (await world().secret('sharded'))?.['cluster.nodes'])
    // A real server can't take up cluster mode while it runs: the emulator has started it anew on the way to Compatible.
    const restarting = talkers.flatMap((talker) => talker.failures())
    console.log(`      ${restarting.length} requests failed while the servers were started in cluster mode`)
    for (const failure of restarting) assert.match(failure, /plain, open, single/)
    assert.deepEqual(await stepsOn('sharded'), ['ModifyReplicationGroup'])
    await settled('sharded')
    const ways = await silence(restarting.length)
    for (const way of ways) assert.deepEqual(way, ['plain, open, single', 'plain, open, cluster'])
  })
})
