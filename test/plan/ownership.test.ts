import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type SecretMetadata, secretFactOf } from '../../src/plan/secrets/ownership.ts'
import { metaOf, owner } from './facts.ts'

const me = { kind: 'CacheCluster', name: owner.name, uid: owner.uid }
const their = (kind: string, name: string, uid: string) => ({
  owner: { kind, name, uid },
  annotatedOwnerUid: undefined,
})

describe('whose a Secret is', () => {
  const rows: readonly (readonly [string, Partial<SecretMetadata>, string])[] = [
    ['our label and our uid in the owner reference', {}, 'ours'],
    ['the reference was taken off, our own annotation says it', { owner: undefined }, 'ours'],
    ['our uid, and no label of ours: somebody made it look like ours', { labelled: false }, 'former'],
    ['the label alone', { owner: undefined, annotatedOwnerUid: undefined }, 'foreign'],
    ["a user's own, of whatever name", { labelled: false, owner: undefined, annotatedOwnerUid: undefined }, 'foreign'],
    [
      'of a former object of our name: Kubernetes is collecting it',
      their('CacheCluster', owner.name, 'uid-0'),
      'former',
    ],
    ['of another CacheCluster', their('CacheCluster', 'carts', 'uid-2'), 'foreign'],
    ['of another kind of our name', their('Certificate', owner.name, 'uid-3'), 'foreign'],
    [
      'of another CacheCluster, with our uid in the annotation',
      { ...their('CacheCluster', 'carts', 'uid-2'), annotatedOwnerUid: owner.uid },
      'foreign',
    ],
    [
      'the annotation of a former object, and no reference',
      { owner: undefined, annotatedOwnerUid: 'uid-0' },
      'foreign',
    ],
    ['ours, and on its way out', { deleting: true }, 'former'],
  ]
  for (const [sentence, changes, is] of rows) {
    it(sentence, () => assert.equal(secretFactOf(metaOf(changes), me).is, is))
  }
  it('nothing there', () => assert.equal(secretFactOf(undefined, me).is, 'absent'))
  it('is told in words', () => {
    const words = (changes: Partial<SecretMetadata>) => {
      const fact = secretFactOf(metaOf(changes), me)
      return fact.is === 'foreign' ? fact.whose : fact.is
    }
    assert.equal(words(their('CacheCluster', 'carts', 'x')), 'belongs to the CacheCluster carts')
    assert.equal(words({ owner: undefined, annotatedOwnerUid: 'gone' }), 'was kept from a CacheCluster that is gone')
    assert.equal(words({ owner: undefined, annotatedOwnerUid: undefined }), "exists and is not Larder's")
  })
})
