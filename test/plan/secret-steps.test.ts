import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { CacheFacts, SecretMeta } from '../../src/plan/cache-cluster/facts.ts'
import { secretNames, secretSteps, tokenAwaited, wantedHashes, wantedPair } from '../../src/plan/secrets/steps.ts'
import { absent, factsOf, found, group, known, memcached, node, objectOf, policyOf, seen, specOf } from './facts.ts'
import { withSecrets } from './sealed.ts'

const standing = withSecrets(factsOf({ object: objectOf({ status: known }), observed: seen(group()) }))
const written = (facts: CacheFacts) => {
  const step = secretSteps(facts)
  return step === undefined ? [] : step.action.do === 'WriteSecrets' ? [...step.action.secrets] : ['?']
}
const meta = (changes: Partial<SecretMeta>): Partial<CacheFacts> => ({
  bindingMeta: { ...(standing.bindingMeta as SecretMeta), ...changes },
})
const tokenSpec = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const guarded = (given: { version: string; settled: boolean } | undefined, version: string) =>
  factsOf({
    object: objectOf({ spec: specOf(tokenSpec), status: { ...known, ...(given && { authToken: given }) } }),
    observed: seen(group({ inTransit: 'Required', authToken: true })),
    token: { is: 'present', version },
  })

describe('when the Secrets are written', () => {
  const keys = standing.bindingMeta?.keys ?? []
  const rows: readonly (readonly [string, Partial<CacheFacts>, readonly string[]])[] = [
    ['both stand: no write', {}, []],
    ['the binding is missing', { bindingMeta: undefined }, ['binding']],
    ['the environment is missing', { envMeta: undefined }, ['env']],
    ['both are missing', { bindingMeta: undefined, envMeta: undefined }, ['binding', 'env']],
    ['the contents differ', meta({ contentHash: 'other' }), ['binding']],
    ['the mark of the contents was taken off', meta({ contentHash: undefined }), ['binding']],
    ['somebody edited a key: it is no longer ours', meta({ keys: keys.slice(1), foreign: true }), ['binding']],
    ['somebody put a key of theirs beside ours: theirs stays, and no endless writing', meta({ foreign: true }), []],
    ['a key that we no longer write is still ours', meta({ keys: [...keys, 'old'] }), ['binding']],
    ['keys in another order', meta({ keys: [...keys].reverse() }), []],
    ['it belongs to another object', meta({ ownerUid: 'uid-0' }), ['binding']],
    ['it belongs to nobody', meta({ ownerUid: undefined }), ['binding']],
    [
      'an endpoint has changed',
      { observed: seen(group({ primary: { host: 'new', port: 6379 } })) },
      ['binding', 'env'],
    ],
    ['the policy came', { policy: found(policyOf()) }, ['binding', 'env']],
    ['the cache is gone: the last pair stays', { observed: absent }, []],
    [
      'the cache is being made: nothing to hand out',
      { observed: seen(group({ state: 'moving', status: 'creating', primary: { host: 'x', port: 1 } })) },
      [],
    ],
    [
      'the cache has failed: the last pair stays',
      { observed: seen(group({ state: 'failed', primary: { host: 'x', port: 1 } })) },
      [],
    ],
    [
      'AWS tells no endpoint for a while: the last pair stays',
      { observed: seen(group({ state: 'moving', status: 'modifying', primary: undefined })) },
      [],
    ],
  ]
  for (const [sentence, changes, secrets] of rows) {
    it(sentence, () => assert.deepEqual(written(factsOf({ ...standing, ...changes })), secrets))
  }
  it('a new memcached node is handed out when it is there, the old list stays until then', () => {
    const two = memcached({ nodeCount: 2, members: [node(1), node(2)] })
    const before = withSecrets(factsOf({ observed: seen(two) }))
    const coming = node(3, { state: 'moving', status: 'creating' })
    const growing = { ...two, state: 'moving', status: 'modifying', members: [...two.members, coming] } as const
    assert.deepEqual(written(factsOf({ ...before, observed: seen(growing) })), [])
    const grown = memcached({ nodeCount: 3, members: [...two.members, node(3)] })
    assert.deepEqual(written(factsOf({ ...before, observed: seen(grown) })), ['binding', 'env'])
  })
})

describe('the Secrets while a token changes', () => {
  it('AWS was never given the token: nothing is written', () => {
    assert.equal(wantedPair(guarded(undefined, '1'), 'x'), undefined)
    assert.equal(tokenAwaited(guarded(undefined, '1')), true)
  })
  it('a new token that AWS was not given yet: the old pair stays', () => {
    const old = withSecrets(guarded({ version: '1', settled: true }, '1'))
    const changed = factsOf({ ...old, token: { is: 'present', version: '2' } })
    assert.equal(secretSteps(changed), undefined)
    assert.equal(tokenAwaited(changed), true)
  })
  it('given, beside the old one: the new pair is written before the old token goes', () => {
    const old = withSecrets(guarded({ version: '1', settled: true }, '1'))
    const given = factsOf({
      ...guarded({ version: '2', settled: false }, '2'),
      bindingMeta: old.bindingMeta,
      envMeta: old.envMeta,
    })
    assert.deepEqual(written(given), ['binding', 'env'])
    assert.deepEqual(written(withSecrets(guarded({ version: '2', settled: false }, '2'))), [])
  })
  it('the hashes tell one token from another without knowing either', () => {
    const one = wantedHashes(guarded({ version: '1', settled: true }, '1'))
    const other = wantedHashes(guarded({ version: '2', settled: true }, '2'))
    assert.notEqual(one?.binding, other?.binding)
    assert.notEqual(one?.env, other?.env)
  })
  it('without a token asked for, none is handed out', () => {
    assert.equal(wantedPair(standing, 'left over')?.binding.password, undefined)
  })
})

describe('the names of the Secrets', () => {
  it("the object's name, and <name>-env", () => {
    assert.deepEqual(secretNames(objectOf()), { binding: 'sessions', env: 'sessions-env' })
  })
  it('spec.connection.secretName', () => {
    const object = objectOf({ spec: specOf({ connection: { secretName: 'web' } }) })
    assert.deepEqual(secretNames(object), { binding: 'web', env: 'web-env' })
  })
})
