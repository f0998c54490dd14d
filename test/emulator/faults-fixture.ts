import {
  DeleteReplicationGroupCommand,
  type ElastiCacheServiceException,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
  ModifyReplicationGroupShardConfigurationCommand,
} from '@aws-sdk/client-elasticache'
import type { Fault } from '../../emulator/fault/fault.ts'
import type { EmulatorOptions } from '../../emulator/start.ts'
import { type Bench, openBench } from './fixture.ts'

export interface FaultBench extends Bench {
  order(...faults: readonly Fault[]): void
  /** What is on order. */
  faults(): readonly Fault[]
  /** The calls since the last look, as the ledger tells them: action, outcome, fault. */
  calls(): readonly (readonly [string, string, string | undefined])[]
}

export const openFaultBench = async (options: EmulatorOptions = {}): Promise<FaultBench> => {
  const bench = await openBench(options)
  const { emulator, clock } = bench
  return {
    ...bench,
    order: (...faults) => {
      for (const fault of faults) emulator.faults.order(fault, clock.now())
    },
    faults: () => emulator.faults.list(clock.now()),
    calls: () => {
      const calls = emulator.ledger().map(({ action, outcome, fault }) => [action, outcome, fault] as const)
      emulator.clearLedger()
      return calls
    },
  }
}

type Failure = ElastiCacheServiceException & { readonly Code?: string; readonly code?: string }

/** How a call ends: 'ok', the wire code of its refusal, or what else failed. */
export const endOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: Failure) => error.Code ?? error.code ?? error.name,
  )

/** How calls end, one after the other. */
export const endsOf = async (count: number, call: () => Promise<unknown>): Promise<readonly string[]> => {
  const ends: string[] = []
  while (ends.length < count) ends.push(await endOf(call()))
  return ends
}

export const BIGGER = 'cache.r6g.large'

/** Changes of groups at once, and what becomes of them; the group is `pair` unless told otherwise. */
export const changesOf = ({ client, group, cluster }: FaultBench) => ({
  resize: (ReplicationGroupId = 'pair') =>
    client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId, CacheNodeType: BIGGER, ApplyImmediately: true }),
    ),
  grow: (NewReplicaCount: number) =>
    client.send(
      new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount, ApplyImmediately: true }),
    ),
  reshard: (NodeGroupCount: number) =>
    client.send(
      new ModifyReplicationGroupShardConfigurationCommand({
        ReplicationGroupId: 'sharded',
        NodeGroupCount,
        ApplyImmediately: true,
      }),
    ),
  remove: (ReplicationGroupId = 'pair') => client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId })),
  statusOf: async (id = 'pair') => (await group(id)).Status,
  memberStatus: async (id: string) => (await cluster(id)).CacheClusterStatus,
})

export type Changes = ReturnType<typeof changesOf>
