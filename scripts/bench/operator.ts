import type { World } from '../local/world.ts'
import { clearCalls, firstCallMs } from './ledger.ts'

/** What the operator says of itself. Each scrape costs it a millisecond or two, so none is made while CPU is measured. */
export interface Doings {
  readonly goodPolls: number
  /** Reconciles of CacheClusters that ended, however. */
  readonly reconciles: number
  /** Keys that wait for a worker or have one. */
  readonly busy: number
}

const sumOf = (text: string, pattern: RegExp): number =>
  [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0)

export const doingsOf = async (world: World): Promise<Doings> => {
  const text = await (await fetch(`${world.metricsUrl}/metrics`)).text()
  return {
    goodPolls: sumOf(text, /^larder_polls_total\{outcome="ok"\} (\d+)$/gm),
    reconciles: sumOf(text, /^controller_runtime_reconcile_total\{controller="cachecluster",result="\w+"\} (\d+)$/gm),
    busy: sumOf(text, /^larder_queue_keys\{state="(?:user|resync|processing)"\} (\d+)$/gm),
  }
}

/** Stops the operator and starts it anew, until it is ready. Gives the moment of the start, in wall-clock milliseconds. */
export const restart = async (world: World, flags: readonly string[] = []): Promise<number> => {
  await world.operator().stop()
  await clearCalls(world)
  const begunMs = Date.now()
  await world.startOperator({ flags })
  return begunMs
}

/** Stops the operator and starts it anew. Gives the time from the start of the process to its first poll at AWS. */
export const restartToFirstPoll = async (world: World): Promise<number> => {
  const begunMs = await restart(world)
  return (await firstCallMs(world, 'DescribeReplicationGroups')) - begunMs
}
