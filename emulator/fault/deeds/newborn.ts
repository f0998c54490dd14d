import { createWorld, type World } from '../../world/world.ts'

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

/** What there was at the order, by account, region, kind, id and time of creation. */
export type Known = ReadonlySet<string>

/** A resource that was deleted and made anew is another one, where it is known when it was made. */
const madeAt = (resource: object): string => ('createdAtMs' in resource ? String(resource.createdAtMs) : '')

const keyOf = ({ account, region }: World, kind: Kind, id: string, resource: object) =>
  `${account}/${region}/${kind}/${id}/${madeAt(resource)}`

const keysIn = (world: World, kind: Kind): readonly string[] =>
  [...world[kind]].map(([id, resource]) => keyOf(world, kind, id, resource))

export const knownIn = (worlds: Iterable<World>): Known =>
  new Set([...worlds].flatMap((world) => KINDS.flatMap((kind) => keysIn(world, kind))))

/** The world without what came after the order; what every account has from the beginning stays. */
export const withoutNewborn = (world: World, known: Known): World => {
  const first = createWorld(world)
  const old = <Value extends object>(kind: Kind, all: ReadonlyMap<string, Value>): Map<string, Value> =>
    new Map([...all].filter(([id, resource]) => first[kind].has(id) || known.has(keyOf(world, kind, id, resource))))
  return {
    ...world,
    groups: old('groups', world.groups),
    clusters: old('clusters', world.clusters),
    parameterGroups: old('parameterGroups', world.parameterGroups),
    subnetGroups: old('subnetGroups', world.subnetGroups),
    snapshots: old('snapshots', world.snapshots),
    serverlessCaches: old('serverlessCaches', world.serverlessCaches),
    serverlessSnapshots: old('serverlessSnapshots', world.serverlessSnapshots),
    users: old('users', world.users),
    userGroups: old('userGroups', world.userGroups),
  }
}
