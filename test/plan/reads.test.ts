import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { intentOf } from '../../src/plan/cache-cluster/intent.ts'
import { contentName } from '../../src/plan/cache-cluster/parameters.ts'
import { readsOf } from '../../src/plan/cache-cluster/reads.ts'
import { step, stepHash } from '../../src/plan/core/step.ts'
import { tagsRecord } from '../../src/plan/core/tags.ts'
import { absent, factsOf, group, id, known, objectOf, ours, owner, seen, specOf } from './facts.ts'

/** `tags` is needed, `tags?` only to see again what was seen before. */
const reads = (
  changes: Partial<CacheFacts>,
  refresh = false,
  users: readonly string[] | undefined = [],
): readonly string[] => {
  const facts = factsOf(changes)
  const { leftover, lingering: _, ...wants } = readsOf(facts, intentOf(facts), refresh, () => users)
  const wanted = Object.entries(wants).flatMap(([name, want]) =>
    want === 'no' ? [] : [want === 'needed' ? name : `${name}?`],
  )
  return [...wanted, ...(leftover === undefined ? [] : [`leftover ${leftover}`])]
}
const asking = { engineVersion: '7.1', parameters: { timeout: '20' } }
const name = contentName(owner.cluster, 'redis7', { timeout: '20' })
const old = contentName(owner.cluster, 'redis7', { timeout: '5' })
const settledStatus = { ...known, tags: tagsRecord(ours), parameterGroup: { name, owned: true, complete: true } }
const settled = {
  object: objectOf({ spec: specOf(asking), status: settledStatus }),
  observed: seen(group({ parameterGroupName: name })),
}
const left = {
  ...settled,
  object: objectOf({ spec: specOf(asking), status: { ...settledStatus, formerParameterGroups: [old] } }),
}
const going = (spec: object = {}, status: CacheFacts['object']['status'] = known) =>
  objectOf({ deleting: true, spec: specOf(spec), status })
const ownDelete = {
  repeats: [{ hash: stepHash(step({ do: 'DeleteGroup', id })), times: 1, sinceMs: 60_000 }],
  sinceWriteMs: 60_000,
}
const repeats = (times: number) => ({ repeats: [{ hash: 'x', times, sinceMs: 0 }] })

describe('what a reconcile reads beyond the shared poll', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['settled: nothing', reads(settled), []],
    [
      "settled, and everything is due: tags and values, in nobody's way",
      reads(settled, true),
      ['tags?', 'parameters?'],
    ],
    ['not polled yet: nothing', reads({ ...settled, observed: { is: 'unknown' } }, true), []],
    ['first observed: whose it is', reads({ observed: seen(group()) }), ['tags']],
    [
      'another creation time: whose it is',
      reads({ object: objectOf({ status: { ...settledStatus, createdTime: 'x' } }), observed: seen(group()) }),
      ['tags'],
    ],
    [
      'status of another Kubernetes cluster: whose it is',
      reads({
        object: objectOf({
          status: { ...settledStatus, target: { region: 'us-east-1', cluster: 'prod', clusterUID: 'kube-2' } },
        }),
        observed: seen(group()),
      }),
      ['tags'],
    ],
    [
      'other tags are asked for',
      reads({
        object: objectOf({ spec: specOf({ tags: { a: 'b' } }), status: settledStatus }),
        observed: seen(group()),
      }),
      ['tags'],
    ],
    [
      'AWS tells no tags while it is busy',
      reads({
        object: objectOf({ status: { ...settledStatus, tags: { hash: '', keys: [] } } }),
        observed: seen(group({ state: 'moving' })),
      }),
      [],
    ],
    ['nor of what it deletes', reads({ observed: seen(group({ state: 'deleting' })) }), []],
    [
      'other values are asked for',
      reads({
        ...settled,
        object: objectOf({ spec: specOf({ ...asking, parameters: { timeout: '30' } }), status: settledStatus }),
      }),
      ['parameters'],
    ],
    [
      'a group that was not seen to hold its values yet',
      reads({
        ...settled,
        object: objectOf({ spec: specOf(asking), status: { ...settledStatus, parameterGroup: { name, owned: true } } }),
      }),
      ['parameters'],
    ],
    [
      "one of the user's: nothing",
      reads(
        {
          object: objectOf({ spec: specOf({ parameterGroupName: 'theirs' }), status: settledStatus }),
          observed: seen(group()),
        },
        true,
      ),
      ['tags?'],
    ],
    ['a group that was left and that nobody uses: whose it is', reads(left), [`leftover ${old}`]],
    ['a group that was left and that others use: nothing', reads(left, false, ['carts']), []],
    [
      'whether others use it is not known: nothing',
      readsOf(factsOf(left), intentOf(factsOf(left)), false, () => undefined).leftover === undefined
        ? []
        : ['leftover'],
      [],
    ],
    [
      'the group that the cache uses is none that it left',
      reads({ ...left, observed: seen(group({ parameterGroupName: old })) }),
      [],
    ],
    [
      'a name in status that is none of ours is never looked at',
      reads({
        ...settled,
        object: objectOf({ spec: specOf(asking), status: { ...settledStatus, formerParameterGroups: ['theirs'] } }),
      }),
      [],
    ],
    ['nothing there and nothing ever was', reads({}), []],
    [
      'gone: by its id before it is called lost',
      reads({ object: objectOf({ status: settledStatus }) }),
      ['account', 'live'],
    ],
    [
      'failed: what AWS says of it',
      reads({ object: objectOf({ status: settledStatus }), observed: seen(group({ state: 'failed' })) }),
      ['events?'],
    ],
    ['a step that was taken twice: nothing', reads({ ...settled, ...repeats(2) }), []],
    ['a step that comes back and back: what AWS says of it', reads({ ...settled, ...repeats(3) }), ['events?']],
    ['deleting: by its id, and its tags', reads({ object: going(), observed: seen(group()) }), ['live', 'tags']],
    [
      'deleting, and AWS is at it: nothing',
      reads({ object: going(), observed: seen(group({ state: 'deleting' })) }),
      [],
    ],
    ['deleting, and AWS is busy: nothing', reads({ object: going(), observed: seen(group({ state: 'moving' })) }), []],
    [
      'deleting, protected: nothing',
      reads({ object: going({ deletionProtection: true }), observed: seen(group()) }),
      [],
    ],
    [
      'deleting, gone: by its id, and whose account it is',
      reads({ object: going(), observed: absent }),
      ['account', 'live'],
    ],
    [
      'deleting, gone since our own delete: the poll is enough',
      reads({ object: going(), observed: absent, ...ownDelete }),
      [],
    ],
    [
      'deleting, gone since another step of ours: the poll tells nothing',
      reads({ object: going(), observed: absent, ...repeats(1) }),
      ['account', 'live'],
    ],
    [
      'deleting, gone: its parameter group',
      reads({ object: going({}, settledStatus), observed: absent }),
      ['account', 'live', `leftover ${name}`],
    ],
    [
      'deleting, gone: one that others use stays',
      reads({ object: going({}, settledStatus), observed: absent }, false, ['carts']),
      ['account', 'live'],
    ],
    [
      'deleting, gone: former ones first',
      reads({ object: going({}, { ...settledStatus, formerParameterGroups: [old] }), observed: absent }),
      ['account', 'live', `leftover ${old}`],
    ],
    [
      'deleting, gone: the group of the user is no business of ours',
      reads({ object: going({}, { ...known, parameterGroup: { name: id, owned: false } }), observed: absent }),
      ['account', 'live'],
    ],
  ]
  for (const [sentence, list, wanted] of rows) {
    it(sentence, () => assert.deepEqual([...list].sort(), [...wanted].sort()))
  }
})
