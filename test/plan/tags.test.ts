import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { tagSteps, tagsRecord, wantedTags } from '../../src/plan/core/tags.ts'
import { arn, group, id, ours, owner, without } from './facts.ts'

const steps = (wanted: Record<string, string>, keys: readonly string[], have: Record<string, string>) =>
  tagSteps(group(), wantedTags(owner, wanted), have, keys)
const target = { cacheId: id, arn }

describe('tags', () => {
  const rows = [
    ['AWS holds them: no step', { team: 'a' }, [], { ...ours, team: 'a' }, []],
    ['tags of others stay', {}, [], { ...ours, theirs: 'x' }, []],
    ['a tag is missing', { team: 'a' }, [], ours, [{ do: 'SetTags', ...target, tags: { team: 'a' } }]],
    [
      'a tag has another value',
      { team: 'a' },
      ['team'],
      { ...ours, team: 'b' },
      [{ do: 'SetTags', ...target, tags: { team: 'a' } }],
    ],
    [
      'a tag that we set is asked for no more',
      {},
      ['team'],
      { ...ours, team: 'a' },
      [{ do: 'RemoveTags', ...target, keys: ['team'] }],
    ],
    ['a tag that we set is gone already', {}, ['team'], ours, []],
    [
      'a tag that others set under a key of the past stays ours',
      { tier: '1' },
      ['team'],
      { ...ours, team: 'a' },
      [
        { do: 'SetTags', ...target, tags: { tier: '1' } },
        { do: 'RemoveTags', ...target, keys: ['team'] },
      ],
    ],
    [
      'a lost owner tag is put back',
      {},
      [],
      without(ours, 'larder.dev/uid', 'larder.dev/cluster-uid'),
      [{ do: 'SetTags', ...target, tags: { 'larder.dev/uid': 'uid-1', 'larder.dev/cluster-uid': 'kube-1' } }],
    ],
    [
      'the uid of a former owner is set over',
      {},
      [],
      { ...ours, 'larder.dev/uid': 'uid-0' },
      [{ do: 'SetTags', ...target, tags: { 'larder.dev/uid': 'uid-1' } }],
    ],
  ] as const
  for (const [sentence, wanted, keys, have, planned] of rows) {
    it(sentence, () => assert.deepEqual(steps(wanted, keys, have), planned))
  }
  it('the owner comes last, so that no tag of the user can forge it', () => {
    assert.deepEqual(wantedTags(owner, { 'larder.dev/name': 'x', team: 'a' }), { ...ours, team: 'a' })
    assert.deepEqual(wantedTags(owner, undefined), ours)
  })
  it('what is recorded names keys in order and values by a hash', () => {
    assert.deepEqual(tagsRecord({ b: '1', a: '2' }).keys, ['a', 'b'])
    assert.equal(tagsRecord({ b: '1', a: '2' }).hash, tagsRecord({ a: '2', b: '1' }).hash)
    assert.notEqual(tagsRecord({ a: '1' }).hash, tagsRecord({ a: '2' }).hash)
  })
})
