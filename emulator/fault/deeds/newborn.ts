import type { World } from '../../world/world.ts'

const KINDS = [
  'groups',
  'clusters',
  'parameterGroups',
  'subnetGroups',
  'snapshots',
  'serverlessCaches',
  'serverlessSnapshots',
  'users',
  'userGroups',
] as const
type Kind = (typeof KINDS)[number]

const KIND_OF: Readonly<Record<string, Kind>> = {
  DescribeReplicationGroups: 'groups',
  DescribeCacheClusters: 'clusters',
  DescribeCacheParameterGroups: 'parameterGroups',
  DescribeCacheParameters: 'parameterGroups',
  DescribeCacheSubnetGroups: 'subnetGroups',
  DescribeSnapshots: 'snapshots',
  DescribeServerlessCaches: 'serverlessCaches',
  DescribeServerlessCacheSnapshots: 'serverlessSnapshots',
  DescribeUsers: 'users',
  DescribeUserGroups: 'userGroups',
}

/** What there was at the order, by account, region, kind and id. */
export type Known = ReadonlySet<string>

const keyOf = ({ account, region }: World, kind: Kind, id: string) => `${account}/${region}/${kind}/${id}`

export const knownIn = (worlds: Iterable<World>): Known =>
  new Set(
    [...worlds].flatMap((world) =>
      KINDS.flatMap((kind) => [...world[kind].keys()].map((id) => keyOf(world, kind, id))),
    ),
  )

const old = <Value>(world: World, kind: Kind, all: ReadonlyMap<string, Value>, known: Known): Map<string, Value> =>
  new Map([...all].filter(([id]) => known.has(keyOf(world, kind, id))))

/** The world without what came after the order; undefined when the call would see nothing of that. */
export const withoutNewborn = (
  world: World,
  known: Known,
  action: string,
  id: string | undefined,
): World | undefined => {
  const kind = Object.hasOwn(KIND_OF, action) ? KIND_OF[action] : undefined
  if (!kind && action !== 'ListTagsForResource') return undefined
  const born = (each: Kind) => [...world[each].keys()].filter((name) => !known.has(keyOf(world, each, name)))
  const sees =
    kind === undefined
      ? KINDS.some((each) => born(each).some((name) => id?.endsWith(`:${name}`)))
      : born(kind).some((name) => id === undefined || name === id)
  if (!sees) return undefined
  return {
    ...world,
    groups: old(world, 'groups', world.groups, known),
    clusters: old(world, 'clusters', world.clusters, known),
    parameterGroups: old(world, 'parameterGroups', world.parameterGroups, known),
    subnetGroups: old(world, 'subnetGroups', world.subnetGroups, known),
    snapshots: old(world, 'snapshots', world.snapshots, known),
    serverlessCaches: old(world, 'serverlessCaches', world.serverlessCaches, known),
    serverlessSnapshots: old(world, 'serverlessSnapshots', world.serverlessSnapshots, known),
    users: old(world, 'users', world.users, known),
    userGroups: old(world, 'userGroups', world.userGroups, known),
  }
}
