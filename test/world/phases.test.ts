import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
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
  const started: Talker[] = []

  const begin = async (options: Parameters<typeof startTalker>[0]): Promise<Talker> => {
    const talker = await startTalker(options)
    started.push(talker)
    return talker
  }

  /** A writer and a reader that know one Secret. */
  const talk = async (secret: string, fromReader = true) => {
    const talkers = [
      await begin({ world: world(), secret, does: 'writes' }),
      await begin({ world: world(), secret, does: 'reads', fromReader }),
    ]
    await until('both to have talked', async () => talkers.every((talker) => talker.requests() > 2))
    const failures = () => talkers.flatMap((talker) => talker.failures())
    return {
      failures,
      /** Ends it: nothing but what is forgiven may have failed. Gives the ways in which each was led. */
      end: async (forgiven: readonly string[] = []) => {
        await Promise.all(talkers.map((talker) => talker.stop()))
        const failed = failures().filter((failure) => !forgiven.includes(failure))
        const sum = (count: (talker: Talker) => number) => talkers.reduce((total, one) => total + count(one), 0)
        const cut = sum((talker) => talker.cuts())
        console.log(
          `      ${secret}: ${failed.length} of ${sum((talker) => talker.requests())} requests failed, ${cut} connections were cut`,
        )
        assert.deepEqual(failed, [])
        return talkers.map((talker) => talker.ways())
      },
    }
  }
  /** All is done: nothing differs and nothing waits. */
  const settled = async (name: string) => {
    let seen: Found | undefined
    await until(
      `${name} to settle`,
      async () => {
        seen = await world().get('cachecluster', name)
        const ready = (await world().condition(name, 'Ready'))?.status === 'True'
        return ready && seen?.status?.plan === undefined
      },
      () => [seen?.status?.plan?.hash, seen?.status?.conditions?.map(({ reason }) => reason)],
    )
  }
  /** When AWS took each change of a cache. */
  const modifiedTimes = async (name: string) =>
    (await world().calls())
      .filter(({ action, id, outcome }) => action.startsWith('Modify') && id?.endsWith(name) && outcome === 'ok')
      .map(({ time }) => time)
  const setToken = (token: string) => world().patch('secret', 'given', { stringData: { token } })

  /** What takes its time beside the others: begun together, and each waited for by its own test. */
  const stories = new Map<string, Promise<void>>()
  const told = (name: string) => stories.get(name) ?? assert.fail(name)

  before(async () => {
    for (const name of ['given', 'given-both'])
      await world().kubectl('create', 'secret', 'generic', name, `--from-literal=token=${tokenA}`)
    await world().apply(
      valkey('guarded', { encryption: { inTransit: 'Required' }, auth: referenced }),
      valkey('open'),
      valkey('both'),
      cacheCluster('sharded', { maintenance: { overlap } }),
    )
    for (const name of ['guarded', 'open', 'both', 'sharded']) await world().ready(name)
    for (const [name, story] of Object.entries({ open: tlsOnAndOff, both: tlsWithToken, sharded: clusterMode })) {
      const running = story()
      running.catch(() => undefined)
      stories.set(name, running)
    }
  })

  after(() => Promise.all(started.map((talker) => talker.stop())))

  it('a token rotation: whoever reads the Secret again sees nothing of it; the token before works until the overlap ends', async () => {
    const both = await talk('guarded')
    const old = await begin({ world: world(), secret: 'guarded', does: 'writes', rereadMs: Infinity })
    await setToken(tokenB)
    // A referenced Secret is read once a minute; a person who doesn't want to wait asks for a look.
    await world().annotate('guarded', 'larder.dev/reconcile-at=rotate')
    await until('the Secret to say the new token', async () => (await world().secret('guarded'))?.password === tokenB)
    await settled('guarded')
    await until('the old token to be refused', async () => old.failures().length > 0)
    // The second call ends the token before: not one request with it failed until then.
    const [, ended = ''] = await modifiedTimes('guarded')
    const [refused = ''] = old.failures()
    assert.ok(ended !== '' && refused >= ended, `${refused}, ended ${ended}`)
    assert.match(old.failures()[0] ?? '', /WRONGPASS/)
    await old.stop()
    const ways = await both.end()
    for (const way of ways) assert.deepEqual(way, ['tls, token Alph, single', 'tls, token Brav, single'])
  })

  it('the approval of the announced plan ends the wait at once', async () => {
    await world().patch('cachecluster', 'guarded', { spec: { maintenance: { overlap: '24h' } } })
    await settled('guarded')
    await setToken(tokenA)
    await world().annotate('guarded', 'larder.dev/reconcile-at=rotate-back')
    await until('the wait to be told', async () => {
      const { conditions, plan } = (await world().get('cachecluster', 'guarded'))?.status ?? {}
      const ready = conditions?.find(({ type }) => type === 'Ready')
      return ready?.message.includes('larder.dev/approve=') && plan?.actions.length === 1
    })
    // Ready meanwhile: what the spec asks for is there.
    assert.equal((await world().condition('guarded', 'Ready'))?.status, 'True')
    assert.equal((await modifiedTimes('guarded')).length, 3)
    const { plan } = (await world().get('cachecluster', 'guarded'))?.status ?? {}
    await world().annotate('guarded', `larder.dev/approve=${plan?.hash}`)
    await settled('guarded')
    assert.equal((await modifiedTimes('guarded')).length, 4)
  })

  const inTransit = (name: string, mode: string, auth?: object) =>
    world().patch('cachecluster', name, { spec: { encryption: { inTransit: mode }, ...(auth && { auth }) } })

  const tlsOnAndOff = async () => {
    const both = await talk('open')
    for (const [mode, tls] of [
      ['Required', 'true'],
      ['Disabled', undefined],
    ] as const) {
      await inTransit('open', mode)
      await settled('open')
      assert.equal((await world().secret('open'))?.tls, tls)
    }
    for (const way of await both.end())
      assert.deepEqual(way, ['plain, open, single', 'tls, open, single', 'plain, open, single'])
  }
  it('TLS on, and off again: workloads change over at Preferred', () => told('open'))

  const tlsWithToken = async () => {
    const both = await talk('both')
    const auth = { mode: 'Token', token: { secretRef: { name: 'given-both', key: 'token' } } }
    await inTransit('both', 'Required', auth)
    await settled('both')
    assert.equal((await world().secret('both'))?.password, tokenA)
    for (const way of await both.end())
      assert.deepEqual(way, ['plain, open, single', 'tls, open, single', 'tls, token Alph, single'])
  }
  it('TLS and a token in one edit: first TLS, then the token', () => told('both'))

  const clusterMode = async () => {
    // Replicas of a server in cluster mode answer plain clients MOVED, so this reader reads where it would write.
    const both = await talk('sharded', false)
    await world().patch('cachecluster', 'sharded', { spec: { nodes: { clusterMode: 'Enabled' } } })
    await until('the Secret to lead to the cluster', async () => (await world().secret('sharded'))?.['cluster.nodes'])
    // A real server can't take up cluster mode while it runs: the emulator has started it anew on the way to Compatible.
    const restarting = both.failures()
    console.log(`      sharded: ${restarting.length} requests failed while the servers were started in cluster mode`)
    for (const failure of restarting) assert.match(failure, /plain, open, single/)
    assert.equal((await modifiedTimes('sharded')).length, 1)
    await settled('sharded')
    for (const way of await both.end(restarting)) assert.deepEqual(way, ['plain, open, single', 'plain, open, cluster'])
  }
  it('cluster mode, by way of Compatible: the Secrets lead to the configuration endpoint before the plain way ends', () =>
    told('sharded'))
})
