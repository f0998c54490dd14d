import type { CreateReplicationGroupMessage, NodeGroupConfiguration } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { compareVersions, type EngineVersion, entryOf } from '../world/engine-version.ts'
import { engineMemoryBytes, isDataTiered } from '../world/node-type.ts'
import type { ClusterMode } from '../world/replication-group.ts'
import type { ServerlessSnapshot } from '../world/serverless-snapshot.ts'
import type { Snapshot } from '../world/snapshot.ts'
import { schedule } from '../world/transition.ts'
import { type S3File, s3File } from './s3.ts'
import { serverlessSource } from './serverless-restore.ts'

/** Where the data of a new group or cluster comes from. */
export type RestoreSource =
  | { readonly is: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly is: 's3'; readonly files: readonly S3File[] }
  | { readonly is: 'serverless'; readonly snapshot: ServerlessSnapshot }

interface Seeds {
  readonly SnapshotName?: string | undefined
  readonly SnapshotArns?: readonly string[] | undefined
  readonly ServerlessCacheSnapshotName?: string | undefined
}

/** The source that a create names; undefined for one that begins empty. */
export const restoreSourceOf = (
  call: Pick<Call<unknown>, 'world' | 's3Dir'>,
  input: Seeds,
): RestoreSource | undefined => {
  const { SnapshotName: name, SnapshotArns: arns = [], ServerlessCacheSnapshotName: serverless } = input
  if (name !== undefined && arns.length > 0) {
    throw invalidCombination('SnapshotName and SnapshotArns cannot be used together.')
  }
  if (serverless !== undefined && (name !== undefined || arns.length > 0)) {
    throw invalidCombination('ServerlessCacheSnapshotName cannot be used together with another snapshot.')
  }
  if (serverless !== undefined) return { is: 'serverless', snapshot: serverlessSource(call.world, serverless) }
  if (arns.length > 0) return { is: 's3', files: arns.map((arn) => s3File(call.s3Dir, arn)) }
  if (name === undefined) return undefined
  const snapshot = call.world.snapshots.get(name.toLowerCase())
  if (!snapshot) throw invalidValue(`Snapshot ${name} not found.`)
  if (snapshot.status !== 'available') {
    throw invalidValue(`Snapshot ${snapshot.name} is not in available state; it is ${snapshot.status}.`)
  }
  return { is: 'snapshot', snapshot }
}

/** The engine that wrote a snapshot. */
const originOf = (source: Exclude<RestoreSource, { readonly is: 's3' }>) =>
  source.is === 'serverless' ? source.snapshot.cache : source.snapshot.settings

interface EngineFields {
  readonly Engine?: string | undefined
  readonly EngineVersion?: string | undefined
}

/** Engine and version, where a create leaves them open, are those of the snapshot. */
export const withSnapshotEngine = <Input extends EngineFields>(
  input: Input,
  source: RestoreSource | undefined,
): Input => {
  if (source === undefined || source.is === 's3') return input
  const { engine, engineVersion } = originOf(source)
  const sameEngine = input.Engine === undefined || input.Engine.toLowerCase() === engine
  const version = sameEngine ? entryOf(engine, engineVersion).version : undefined
  return {
    ...input,
    Engine: input.Engine ?? engine,
    ...(input.EngineVersion === undefined && version !== undefined ? { EngineVersion: version } : {}),
  }
}

/** Durability is that of the snapshot, unless the create says otherwise. */
export const withSnapshotDurability = (
  input: CreateReplicationGroupMessage,
  source: RestoreSource | undefined,
): CreateReplicationGroupMessage => {
  const kept = source?.is === 'snapshot' ? source.snapshot.durability : undefined
  return kept === undefined || input.Durability !== undefined ? input : { ...input, Durability: kept as 'sync' }
}

type Shards = Pick<CreateReplicationGroupMessage, 'NumNodeGroups' | 'NodeGroupConfiguration'>

/** The shards of a snapshot of cluster mode, where a create leaves them or their slots open. */
const snapshotShards = (input: Shards, snapshot: Snapshot): Shards => {
  const { pieces } = snapshot
  const asked = input.NodeGroupConfiguration ?? []
  const count = asked.length > 0 ? asked.length : (input.NumNodeGroups ?? pieces.length)
  if (asked.some((configuration) => configuration.Slots !== undefined)) return {}
  if (count !== pieces.length) {
    throw invalidCombination(
      `The number of node groups must be that of the snapshot, ${pieces.length}, unless Slots are given for each node group.`,
    )
  }
  const named = asked.some((configuration) => configuration.NodeGroupId !== undefined)
  return {
    NodeGroupConfiguration: pieces.map(
      (piece, index): NodeGroupConfiguration => ({
        ...(named ? {} : { NodeGroupId: piece.shardId }),
        ...asked[index],
        Slots: piece.slots,
      }),
    ),
  }
}

/** What a create of a group leaves open, taken from the snapshot. */
export const withSnapshotShards = (
  input: CreateReplicationGroupMessage,
  source: RestoreSource | undefined,
  mode: ClusterMode,
): CreateReplicationGroupMessage => {
  if (source?.is === 's3') {
    const configurations = input.NodeGroupConfiguration ?? []
    if (
      mode === 'enabled' &&
      (configurations.length === 0 || configurations.some(({ Slots }) => Slots === undefined))
    ) {
      throw invalidCombination('Slots must be provided when restoring from snapshot ARNs with cluster mode enabled')
    }
    if (mode !== 'enabled' && source.files.length > 1) {
      throw invalidCombination('Only one snapshot ARN can be given when cluster mode is disabled.')
    }
    return input
  }
  if (source?.is === 'serverless') {
    if (mode === 'enabled') return input
    throw invalidCombination('A snapshot of a serverless cache cannot be restored with cluster mode disabled.')
  }
  const snapshot = source?.snapshot
  if (snapshot?.clusterMode !== 'enabled') return input
  if (mode !== 'enabled') {
    throw invalidCombination(
      'A snapshot of a replication group with cluster mode enabled cannot be restored with cluster mode disabled.',
    )
  }
  return { ...input, ...snapshotShards(input, snapshot) }
}

const sizeOf = (source: RestoreSource): number => {
  if (source.is === 'serverless') return source.snapshot.bytes ?? 0
  const parts = source.is === 's3' ? source.files : source.snapshot.pieces
  return parts.reduce((sum, part) => sum + (part.bytes ?? 0), 0)
}

/** Refuses an engine that cannot read the data, and nodes that cannot hold it. */
export const restoreFits = (source: RestoreSource, version: EngineVersion, nodeType: string, shards: number): void => {
  if (source.is !== 's3') {
    const { engine, engineVersion } = originOf(source)
    const dataTiering = source.is === 'snapshot' && source.snapshot.dataTiering
    if (engine === 'valkey' && version.engine === 'redis') {
      throw invalidCombination('A snapshot of engine valkey cannot be restored with engine redis.')
    }
    if (engine === version.engine && compareVersions(version.full, engineVersion) < 0) {
      throw invalidCombination(
        `The engine version ${version.version} is lower than ${engineVersion}, the version of the snapshot.`,
      )
    }
    if (dataTiering !== isDataTiered(nodeType)) {
      throw invalidCombination('A snapshot of a cluster with data tiering can be restored only with data tiering.')
    }
  }
  const memory = (engineMemoryBytes(version.engine, nodeType) ?? 0) * shards
  if (sizeOf(source) > memory) {
    throw invalidCombination(`The cache node type ${nodeType} does not have enough memory for the snapshot.`)
  }
}

const filesOf = (source: RestoreSource): readonly string[] => {
  if (source.is === 'serverless') return [source.snapshot.file]
  return source.is === 's3' ? source.files.map(({ path }) => path) : source.snapshot.pieces.map(({ file }) => file)
}

/**
 * The files that each shard begins with: its own piece where the slots lie as they lay in the snapshot, else all of
 * them, of which it keeps the keys of its slots.
 */
export const seedsOf = (
  source: RestoreSource,
  shards: readonly { readonly id: string; readonly slots?: string }[],
): Readonly<Record<string, readonly string[]>> => {
  const pieces = source.is === 'snapshot' ? source.snapshot.pieces : []
  return Object.fromEntries(
    shards.map(({ id, slots }) => {
      const own = slots === undefined ? undefined : pieces.find((piece) => piece.slots === slots)
      return [id, own ? [own.file] : filesOf(source)]
    }),
  )
}

/** The one node of a cluster without a group begins with one file. */
export const singleSeeds = (source: RestoreSource): readonly string[] => {
  if (source.is === 'snapshot' && source.snapshot.clusterMode === 'enabled') {
    throw invalidCombination(
      'A snapshot of a replication group with cluster mode enabled cannot be restored to a cache cluster.',
    )
  }
  if (source.is === 's3' && source.files.length > 1) {
    throw invalidCombination('SnapshotArns must have a single element.')
  }
  return filesOf(source)
}

/** The snapshot is restoring until what is made from it is there. */
export const beginRestore = (
  call: Pick<Call<unknown>, 'world' | 'nowMs' | 'profile'>,
  source: RestoreSource,
  is: 'group' | 'cluster',
  id: string,
): void => {
  if (source.is !== 'snapshot') return
  const { snapshot } = source
  snapshot.status = 'restoring'
  snapshot.restoringInto = { is, id }
  schedule(call.world, call.nowMs + call.profile.createMs, { do: 'settleRestore', id: snapshot.name })
}
