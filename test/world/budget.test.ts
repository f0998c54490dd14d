import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type Call, cacheCluster, type Found, until, worldForSuite } from './world.ts'

const groups = 250

/** A poll of 250 groups of 2 nodes: three pages of groups, five of clusters. */
const onePoll = { DescribeReplicationGroups: 3, DescribeCacheClusters: 5 }

const counted = (calls: readonly Call[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1
  return counts
}

describe(`the budget: ${groups} settled groups of 2 nodes`, () => {
  const world = worldForSuite({
    emulator: ['--nodes', 'none', '--profile', 'instant', '--quota', 'nodesPerRegion=1000'],
    operator: ['--leader-elect=false', '--aws-rate', '200', '--poll-interval', '15'],
  })

  const all = async () =>
    (JSON.parse(await world().kubectl('get', 'cachecluster', '-o', 'json')) as { items: Found[] }).items
  const versions = async () => (await all()).map(({ metadata }) => metadata.resourceVersion)
  const isReady = ({ status }: Found) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true

  /** A whole poll has come in: it ends with the last page of clusters. */
  const polled = () =>
    until('a poll', async () => {
      const { DescribeReplicationGroups = 0, DescribeCacheClusters = 0 } = counted(await world().calls())
      return DescribeReplicationGroups >= 3 && DescribeCacheClusters >= 5
    })

  it('settle', async () => {
    await world().apply(...Array.from({ length: groups }, (_, index) => cacheCluster(`budget-${index}`)))
    let ready = 0
    const allReady = async () => {
      ready = (await all()).filter(isReady).length
      return ready === groups
    }
    await until('all to be Ready', allReady, () => ready)
  })

  it('cost a poll of 3 and 5 calls, and nothing else, and no write', async () => {
    // The poll that follows the last change has come in, and nothing is waited for any more.
    await world().clearCalls()
    await polled()
    const before = await versions()
    await world().clearCalls()
    await polled()
    assert.deepEqual(counted(await world().calls()), onePoll)
    assert.deepEqual(await versions(), before)
  })

  it('cost the same after a restart, not a call for each', async () => {
    const before = await versions()
    await world().killOperator()
    await world().clearCalls()
    await world().startOperator()
    await polled()
    const reconciles = /controller_runtime_reconcile_total\{controller="cachecluster",result="requeue_after"\} (\d+)/
    await until('a reconcile of each', async () => {
      const [, count = '0'] = reconciles.exec(await (await fetch(`${world().metricsUrl}/metrics`)).text()) ?? []
      return Number(count) >= groups
    })
    assert.deepEqual(counted(await world().calls()), onePoll)
    assert.deepEqual(await versions(), before)
  })

  /** Without the pages of polls. */
  const forObjects = (calls: readonly Call[]) =>
    counted(calls.filter(({ action, id }) => id !== undefined || !action.startsWith('Describe')))

  it('cost nothing more for one beside them that AWS refuses, and are polled no more often', async () => {
    const refused = cacheCluster('refused')
    await world().apply({ ...refused, spec: { ...refused.spec, nodes: { type: 'cache.nothing.large' } } })
    await until('the refusal', async () => (await world().condition('refused', 'Stalled'))?.status === 'True')
    await world().clearCalls()
    await polled()
    await world().clearCalls()
    await polled()
    assert.deepEqual(counted(await world().calls()), onePoll)
    await world().kubectl('delete', 'cachecluster', 'refused')
  })

  it('cost three calls each when all are deleted at once: the group, its tags, the delete', async () => {
    await world().clearCalls()
    await world().kubectl('delete', 'cachecluster', '--all', '--wait=false')
    let left = groups
    const allGone = async () => {
      left = (await all()).length
      return left === 0
    }
    await until('all to be gone', allGone, () => left)
    assert.deepEqual(forObjects(await world().calls()), {
      DescribeReplicationGroups: groups,
      ListTagsForResource: groups,
      DeleteReplicationGroup: groups,
    })
  })
})
