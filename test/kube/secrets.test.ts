import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { storedSecretOf } from '../../src/kube/cache/secret-metadata.ts'

const fields = (...keys: string[]) => ({
  'f:data': Object.fromEntries(['.', ...keys.map((key) => `f:${key}`)].map((name) => [name, {}])),
})
const ours = { manager: 'larder', operation: 'Apply', fieldsV1: fields('uri', 'password') }
const storedOf = (...managedFields: object[]) =>
  storedSecretOf({
    metadata: {
      name: 'a',
      namespace: 'ns',
      uid: 'u',
      resourceVersion: '1',
      labels: { 'app.kubernetes.io/managed-by': 'larder' },
      annotations: {
        'larder.dev/content-hash': 'h',
        'larder.dev/owner-uid': 'owner',
        'larder.dev/owner': 'CacheCluster/sessions',
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'other' },
        { apiVersion: 'larder.dev/v1alpha1', kind: 'CacheCluster', name: 'sessions', uid: 'owner', controller: true },
      ],
      managedFields,
    },
  })

describe('the meta of a Secret', () => {
  it('tells our keys, the hash, and who controls it', () => {
    const { meta, tells } = storedOf(ours)
    assert.deepEqual(meta, {
      uid: 'u',
      resourceVersion: '1',
      contentHash: 'h',
      keys: ['password', 'uri'],
      foreign: false,
      labelled: true,
      ownerUid: 'owner',
      owner: { apiVersion: 'larder.dev/v1alpha1', kind: 'CacheCluster', name: 'sessions', uid: 'owner' },
      annotatedOwnerUid: 'owner',
      deleting: false,
    })
    assert.equal(tells?.name, 'sessions')
  })

  it('remembers its owner when somebody took the reference off', () => {
    const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '2' }
    const annotations = { 'larder.dev/owner-uid': 'owner', 'larder.dev/owner': 'CacheCluster/sessions' }
    const { meta, tells } = storedSecretOf({ metadata: { ...metadata, annotations } })
    assert.deepEqual([meta.ownerUid, meta.owner, meta.annotatedOwnerUid], [undefined, undefined, 'owner'])
    assert.deepEqual(tells, { kind: 'CacheCluster', name: 'sessions' })
  })

  it("tells nobody when it is kept without an owner, or is somebody else's", () => {
    const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '2' }
    const annotations = { 'larder.dev/owner-uid': '', 'larder.dev/owner': '' }
    const kept = storedSecretOf({ metadata: { ...metadata, annotations } })
    assert.deepEqual([kept.meta.annotatedOwnerUid, kept.tells], ['', undefined])
    const others = storedSecretOf({ metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    assert.deepEqual(
      [others.meta.labelled, others.meta.annotatedOwnerUid, others.meta.deleting],
      [false, undefined, true],
    )
  })

  for (const [what, entry] of [
    ['an update by another', { manager: 'kubectl-edit', operation: 'Update', fieldsV1: fields('uri') }],
    ['an update under our own name', { manager: 'larder', operation: 'Update', fieldsV1: fields('uri') }],
    ['data given as text', { manager: 'x', operation: 'Apply', fieldsV1: { 'f:stringData': { 'f:uri': {} } } }],
  ] as const)
    it(`is foreign after ${what}`, () => assert.equal(storedOf(ours, entry).meta.foreign, true))

  it('is not foreign for a stranger who owns labels only', () => {
    const entry = { manager: 'x', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } } } }
    assert.equal(storedOf(ours, entry).meta.foreign, false)
  })

  it('has no keys when the record of owners was wiped', () => {
    assert.deepEqual(storedOf().meta.keys, [])
    assert.deepEqual(storedOf({}).meta.keys, [])
  })
})
