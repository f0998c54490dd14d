import { setTimeout as wait } from 'node:timers/promises'
import { profileOf } from '../../emulator/world/profile.ts'
import { until } from '../local/until.ts'
import { cacheCluster, cachesPath, createUntilReady, deleteUntilGone } from './caches.ts'
import { seconds } from './figures.ts'
import { type Call, callsOf, clearCalls, counted, forObjects, lastCallMs, pollsOf } from './ledger.ts'
import { restart } from './operator.ts'
import type { Stage } from './stages.ts'

const atDefaultRate = ['--aws-rate', '15']
const polledTarget = '≤ 15 s'

/** From the begin of one poll to the begin of the next, at most. */
const longestGapMs = (calls: readonly Call[]): number => {
  const begun = pollsOf(calls)
  return Math.max(0, ...begun.slice(1).map((ms, index) => ms - (begun[index] ?? ms)))
}

const perObject = (calls: readonly Call[], count: number): string => {
  const counts = Object.entries(counted(forObjects(calls)))
  const all = counts.reduce((sum, [, times]) => sum + times, 0)
  return `${(all / count).toFixed(2)} (${counts.map(([action, times]) => `${times} ${action}`).join(', ')})`
}

/** Makes `count` at once and says how far behind the last create the last Ready is. The emulator has the profile fast. */
export const burstOfCreates =
  (count: number): Stage =>
  async ({ world, kube, say }) => {
    await restart(world, atDefaultRate)
    await clearCalls(world)
    say(`Creating ${count} at 15 requests a second`)
    const tookMs = await Promise.race([createUntilReady(kube, 0, count, say), world.operator().failed])
    const readyMs = Date.now()
    const calls = await callsOf(world)
    say(`  calls: ${JSON.stringify(counted(calls))}`)
    return [
      {
        what: `${count} creates at 15 requests a second, from the last create call to all Ready`,
        target: '≤ 12 s',
        measured: `${seconds(readyMs - lastCallMs(calls, 'CreateReplicationGroup'))}, all in ${seconds(tookMs)}`,
      },
      { what: 'calls for each create', target: '1', measured: perObject(calls, count) },
      {
        what: 'from one poll to the next while they are made, at most',
        target: polledTarget,
        measured: seconds(longestGapMs(calls)),
      },
    ]
  }

/** Deletes them all at once. */
export const burstOfDeletes =
  (count: number): Stage =>
  async ({ world, kube, say }) => {
    await restart(world, atDefaultRate)
    await wait(10_000)
    await clearCalls(world)
    say(`Deleting ${count} at 15 requests a second`)
    const begunMs = Date.now()
    await Promise.race([deleteUntilGone(kube, count, say), world.operator().failed])
    const goneMs = Date.now()
    const calls = await callsOf(world)
    const { deleteMs } = profileOf('fast')
    say(`  calls: ${JSON.stringify(counted(calls))}`)
    const behindMs = goneMs - lastCallMs(calls, 'DeleteReplicationGroup') - deleteMs
    return [
      { what: `calls for each of ${count} deletes`, target: '≤ 3.2', measured: perObject(calls, count) },
      {
        what: `${count} deletes at 15 requests a second, all gone after the last delete call and AWS's time`,
        target: '≤ 10 s',
        measured: `${seconds(behindMs)}, all in ${seconds(goneMs - begunMs)}`,
      },
      {
        what: 'from one poll to the next while they are deleted, at most',
        target: polledTarget,
        measured: seconds(longestGapMs(calls)),
      },
    ]
  }

/** One object that AWS refuses, beside settled ones: what it costs while nobody changes anything. */
export const stalled =
  (minutes: number): Stage =>
  async ({ world, kube, say }) => {
    const object = cacheCluster('refused')
    const isStalled = new Promise<void>((resolve, reject) => {
      kube
        .watch(cachesPath, ({ object: { metadata, status } }) => {
          const stalls = status?.conditions?.some(({ type, status: is }) => type === 'Stalled' && is === 'True')
          if (metadata.name === 'refused' && stalls) resolve()
        })
        .catch(reject)
    })
    await kube.create(cachesPath, [
      { ...object, spec: { ...object.spec, nodes: { ...object.spec.nodes, type: 'cache.nothing.large' } } },
    ])
    await isStalled
    // A poll that its create has called for belongs to the create.
    await wait(15_000)
    await clearCalls(world)
    say(`One object is refused; watching its calls for ${minutes} min`)
    await wait(minutes * 60_000)
    const calls = await callsOf(world)
    const own = forObjects(calls).length
    const polls = pollsOf(calls).length
    await kube.delete([`${cachesPath}/refused`])
    await until('the refused object to be gone', async () => {
      const names = await world.kubectl('get', 'cachecluster', '-o', 'name')
      return !names.split('\n').includes('cachecluster.larder.dev/refused')
    })
    return [
      {
        what: `calls a minute for one stalled object, ${minutes} min`,
        target: '0, and a poll a minute for all',
        measured: `${own / minutes}; ${polls / minutes} polls a minute`,
      },
    ]
  }
