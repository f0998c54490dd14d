import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { freePort } from '../../scripts/local/world.ts'
import { type Condition, cacheCluster, memcached, until, worldForSuite } from './world.ts'

/** An operator that can't see AWS from its first moment on: what it says, and whether it goes on by itself. */
describe('a first install that can not see AWS', () => {
  const world = worldForSuite({
    emulator: ['--nodes', 'none', '--profile', 'instant'],
    operator: ['--leader-elect=false'],
    startsOperator: false,
  })
  // Others in each test: a name that was used before waits for the Secrets of the former object to be collected.
  let names: readonly string[] = []

  const readyz = async () => {
    const response = await fetch(`${world().metricsUrl}/readyz`)
    return { status: response.status, text: (await response.text()).trim() }
  }

  /** Makes two objects, and gives what each says once it says a reason for not seeing AWS. */
  const told = async (reason: string, suffix: string) => {
    const group = `sessions-${suffix}`
    const nodes = `fragments-${suffix}`
    names = [group, nodes]
    const begunMs = performance.now()
    await world().apply(cacheCluster(group), memcached(nodes, 2))
    const said: Condition[] = []
    for (const name of names) said.push(await world().said(name, 'Ready', reason))
    console.log(`      told after ${seconds(begunMs)} s: ${said[0]?.message}`)
    return said
  }
  const seconds = (begunMs: number) => ((performance.now() - begunMs) / 1000).toFixed(1)
  const healed = async (mendedMs: number) => {
    for (const name of names) await world().ready(name)
    console.log(`      healed after ${seconds(mendedMs)} s`)
    assert.equal((await readyz()).status, 200)
    await world().kubectl('delete', 'cachecluster', '--all', '--timeout=120s')
    assert.deepEqual(await world().inAws(), [])
  }
  const toldEverywhere = async (said: readonly Condition[], reason: string, words: RegExp) => {
    for (const [index, name] of names.entries()) {
      assert.match(said[index]?.message ?? '', words)
      const { conditions = [] } = (await world().get('cachecluster', name))?.status ?? {}
      const available = conditions.find(({ type }) => type === 'Available')
      // Nobody has looked, so nobody knows.
      assert.equal(available?.status, 'Unknown')
      await until('an event', async () => (await world().events(name)).some((event) => event.includes(` ${reason} `)))
    }
    const { status, text } = await readyz()
    assert.equal(status, 503)
    assert.match(text, /AWS/)
    assert.match(text, words)
  }

  it('an identity that may call nothing: told with the cure; Ready once it may, without a restart', async () => {
    const denied = [
      'DescribeReplicationGroups',
      'DescribeCacheClusters',
      'DescribeCacheParameters',
      'DescribeCacheEngineVersions',
    ]
    for (const action of denied) {
      await world().fault({
        action,
        do: 'error',
        code: 'AccessDenied',
        message: `User: arn:aws:iam::123456789012:user/larder is not authorized to perform: elasticache:${action}`,
        count: 1_000_000,
      })
    }
    await world().startOperator({ until: 'alive' })
    const said = await told('AccessDenied', 'denied')
    await toldEverywhere(said, 'AccessDenied', /not authorized to perform: elasticache:Describe.+\bpolicy\b/)
    assert.deepEqual(await world().writes(), [])
    const mendedMs = performance.now()
    await world().clearFaults()
    await healed(mendedMs)
  })

  it('an endpoint where nothing listens: told; Ready once something listens there, without a restart', async () => {
    const port = await freePort()
    await world().restartOperator({ env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }, until: 'alive' })
    const said = await told('NetworkError', 'refused')
    await toldEverywhere(said, 'NetworkError', new RegExp(`127\\.0\\.0\\.1:${port}`))
    const mendedMs = performance.now()
    world().startChild('emulator-late', [
      join(import.meta.dirname, '../../emulator/main.ts'),
      ...['--port', `${port}`, '--nodes', 'none', '--profile', 'instant'],
    ])
    await healed(mendedMs)
  })

  it('a host that nobody knows: told; Ready after a restart with the right endpoint', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://elasticache.nowhere.invalid' }
    await world().restartOperator({ env, until: 'alive' })
    const said = await told('NetworkError', 'unknown')
    await toldEverywhere(said, 'NetworkError', /elasticache\.nowhere\.invalid/)
    const mendedMs = performance.now()
    await world().restartOperator()
    await healed(mendedMs)
  })
})
