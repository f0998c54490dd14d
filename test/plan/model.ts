import type { AwsAction } from '../../src/plan/core/action.ts'
import type { ObservedCache, ObservedGroup, Tags } from '../../src/plan/core/observed.ts'
import type { Acted } from '../../src/plan/core/outcome.ts'
import { asGroup, groupOf, modified, replicated, sharded } from './model-group.ts'
import { memcachedOf, modifiedMemcached, resized } from './model-memcached.ts'
import { busy, groupArn, Refusal, refuse, type World } from './model-world.ts'

export const tick = (world: World): World => {
  const [next, ...coming] = world.coming
  if (world.coming.length === 0) return world
  const done = coming.length === 0 && world.tokensComing !== undefined
  return {
    ...world,
    cache: next,
    coming,
    ...(done && { tokens: world.tokensComing ?? [], tokensComing: undefined }),
  }
}

/** Carries out an action, or says why AWS would not. */
export const carryOut = (
  world: World,
  action: AwsAction,
  token: string | undefined,
): { readonly world: World; readonly acted: Acted } => {
  try {
    const next = effectOf(world, action, token)
    return typeof next === 'string' ? { world, acted: { is: next } } : { world: next, acted: { is: 'done' } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const failure = { is: 'stalled', reason: 'InvalidCombination', message: error.message, code: error.code } as const
    return { world, acted: { is: 'failed', failure } }
  }
}

const effectOf = (world: World, action: AwsAction, token: string | undefined): World | 'exists' | 'absent' => {
  switch (action.do) {
    case 'CreateParameterGroup':
      if (world.groups[action.name] !== undefined) return 'exists'
      return {
        ...world,
        groups: { ...world.groups, [action.name]: { family: action.family, values: {} } },
        tags: { ...world.tags, [groupArn(action.name)]: action.tags },
      }
    case 'SetParameters':
      refuse(Object.keys(action.values).length > 20, 'at most 20 values a call')
      return withValues(world, action.name, (values) => ({ ...values, ...action.values }))
    case 'ResetParameters':
      refuse(action.names.length > 20, 'at most 20 values a call')
      return withValues(world, action.name, (values) => without(values, action.names))
    case 'DeleteParameterGroup':
      if (world.groups[action.name] === undefined) return 'absent'
      refuse(world.cache?.parameterGroupName === action.name, 'the parameter group is in use')
      return {
        ...world,
        groups: without(world.groups, [action.name]),
        tags: without(world.tags, [groupArn(action.name)]),
      }
    case 'CreateGroup':
      if (world.cache !== undefined) return 'exists'
      refuse(action.withToken !== (token !== undefined), 'a token is said and not given')
      return {
        ...making(world, groupOf(world, action.id, action.group, action.withToken), action.tags),
        tokens: token === undefined ? [] : [token],
      }
    case 'CreateMemcached':
      if (world.cache !== undefined) return 'exists'
      return making(world, memcachedOf(world, action.id, action.cluster), action.tags)
    case 'ModifyGroup':
      refuse(action.set.nodeType === 'cache.none.none', 'no such node type', 'InvalidParameterValue')
      return change(world, (cache) => [modified(world, asGroup(cache), action.set)])
    case 'SetReplicas':
      return change(world, (cache) => replicated(asGroup(cache), action.to))
    case 'SetShards':
      return change(world, (cache) => [sharded(asGroup(cache), action.to, action.retain)])
    case 'RotateToken':
      return rotated(world, token)
    case 'SetToken':
      return finalised(world, token)
    case 'ModifyMemcached':
      refuse(action.set.nodeType === 'cache.none.none', 'no such node type', 'InvalidParameterValue')
      return change(world, (cache) => [modifiedMemcached(world, cache, action.set)])
    case 'SetNodes':
      return change(world, (cache) => [resized(cache, action.to, action.remove)])
    case 'DeleteGroup':
    case 'DeleteMemcached':
      refuse(world.cache?.state === 'moving', 'not in a state to be deleted')
      return world.cache === undefined ? 'absent' : { ...deleting(world, world.cache), tokens: [] }
    case 'RebootNodes':
      return world
    case 'SetTags':
      return tagged(world, action.arn, (tags) => ({ ...tags, ...action.tags }))
    case 'RemoveTags':
      return tagged(world, action.arn, (tags) => without(tags, action.keys))
  }
}

const without = <T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))

const withValues = (
  world: World,
  name: string,
  next: (values: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): World => {
  const group = world.groups[name]
  if (group === undefined) throw new Refusal('CacheParameterGroupNotFound', 'there is no such group')
  const values = next(group.values)
  const fixed = group.values['cluster-enabled'] !== values['cluster-enabled']
  refuse(fixed && world.cache?.parameterGroupName === name, 'cluster-enabled is fixed while the group is in use')
  return { ...world, groups: { ...world.groups, [name]: { ...group, values } } }
}

const making = (world: World, cache: ObservedCache, tags: Tags): World => ({
  ...world,
  cache: { ...busy(cache, 'creating'), createdTime: undefined, engineVersion: '', members: [] },
  coming: [busy(cache, 'creating'), cache],
  tags: { ...world.tags, [cache.arn]: tags },
  created: world.created + 1,
})

const deleting = (world: World, cache: ObservedCache): World => ({
  ...world,
  cache: { ...cache, state: 'deleting', status: 'deleting' },
  coming: [undefined],
  tags: without(world.tags, [cache.arn]),
})

const available = (world: World): ObservedCache => {
  if (world.cache === undefined) throw new Refusal('ReplicationGroupNotFoundFault', 'there is no such cache')
  refuse(world.cache.state !== 'available', 'the cache must be available', 'InvalidReplicationGroupState')
  return world.cache
}

const change = (world: World, next: (cache: ObservedCache) => readonly ObservedCache[]): World => {
  const cache = available(world)
  return { ...world, cache: busy(cache, 'modifying'), coming: next(cache) }
}

const tagged = (world: World, arn: string, next: (tags: Tags) => Tags): World | 'absent' => {
  const tags = world.tags[arn]
  if (tags === undefined) return 'absent'
  const after = { ...world, tags: { ...world.tags, [arn]: next(tags) } }
  return world.cache?.arn === arn ? change(after, (cache) => [cache]) : after
}

/** AWS's date of the last change, which moves when the change is through. */
const changedToken = (world: World, cache: ObservedGroup, pending: 'Rotating' | 'Setting'): World => {
  const tokenChanges = world.tokenChanges + 1
  const authTokenChangedTime = `2026-02-02T00:00:${String(tokenChanges).padStart(2, '0')}Z`
  const next = { ...cache, authToken: true, authTokenChangedTime }
  const waiting = { ...busy(cache, 'modifying'), pending: { authToken: pending } } as ObservedGroup
  return { ...world, cache: waiting, coming: [waiting, next], tokenChanges }
}

const rotated = (world: World, token: string | undefined): World => {
  if (token === undefined) throw new Error('a rotation needs a token')
  const cache = asGroup(available(world))
  refuse(cache.inTransit !== 'Required', 'a token needs encryption in transit')
  refuse(world.tokens.includes(token), 'The AUTH token is already in use.', 'InvalidParameterValue')
  const kept = world.tokens.slice(-1)
  // The oldest goes at once, and to be open counts as one.
  return {
    ...changedToken(world, cache, 'Rotating'),
    tokens: kept,
    tokensComing: [...kept, token],
    openToo: world.tokens.length === 0,
  }
}

const finalised = (world: World, token: string | undefined): World => {
  if (token === undefined) throw new Error('a SET needs a token')
  const cache = asGroup(available(world))
  refuse(world.tokens.length < 2 && !world.openToo, 'SET is allowed only after ROTATE')
  refuse(world.tokens.at(-1) !== token, 'not the token that was rotated last', 'InvalidParameterValue')
  return { ...changedToken(world, cache, 'Setting'), tokens: [token], openToo: false }
}
