import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { compareVersions, type EngineName, type EngineVersion } from '../world/engine-version.ts'
import { majorVersion, type ServerlessSnapshot } from '../world/serverless-snapshot.ts'
import type { World } from '../world/world.ts'
import { s3File } from './s3.ts'

/** RDB files, and the engine that wrote them where that is known. */
interface Source {
  readonly files: readonly string[]
  readonly engine?: EngineName
  readonly engineVersion?: string
}

const unusable = (arn: string, why: string) => invalidValue(`Snapshot ${arn} cannot be restored: it is ${why}.`)

/** A snapshot of a serverless cache that something can be made from; creates have no code of its own for another. */
export const serverlessSource = (world: World, name: string, named = name): ServerlessSnapshot => {
  const snapshot = world.serverlessSnapshots.get(name.toLowerCase())
  if (!snapshot) throw unusable(named, 'not found')
  if (snapshot.status !== 'available') throw unusable(named, `${snapshot.status}, not available`)
  return snapshot
}

const ofServerless = (world: World, arn: string, name: string): Source => {
  const { cache, file } = serverlessSource(world, name, arn)
  return { files: [file], engine: cache.engine, engineVersion: cache.engineVersion }
}

const ofNodes = (world: World, arn: string, name: string): Source => {
  const snapshot = world.snapshots.get(name)
  if (!snapshot) throw unusable(arn, 'not found')
  if (snapshot.status !== 'available') throw unusable(arn, `${snapshot.status}, not available`)
  const { engine, engineVersion } = snapshot.settings
  return { files: snapshot.pieces.map(({ file }) => file), engine, engineVersion }
}

const READERS: Readonly<Record<string, (world: World, arn: string, name: string) => Source>> = {
  serverlesscachesnapshot: ofServerless,
  snapshot: ofNodes,
}

const sourceAt = ({ world, s3Dir }: Pick<Call<unknown>, 'world' | 's3Dir'>, arn: string): Source => {
  const [, , service, region, account, kind = '', name = ''] = arn.split(':')
  if (service === 's3') return { files: [s3File(s3Dir, arn).path] }
  const read = service === 'elasticache' && Object.hasOwn(READERS, kind) ? READERS[kind] : undefined
  if (!read) throw invalidValue(`Invalid snapshot ARN: ${arn}.`)
  if (region !== world.region || account !== world.account) throw unusable(arn, 'not found')
  return read(world, arn, name.toLowerCase())
}

const fits = (source: Source, version: EngineVersion): void => {
  if (source.engine === undefined || source.engineVersion === undefined) return
  if (source.engine === 'valkey' && version.engine === 'redis') {
    throw invalidCombination('A snapshot of engine valkey cannot be restored with engine redis.')
  }
  const [from, to] = [majorVersion(source.engine, source.engineVersion), majorVersion(version.engine, version.full)]
  if (source.engine === version.engine && compareVersions(to, from) < 0) {
    throw invalidCombination(`The major engine version ${to} is lower than ${from}, the version of the snapshot.`)
  }
}

/**
 * The files that a new cache begins with: of serverless snapshots, of snapshots of node-based caches, or of S3 objects.
 * @throws InvalidParameterValue, InvalidParameterCombination
 */
export const serverlessSeeds = (
  call: Pick<Call<unknown>, 'world' | 's3Dir'>,
  arns: readonly string[] | undefined,
  version: EngineVersion,
): { readonly seeds?: readonly string[] } => {
  if (arns === undefined || arns.length === 0) return {}
  const sources = arns.map((arn) => sourceAt(call, arn))
  for (const source of sources) fits(source, version)
  return { seeds: sources.flatMap(({ files }) => files) }
}
