import type { Profile } from '../world/profile.ts'
import { membersOf } from '../world/replication-group.ts'
import { schedule } from '../world/transition.ts'
import type { World } from '../world/world.ts'
import type { TaggedResource } from './resource.ts'

const store = (world: World, arn: string, tags: ReadonlyMap<string, string>): void => {
  if (tags.size === 0) world.tags.delete(arn)
  else world.tags.set(arn, tags)
}

/** Gives a resource its tags. A group's tags reach its members too, and the group is modifying meanwhile. */
export const setTags = (
  world: World,
  resource: TaggedResource,
  tags: ReadonlyMap<string, string>,
  nowMs: number,
  profile: Profile,
): void => {
  store(world, resource.arn, tags)
  const group = resource.kind === 'replicationgroup' ? world.groups.get(resource.name) : undefined
  if (!group) return
  for (const id of membersOf(group)) {
    const cluster = world.clusters.get(id)
    if (cluster) store(world, cluster.arn, tags)
  }
  group.status = 'modifying'
  schedule(world, nowMs + profile.tagMs, { do: 'settleGroup', id: group.id })
}
