import {
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ElastiCacheClientConfig,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-elasticache'
import type { Fault } from '../../emulator/fault/fault.ts'
import { openEmulator } from '../../emulator/start.ts'
import type { Clock } from '../../src/time/clock.ts'

export const region = 'eu-west-1'
export const keys = { accessKeyId: 'test', secretAccessKey: 'test' }

/** One call to AWS. */
export interface Call {
  readonly who: string
  readonly atMs: number
  readonly action: string
  readonly id: string | undefined
  /** `ok` or AWS's code. */
  readonly outcome: string
  /** Whether it changes something. */
  readonly write: boolean
  /** A list of the whole account, as polls make them. */
  readonly list: boolean
  readonly fields: Readonly<Record<string, string>>
}

interface Handler {
  handle(request: { readonly body?: unknown }, options?: unknown): Promise<unknown>
}

/** What AWS holds of one cache, told by AWS itself. */
export interface Held {
  readonly id: string
  readonly is: 'group' | 'memcached'
  readonly status: string
  readonly createdMs: number
  readonly tags: Readonly<Record<string, string>>
  readonly engine: string
  readonly engineVersion: string
  readonly nodeType: string
  readonly nodes: number
  readonly shards: number
  readonly replicas: readonly number[]
  readonly clusterMode: string
  readonly multiAZ: boolean
  readonly automaticFailover: boolean
  readonly tls: 'Disabled' | 'Preferred' | 'Required'
  readonly authToken: boolean
  readonly atRest: boolean
  readonly parameterGroup: string
  readonly securityGroupIds: readonly string[]
  readonly zones: readonly string[]
}

const never = 'none'

/** One AWS account: the emulator, everybody's calls to it, and the tokens that each cache lets in. */
export const accountOf = async (clock: Clock) => {
  const emulator = await openEmulator({
    nodes: 'none',
    profile: 'realistic',
    endpoints: 'aws',
    speed: 10,
    clock: { now: () => clock.wallMs() },
    quotas: { nodesPerRegion: 5000 },
  })
  const inner = emulator.requestHandler as unknown as Handler
  const calls: Call[] = []
  /** Valid tokens by id, oldest first; '' stands for none. */
  const tokens = new Map<string, readonly string[]>()
  let underWay = 0

  const learn = (action: string, id: string, fields: URLSearchParams) => {
    const token = fields.get('AuthToken')
    if (action === 'DeleteReplicationGroup') tokens.delete(id)
    if (action === 'CreateReplicationGroup') tokens.set(id, [token ?? ''])
    if (action !== 'ModifyReplicationGroup' || token === null) return
    const last = tokens.get(id)?.at(-1) ?? ''
    tokens.set(id, fields.get('AuthTokenUpdateStrategy') === 'SET' ? [token] : [last, token])
  }
  const handlerFor = (who: string): Handler => ({
    ...inner,
    handle: async (request, options) => {
      const fields = new URLSearchParams(String(request.body ?? ''))
      const action = fields.get('Action') ?? never
      const id = (fields.get('ReplicationGroupId') ?? fields.get('CacheClusterId') ?? undefined)?.toLowerCase()
      underWay += 1
      const ledgerBefore = emulator.ledger().length
      try {
        return await inner.handle(request, options)
      } finally {
        underWay -= 1
        const entry = emulator
          .ledger()
          .slice(ledgerBefore)
          .find((one) => one.action === action)
        const outcome = entry?.outcome ?? never
        const write = !/^(Describe|List)/.test(action)
        const list = action.startsWith('Describe') && id === undefined && !/Parameter|Events|Versions/.test(action)
        const shown = [...fields].filter(([name]) => name !== 'AuthToken')
        calls.push({ who, atMs: clock.nowMs(), action, id, outcome, write, list, fields: Object.fromEntries(shown) })
        if (outcome === 'ok' && id !== undefined) learn(action, id, fields)
      }
    },
  })
  const person = new ElastiCacheClient({
    // A second attempt would wait for time that only passes once this one has ended.
    maxAttempts: 1,
    region,
    credentials: keys,
    requestHandler: handlerFor('person') as NonNullable<ElastiCacheClientConfig['requestHandler']>,
  })

  const tagsOf = async (arn: string | undefined): Promise<Readonly<Record<string, string>>> => {
    const { TagList = [] } = await person.send(new ListTagsForResourceCommand({ ResourceName: arn }))
    return Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value]))
  }
  const tlsOf = (on: boolean | undefined, mode: string | undefined): Held['tls'] =>
    on !== true ? 'Disabled' : mode === 'preferred' ? 'Preferred' : 'Required'

  /** All caches, as a person with the AWS CLI would see them. */
  const held = async (): Promise<readonly Held[]> => {
    const { ReplicationGroups = [] } = await person.send(new DescribeReplicationGroupsCommand({}))
    const { CacheClusters = [] } = await person.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))
    const groups = await Promise.all(
      ReplicationGroups.map(async (group): Promise<Held> => {
        const members = CacheClusters.filter(
          ({ ReplicationGroupId }) => ReplicationGroupId === group.ReplicationGroupId,
        )
        const [first] = members
        return {
          id: group.ReplicationGroupId ?? '',
          is: 'group',
          status: group.Status ?? '',
          createdMs: group.ReplicationGroupCreateTime?.getTime() ?? 0,
          tags: group.Status === 'available' ? await tagsOf(group.ARN) : {},
          engine: group.Engine ?? '',
          engineVersion: first?.EngineVersion ?? '',
          nodeType: group.CacheNodeType ?? '',
          nodes: members.length,
          shards: group.NodeGroups?.length ?? 0,
          replicas: (group.NodeGroups ?? []).map(({ NodeGroupMembers = [] }) => NodeGroupMembers.length - 1),
          clusterMode: group.ClusterMode ?? '',
          multiAZ: group.MultiAZ === 'enabled',
          automaticFailover: group.AutomaticFailover === 'enabled',
          tls: tlsOf(group.TransitEncryptionEnabled, group.TransitEncryptionMode),
          authToken: group.AuthTokenEnabled === true,
          atRest: group.AtRestEncryptionEnabled === true,
          parameterGroup: first?.CacheParameterGroup?.CacheParameterGroupName ?? '',
          securityGroupIds: (first?.SecurityGroups ?? []).map(({ SecurityGroupId = '' }) => SecurityGroupId).sort(),
          zones: members.map(({ PreferredAvailabilityZone = '' }) => PreferredAvailabilityZone),
        }
      }),
    )
    const alone = CacheClusters.filter(({ ReplicationGroupId }) => ReplicationGroupId === undefined)
    const clusters = await Promise.all(
      alone.map(
        async (cluster): Promise<Held> => ({
          id: cluster.CacheClusterId ?? '',
          is: 'memcached',
          status: cluster.CacheClusterStatus ?? '',
          createdMs: cluster.CacheClusterCreateTime?.getTime() ?? 0,
          tags: cluster.CacheClusterStatus === 'available' ? await tagsOf(cluster.ARN) : {},
          engine: cluster.Engine ?? '',
          engineVersion: cluster.EngineVersion ?? '',
          nodeType: cluster.CacheNodeType ?? '',
          nodes: cluster.NumCacheNodes ?? 0,
          shards: 0,
          replicas: [],
          clusterMode: '',
          multiAZ: false,
          automaticFailover: false,
          tls: tlsOf(cluster.TransitEncryptionEnabled, cluster.TransitEncryptionMode),
          authToken: false,
          atRest: false,
          parameterGroup: cluster.CacheParameterGroup?.CacheParameterGroupName ?? '',
          securityGroupIds: (cluster.SecurityGroups ?? []).map(({ SecurityGroupId = '' }) => SecurityGroupId).sort(),
          zones: (cluster.CacheNodes ?? []).map(({ CustomerAvailabilityZone = '' }) => CustomerAvailabilityZone),
        }),
      ),
    )
    return [...groups, ...clusters]
  }
  const parameterGroups = async (): Promise<
    readonly { readonly name: string; readonly tags: Readonly<Record<string, string>> }[]
  > => {
    const { CacheParameterGroups = [] } = await person.send(new DescribeCacheParameterGroupsCommand({}))
    const own = CacheParameterGroups.filter(
      ({ CacheParameterGroupName = '' }) => !CacheParameterGroupName.startsWith('default.'),
    )
    return Promise.all(
      own.map(async ({ CacheParameterGroupName: name = '', ARN }) => ({ name, tags: await tagsOf(ARN) })),
    )
  }
  const parameters = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const all: Record<string, string> = {}
    let marker: string | undefined
    do {
      const page = await person.send(
        new DescribeCacheParametersCommand({ CacheParameterGroupName: name, ...(marker && { Marker: marker }) }),
      )
      for (const { ParameterName = '', ParameterValue = '' } of page.Parameters ?? [])
        all[ParameterName] = ParameterValue
      marker = page.Marker
    } while (marker !== undefined)
    return all
  }
  // The SDK loads parts of itself with its first call; afterwards a call takes no time of the world's.
  await held()
  calls.splice(0)
  return {
    emulator,
    handlerFor,
    calls,
    person,
    held,
    parameterGroups,
    parameters,
    tokens: (id: string): readonly string[] => tokens.get(id.toLowerCase()) ?? [],
    underWay: () => underWay,
    fault: (fault: Fault) => emulator.faults.order(fault, clock.wallMs()),
    /** Somebody deletes a cache in AWS behind everybody's back. */
    lose: async ({ id, is }: Pick<Held, 'id' | 'is'>) => {
      if (is === 'group') await person.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: id }))
      else await person.send(new DeleteCacheClusterCommand({ CacheClusterId: id }))
    },
    close: () => emulator.stop(),
  }
}

export type Account = Awaited<ReturnType<typeof accountOf>>
