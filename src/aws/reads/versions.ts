import { DescribeCacheEngineVersionsCommand, type ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { byVersion } from '../../plan/core/version.ts'

export interface DefaultVersion {
  readonly engineVersion: string
  readonly family: string
}

/** What AWS takes when no version is asked for: of several defaults, one for each major version, the newest. */
export const readDefaultVersion = async (
  client: ElastiCacheClient,
  engine: string,
): Promise<DefaultVersion | undefined> => {
  const reply = await client.send(new DescribeCacheEngineVersionsCommand({ Engine: engine, DefaultOnly: true }))
  const versions = (reply.CacheEngineVersions ?? []).map((version) => ({
    engineVersion: version.EngineVersion ?? '',
    family: version.CacheParameterGroupFamily ?? '',
  }))
  return versions.sort((a, b) => byVersion(b.engineVersion, a.engineVersion))[0]
}
