import assert from 'node:assert/strict'
import type { AwsAction, NewGroup } from '../../src/plan/core/action.ts'
import type { ObservedGroup, ObservedMemcached } from '../../src/plan/core/observed.ts'
import type { Acted, Failure, Read } from '../../src/plan/core/outcome.ts'
import type { Ground } from './ground.ts'

/** What the snapshot has of a group; fails when it has none. */
export const groupSeen = ({ aws }: Ground, id: string): ObservedGroup => {
  const observed = aws.observed(id)
  assert.ok(observed.is === 'seen' && observed.cache.is === 'group', `${id} is ${observed.is}`)
  return observed.cache
}

export const memcachedSeen = ({ aws }: Ground, id: string): ObservedMemcached => {
  const observed = aws.observed(id)
  assert.ok(observed.is === 'seen' && observed.cache.is === 'memcached', `${id} is ${observed.is}`)
  return observed.cache
}

/** Waits until the snapshot has the cache available, every node of it. */
export const settled = async (ground: Ground, id: string): Promise<void> => {
  await ground.until(`${id} available`, () => {
    const observed = ground.aws.observed(id)
    assert.ok(observed.is !== 'seen' || observed.cache.state !== 'failed', 'the cache has failed')
    return observed.is === 'seen' && observed.cache.state === 'available'
  })
}

/** Carries out one action, again while AWS is busy, as the operator does. */
export const acted = async (ground: Ground, action: AwsAction, authToken?: string): Promise<Acted> => {
  let last: Acted | undefined
  let acting = false
  const act = async () => {
    acting = true
    last = await ground.aws.act(action, authToken)
    acting = false
  }
  // Not awaited on the spot: after a storm the throttle holds an action back, and only `until` lets time pass.
  await ground.until(`${action.do} taken`, () => {
    if (acting) return false
    if (last && !(last.is === 'failed' && last.failure.is === 'waiting')) return true
    void act()
    return false
  })
  assert.ok(last)
  return last
}

/** The same, and it must have been done. */
export const done = async (ground: Ground, action: AwsAction, authToken?: string): Promise<void> =>
  assert.deepEqual(await acted(ground, action, authToken), { is: 'done' })

export const failureIn = (result: Acted): Failure => {
  assert.ok(result.is === 'failed', `it is ${result.is}`)
  return result.failure
}

export const valueIn = <T>(read: Read<T>): T => {
  assert.ok(read.ok, read.ok ? '' : read.failure.message)
  return read.value
}

export const smallGroup: NewGroup = {
  engine: 'valkey',
  engineVersion: '8.1',
  nodeType: 'cache.t4g.micro',
  shards: 1,
  replicasPerShard: 1,
}

export const createGroup = (id: string, over: Partial<NewGroup> = {}, withToken = false): AwsAction => ({
  do: 'CreateGroup',
  id,
  description: 'made by a test of larder',
  group: { ...smallGroup, ...over },
  tags: { 'larder/test': id },
  withToken,
})

/** Removes a group whatever state it is in, and waits until nothing is left. */
export const groupGone = async (ground: Ground, id: string): Promise<void> => {
  ground.aws.watch(id, 'group', true)
  await acted(ground, { do: 'DeleteGroup', id })
  await ground.until(`${id} gone`, () => ground.aws.observed(id).is === 'absent')
  ground.aws.forget(id)
}
