import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type Call, cacheCluster, until, worldForSuite } from '../world/world.ts'

/**
 * The operator is killed with SIGKILL at moments that a fault holds still, and started again. Whatever it had done and not
 * written down: one cache, one pair of Secrets, nothing left over.
 */
describe('kill -9 at five moments, then a restart', () => {
  const world = worldForSuite({ emulator: ['--nodes', 'none'], operator: ['--leader-elect=false'] })

  const creates = (calls: readonly Call[], name: string) =>
    calls.filter(
      ({ action, id, outcome }) => action === 'CreateReplicationGroup' && id?.endsWith(name) && outcome === 'ok',
    )

  /** The end state that every moment must come to. */
  const asAsked = async (name: string) => {
    await world().ready(name)
    const groups = await heldGroups()
    assert.deepEqual(
      groups.filter((id) => id.endsWith(name)),
      [`larder-default-${name}`],
    )
    assert.ok((await world().secret(name))?.uri)
    assert.ok((await world().secret(`${name}-env`))?.REDIS_URL)
    assert.equal(creates(await world().calls(), name).length, 1)
  }

  const heldGroups = async () => {
    const { worlds } = await world().emulator<{ worlds: readonly { groups: Record<string, unknown> }[] }>('/_world')
    return worlds.flatMap(({ groups }) => Object.keys(groups))
  }

  const crash = async () => {
    await world().killOperator()
    await world().clearFaults()
    await world().startOperator()
  }

  const called = (action: string, name: string) =>
    until(`${action} of ${name}`, async () =>
      (await world().calls()).some((call) => call.action === action && call.id?.endsWith(name)),
    )

  it('before the create call: the plan is announced, AWS was not asked', async () => {
    await world().fault({ action: 'CreateReplicationGroup', do: 'throttle', count: 1000 })
    await world().apply(cacheCluster('before-create'))
    await called('CreateReplicationGroup', 'before-create')
    assert.deepEqual(await heldGroups(), [])
    await crash()
    await asAsked('before-create')
  })

  it('after the create call, before its reply', async () => {
    await world().fault({ action: 'CreateReplicationGroup', do: 'delay', delayMs: 60_000, count: 1 })
    await world().apply(cacheCluster('after-create'))
    await called('CreateReplicationGroup', 'after-create')
    await crash()
    await asAsked('after-create')
  })

  it('before the Secret: the cache is available, nobody has written it down', async () => {
    await world().apply(cacheCluster('before-secret'))
    await until('AWS to be creating', async () => (await heldGroups()).includes('larder-default-before-secret'))
    await world().killOperator()
    assert.equal(await world().secret('before-secret'), undefined)
    await world().startOperator()
    await asAsked('before-secret')
  })

  it('before the status: the status is thrown away, as if it had never been written', async () => {
    await world().apply(cacheCluster('before-status'))
    await world().ready('before-status')
    await world().killOperator()
    await world().kubectl('replace', '--subresource=status', '-f', await withoutStatus('before-status'))
    await world().startOperator()
    await asAsked('before-status')
  })

  const withoutStatus = async (name: string) => {
    const { writeFileSync } = await import('node:fs')
    const file = `${world().folder}/bare.json`
    const { status: _, ...bare } = (await world().get('cachecluster', name)) ?? {}
    writeFileSync(file, JSON.stringify({ ...bare, status: { observedGeneration: -1 } }))
    return file
  }

  it('during the delete: AWS has begun, the finalizer still stands', async () => {
    await world().apply(cacheCluster('during-delete'))
    await world().ready('during-delete')
    await world().kubectl('delete', 'cachecluster', 'during-delete', '--wait=false')
    await called('DeleteReplicationGroup', 'during-delete')
    await world().killOperator()
    await world().startOperator()
    await world().gone('during-delete')
    assert.ok(!(await heldGroups()).includes('larder-default-during-delete'))
  })
})
