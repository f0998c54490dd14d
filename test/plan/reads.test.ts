import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { intentOf } from '../../src/plan/cache-cluster/intent.ts'
import { readsOf } from '../../src/plan/cache-cluster/reads.ts'
import { tagsRecord } from '../../src/plan/core/tags.ts'
import { absent, factsOf, group, id, known, objectOf, ours, seen, specOf } from './facts.ts'

const reads = (changes: Partial<CacheFacts>, refresh = false): readonly string[] => {
  const facts = factsOf(changes)
  return Object.entries(readsOf(facts, intentOf(facts), refresh)).flatMap(([name, yes]) => (yes ? [name] : []))
}
const asking = { engineVersion: '7.1', parameters: { timeout: '20' } }
const name = `${id}-redis7`
const hash = intentOf(factsOf({ object: objectOf({ spec: specOf(asking) }) })).ownGroup?.hash ?? ''
const settledStatus = { ...known, tags: tagsRecord(ours), parameterGroup: { name, owned: true, appliedHash: hash } }
const settled = {
  object: objectOf({ spec: specOf(asking), status: settledStatus }),
  observed: seen(group({ parameterGroupName: name })),
}
const going = (spec: object = {}, status: CacheFacts['object']['status'] = known) =>
  objectOf({ deleting: true, spec: specOf(spec), status })

describe('what a turn reads beyond the shared look', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['settled: nothing', reads(settled), []],
    ['settled, and everything is due: tags and values', reads(settled, true), ['tags', 'parameters']],
    ['not looked yet: nothing', reads({ ...settled, observed: { is: 'unknown' } }, true), []],
    ['first observed: whose it is', reads({ observed: seen(group()) }), ['tags']],
    [
      'another creation time: whose it is',
      reads({ object: objectOf({ status: { ...settledStatus, createdTime: 'x' } }), observed: seen(group()) }),
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
    ['nothing there and nothing ever was', reads({}), []],
    ['gone: by its id before it is called lost', reads({ object: objectOf({ status: settledStatus }) }), ['live']],
    [
      'failed: what AWS says of it',
      reads({ object: objectOf({ status: settledStatus }), observed: seen(group({ state: 'failed' })) }),
      ['events'],
    ],
    ['a step that was taken twice: nothing', reads({ ...settled, repeats: 2 }), []],
    ['a step that comes back and back: what AWS says of it', reads({ ...settled, repeats: 3 }), ['events']],
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
      'deleting, gone: by its id, and what was made for it',
      reads({ object: going(), observed: absent }),
      ['live', 'parameters'],
    ],
    [
      'deleting, retained: the parameter group is let go too',
      reads({ object: going({ deletionPolicy: 'Retain' }), observed: seen(group()) }),
      ['live', 'tags', 'parameters'],
    ],
    [
      'deleting, a former parameter group is left',
      reads({ object: going({}, settledStatus), observed: seen(group({ parameterGroupName: 'x' })) }),
      ['live', 'tags', 'parameters'],
    ],
  ]
  for (const [sentence, list, wanted] of rows) {
    it(sentence, () => assert.deepEqual([...list].sort(), [...wanted].sort()))
  }
})
