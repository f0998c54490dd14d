import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../local/until.ts'
import type { World } from '../local/world.ts'
import { cachesPath, createUntilReady } from './caches.ts'
import { type Figure, median, seconds } from './figures.ts'
import type { Kube } from './kube.ts'
import { callsOf, clearCalls, counted } from './ledger.ts'
import { doingsOf, restart, restartToFirstPoll } from './operator.ts'
import { type Usage, usageOf } from './usage.ts'

export interface Stand {
  readonly world: World
  readonly kube: Kube
  readonly say: (line: string) => void
}

/** Something that is done with a world and yields figures. */
export type Stage = (stand: Stand) => Promise<readonly Figure[]>

/** Nodes of each group. */
const nodesPerGroup = 2
const firstPollTarget = '≤ 1 s'

const megabytes = (samples: readonly Usage[]): string => {
  const peak = samples.at(-1)?.peakMb
  const middle = `${median(samples.map(({ rssMb }) => rssMb)).toFixed(0)} MB`
  return peak === undefined ? middle : `${middle} (peak ${peak.toFixed(0)} MB)`
}

/** A sample a second. Reads what the system knows, so the operator does not notice. */
const samplesOf = async (world: World, forSeconds: number): Promise<readonly Usage[]> => {
  const samples: Usage[] = []
  for (let second = 0; second < forSeconds; second += 1) {
    await wait(1000)
    samples.push(usageOf(world.operator().pid))
  }
  return samples
}

/** No object yet: nothing is asked of AWS. */
export const idle =
  (forSeconds: number): Stage =>
  async ({ world, say }) => {
    await restart(world)
    say(`No objects; watching memory for ${forSeconds} s`)
    const samples = (await samplesOf(world, forSeconds)).slice(-10)
    return [{ what: 'RSS idle, no objects', target: '≤ 95 MB', measured: megabytes(samples) }]
  }

/** Creates up to `to` at the default rate of requests to AWS, and says how fast that went. */
export const drain =
  (to: number): Stage =>
  async ({ world, kube, say }) => {
    await restart(world)
    await clearCalls(world)
    say(`Creating ${to} at the default rate`)
    const tookMs = await Promise.race([createUntilReady(kube, 0, to, say), world.operator().failed])
    const calls = counted(await callsOf(world))
    const each = Object.values(calls).reduce((sum, count) => sum + count, 0) / to
    say(`  calls: ${JSON.stringify(calls)}`)
    return [
      {
        what: `drain of ${to} creates at 15 requests a second`,
        target: '4000 in ≤ 10 min (400 a minute)',
        measured: `${seconds(tookMs)}, ${Math.round((to / tookMs) * 60_000)} a minute, ${each.toFixed(2)} calls each`,
      },
    ]
  }

/** So many are made at once while filling: the figures of many objects should not depend on how they came. */
const batch = 1000

/** Creates number `from` to `to` as fast as it goes, a batch after the other. */
export const fill =
  (from: number, to: number): Stage =>
  async ({ world, kube, say }) => {
    await restart(world, ['--aws-rate', '1000'])
    say(`Filling up to ${to} with --aws-rate 1000`)
    let tookMs = 0
    for (let first = from; first < to; first += batch) {
      const last = Math.min(to, first + batch)
      tookMs += await Promise.race([createUntilReady(kube, first, last, say), world.operator().failed])
    }
    const samples = await samplesOf(world, 10)
    return [
      {
        what: `RSS 10 s after creating ${to - from} up to ${to} in ${seconds(tookMs)}, same process`,
        target: '',
        measured: megabytes(samples),
      },
    ]
  }

/** Waits for the end of a poll that has not ended yet. */
const pollEnded = async (world: World): Promise<number> => {
  const before = (await doingsOf(world)).goodPolls
  return until(
    'the end of a poll',
    async () => {
      const { goodPolls } = await doingsOf(world)
      return goodPolls > before ? goodPolls : undefined
    },
    300_000,
  )
}

const perPoll = (calls: Readonly<Record<string, number>>, polls: number): string => {
  const { DescribeReplicationGroups: groups = 0, DescribeCacheClusters: nodes = 0, ...others } = calls
  const rest = Object.entries(others).map(([action, count]) => `, and ${count} ${action}`)
  return `${groups / polls} + ${nodes / polls}${rest.join('')}`
}

/** `count` objects and nothing to do: what a restart costs, what a poll costs, what rest costs. */
export const settled =
  (count: number, forSeconds: number): Stage =>
  async ({ world, kube, say }) => {
    const tookMs = await restartToFirstPoll(world)
    say(`First poll ${seconds(tookMs)} after the start, with ${count} objects`)
    const first = await until(
      'a poll and a reconcile of each after the restart',
      async () => {
        const doings = await doingsOf(world)
        return doings.goodPolls >= 1 && doings.reconciles >= count && doings.busy === 0 ? doings : undefined
      },
      300_000,
    )
    const restartCalls = perPoll(counted(await callsOf(world)), first.goodPolls)
    say('  every object had its reconcile; waiting for the end of a poll')
    const pollsBefore = await pollEnded(world)
    await clearCalls(world)
    let writes = 0
    const unwatch = await kube.watch(cachesPath, () => {
      writes += 1
    })
    say(`  resting for ${forSeconds} s`)
    const before = usageOf(world.operator().pid)
    const begunMs = performance.now()
    const samples = await samplesOf(world, forSeconds)
    const after = usageOf(world.operator().pid)
    const tookSeconds = (performance.now() - begunMs) / 1000
    const polls = (await pollEnded(world)) - pollsBefore
    const calls = counted(await callsOf(world))
    unwatch()
    const cpuSeconds = after.cpuSeconds - before.cpuSeconds
    const pollTarget = `${Math.ceil(count / 100)} + ${Math.ceil((count * nodesPerGroup) / 100)}`
    const share = `${((cpuSeconds / tookSeconds) * 100).toFixed(1)} % of a core`
    return [
      { what: `start to first poll, ${count} objects`, target: firstPollTarget, measured: seconds(tookMs) },
      {
        what: `RSS with ${count} objects, settled`,
        target: count >= 10_000 ? '≤ 200 MB' : '',
        measured: megabytes(samples),
      },
      { what: `calls of a poll, ${count} groups of 2 nodes`, target: pollTarget, measured: perPoll(calls, polls) },
      { what: `calls of a poll after a restart, ${count}`, target: pollTarget, measured: restartCalls },
      { what: `writes to ${count} settled objects`, target: '0', measured: `${writes}` },
      {
        what: `CPU of a settled minute, ${count} objects, over ${tookSeconds.toFixed(0)} s`,
        target: count > 1000 ? '' : '≤ 1.0 s, 0.5 s is the aim',
        measured: `${((cpuSeconds / tookSeconds) * 60).toFixed(2)} s, ${share}`,
      },
    ]
  }
