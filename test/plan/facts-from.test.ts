import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { CacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { annotation } from '../../src/crds/kind.ts'
import {
  askedToLook,
  type CacheInputs,
  cacheObjectOf,
  factsFrom,
  noReads,
  type Source,
} from '../../src/plan/cache-cluster/facts-from.ts'
import type { SecretMetadata } from '../../src/plan/secrets/ownership.ts'
import { absent, isoAt, metaOf, nowIso, nowMs, objectOf, owner, present, region, specOf } from './facts.ts'

const tokenSpec = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const referenced = { ...tokenSpec, auth: { mode: 'Token', token: { secretRef: { name: 'mine', key: 'pw' } } } }
const source = (changes: Partial<Source['metadata']> = {}, status: object | undefined = undefined): Source => ({
  metadata: { name: owner.name, namespace: owner.namespace, uid: owner.uid, ...changes },
  ...(status && { status }),
})
const inputs = (changes: Partial<CacheInputs> = {}, spec: object = {}): CacheInputs => ({
  operator: { cluster: owner.cluster, clusterUID: owner.clusterUID, region },
  source: source(),
  spec: specOf(spec),
  nowMs,
  poll: { blindMs: 0, failure: undefined },
  observed: absent,
  sinceWriteMs: undefined,
  repeats: [],
  refused: undefined,
  checkedEveryMs: 300_000,
  policyNames: [],
  reconcileAnswered: undefined,
  secretFailure: undefined,
  policy: undefined,
  secretMeta: () => undefined,
  neighbours: undefined,
  token: { is: 'unread' },
  publishedToken: undefined,
  ...changes,
})
const factsOf = (changes: Partial<CacheInputs> = {}, spec: object = {}) => factsFrom(inputs(changes, spec), noReads)

describe('the object and the time as facts', () => {
  it('an object without anything but a name', () => {
    assert.deepEqual(cacheObjectOf(inputs()), { ...objectOf(), generation: 0 })
  })
  it('a deletion, a generation and annotations', () => {
    const object = cacheObjectOf(
      inputs({ source: source({ deletionTimestamp: nowIso, generation: 7, annotations: { a: 'b' } }) }),
    )
    assert.deepEqual([object.deleting, object.generation, object.annotations], [true, 7, { a: 'b' }])
  })
  it('the moment is told both ways', () => {
    assert.deepEqual([factsOf().nowMs, factsOf().nowIso], [nowMs, nowIso])
  })
  it('how long it has been going on, from Reconciling, never below zero', () => {
    const since = (type: string, lastTransitionTime: string) => {
      const conditions = [{ type, status: 'True', reason: 'x', message: '', lastTransitionTime }]
      return factsOf({ source: source({}, { conditions }) }).reconcilingMs
    }
    assert.equal(since('Reconciling', isoAt(-90_000)), 90_000)
    assert.equal(since('Stalled', isoAt(-90_000)), 0)
    assert.equal(since('Ready', isoAt(-90_000)), 0)
    assert.equal(since('Reconciling', isoAt(5000)), 0)
    assert.equal(since('Reconciling', 'yesterday'), 0)
    assert.equal(factsOf().reconcilingMs, 0)
  })
  it('how long it has not been Ready counts on while Reconciling turns into Stalled', () => {
    const unready = (status: string) => {
      const conditions = [{ type: 'Ready', status, reason: 'x', message: '', lastTransitionTime: isoAt(-400_000) }]
      return factsOf({ source: source({}, { conditions }) }).unreadyMs
    }
    assert.deepEqual([unready('False'), unready('True')], [400_000, 0])
  })
  it('a record of the token in the form of an older operator says nothing', () => {
    const of = (authToken: object) => factsOf({ source: source({}, { id: 'x', authToken }) }).object.status
    assert.deepEqual(of({ version: 'v1', seen: 'v1' }), { id: 'x' })
    const settled = { version: 'v1', seen: 'v1', phase: 'Settled' }
    assert.deepEqual(of(settled), { id: 'x', authToken: settled })
  })
  it('larder.dev/reconcile-at asks until it is answered', () => {
    const asked = (value: string | undefined, answered: string | undefined) =>
      askedToLook(
        objectOf({
          annotations: value === undefined ? {} : { [annotation.reconcileAt]: value },
          status: answered === undefined ? {} : { lastHandledReconcileAt: answered },
        }),
      )
    assert.deepEqual(
      [asked(undefined, undefined), asked('1', undefined), asked('1', '1'), asked('2', '1')],
      [undefined, '1', undefined, '2'],
    )
  })
})

describe('the policy as a fact', () => {
  const named = { policyRef: { name: 'p' } }
  const rows = [
    ['none is named: not asked for', factsOf({ policy: { ttl: {} } }), 'unread'],
    ['named and not there', factsOf({}, named), 'absent'],
    ['named and there', factsOf({ policy: {} }, named), 'found'],
    [
      'an unreadable object is told from a missing one',
      factsOf({ policy: { ttl: { default: 5 } } }, named),
      'unreadable',
    ],
  ] as const
  for (const [sentence, facts, is] of rows) it(sentence, () => assert.equal(facts.policy.is, is))
  it('what is wrong is named', () => {
    const { policy } = factsOf({ policy: { ttl: { default: 5 } } }, named)
    assert.match(policy.is === 'unreadable' ? policy.why : '', /^spec\.ttl\.default: /)
  })
})

describe('the token as a fact', () => {
  const value = 'a'.repeat(16)
  const read = (secretVersion: string, token: string | undefined = value) =>
    ({ is: 'read', secretVersion, value: token }) as const
  const status = (changes: Partial<CacheClusterStatus>): Partial<CacheInputs> => ({ source: source({}, changes) })
  const settled = { version: 'v1', seen: 'v1', phase: 'Settled' } as const
  const published = { way: 'w', since: nowIso, token: 'v1', names: [] }
  const fact = (changes: Partial<CacheInputs>, spec: object = tokenSpec) => factsOf(changes, spec).token

  it('not asked for, and not there', () => {
    assert.deepEqual(fact({}), { is: 'unread' })
    assert.deepEqual(fact({ token: absent }), absent)
  })
  it('read for the first time: named by the version of its Secret', () => {
    assert.deepEqual(fact({ token: read('v1') }), present('v1'))
  })
  it('the very version that is known: not read again', () => {
    assert.deepEqual(
      fact({ ...status({ authToken: { ...settled, seen: 'v9' } }), token: { is: 'same' } }),
      present('v1', 'v9'),
    )
  })
  it('a changed annotation is no new token: its value is what the binding Secret holds', () => {
    const facts = { ...status({ authToken: settled, published }), token: read('v2'), publishedToken: value }
    assert.deepEqual(fact(facts), present('v1', 'v2'))
  })
  it('another value is another token', () => {
    const facts = { ...status({ authToken: settled, published }), token: read('v2'), publishedToken: 'b'.repeat(16) }
    assert.deepEqual(fact(facts), present('v2'))
  })
  it('the Secrets were written and status was not: the version that a call named is that token, not the one before', () => {
    const call = { call: 'RotateToken v2', changedTime: 't0' }
    const crashed = { authToken: settled, authTokenCall: call, published }
    assert.deepEqual(fact({ ...status(crashed), token: read('v2'), publishedToken: value }), present('v2'))
    const recorded = { authToken: { version: 'v2', seen: 'v0', phase: 'Overlap' } as const, published }
    assert.deepEqual(fact({ ...status(recorded), token: read('v2'), publishedToken: value }), present('v2'))
  })
  it('no binding Secret of ours to compare with, and none read: two missing values are not the same token', () => {
    assert.deepEqual(fact({ ...status({ authToken: settled, published }), token: read('v2') }), present('v2'))
  })
  it('a generated Secret whose key was removed or emptied: there is none', () => {
    assert.deepEqual(fact({ token: { is: 'read', secretVersion: 'v1', value: undefined } }), absent)
    assert.deepEqual(fact({ token: read('v1', '') }), absent)
  })
  it('a generated one that AWS would refuse is told, not published', () => {
    const token = fact({ token: read('v1', 'too short') })
    assert.match(
      token.is === 'unusable' ? token.why : '',
      /^spec\.auth: the Secret sessions-auth: the value of token is no auth token/,
    )
    assert.ok(!JSON.stringify(token).includes('too short'))
  })
  it('a referenced one names its field and key; an empty one is unusable, not absent', () => {
    const token = fact({ token: read('v1', '') }, referenced)
    assert.match(token.is === 'unusable' ? token.why : '', /^spec\.auth\.token\.secretRef: the value of pw/)
  })
  it('the token itself is nowhere in the facts', () => {
    const facts = factsOf({ token: read('v1', 'S3cretS3cretS3cret'), publishedToken: 'S3cretS3cretS3cret' }, tokenSpec)
    assert.ok(!JSON.stringify(facts).includes('S3cret'))
  })
})

describe('Secrets as facts', () => {
  const metas = (named: Readonly<Record<string, SecretMetadata | 'unread'>>) => (name: string) => named[name]
  const mine = metaOf()
  const theirs = metaOf({ labelled: false, owner: undefined, annotatedOwnerUid: undefined })
  it('each by its name', () => {
    const { binding, env, token } = factsOf(
      { secretMeta: metas({ sessions: mine, 'sessions-env': theirs, 'sessions-auth': 'unread' }) },
      tokenSpec,
    ).secrets
    assert.deepEqual([binding.is, env.is, token.is], ['ours', 'foreign', 'unread'])
  })
  it("a token in a Secret of the user's is none that could be taken", () => {
    assert.equal(factsOf({ secretMeta: () => theirs }, referenced).secrets.token.is, 'unread')
  })
  it('the former pair is what this object wrote, what it no longer means, and what is still its own', () => {
    const former = (names: readonly string[], spec: object, standing = mine) =>
      factsOf(
        {
          source: source({}, { published: { way: '', since: nowIso, names } }),
          secretMeta: (name) => (name === 'gone' ? undefined : standing),
        },
        spec,
      ).secrets.former
    const web = { connection: { secretName: 'web' } }
    assert.deepEqual(former(['sessions', 'sessions-env', 'web', 'web-env', 'gone'], web), ['sessions', 'sessions-env'])
    assert.deepEqual(former(['sessions', 'sessions-env'], {}), [])
    assert.deepEqual(former(['sessions', 'sessions-env'], web, theirs), [])
    assert.deepEqual(former(['sessions-auth'], {}), ['sessions-auth'])
    assert.deepEqual(former(['sessions-auth'], tokenSpec), [])
  })
  it('a Secret that was made by Larder and is now named by the user is no former one', () => {
    const spec = { ...tokenSpec, auth: { mode: 'Token', token: { secretRef: { name: 'sessions-auth' } } } }
    const facts = factsOf(
      {
        source: source({}, { published: { way: '', since: nowIso, names: ['sessions-auth'] } }),
        secretMeta: () => mine,
      },
      spec,
    )
    assert.deepEqual(facts.secrets.former, [])
  })
})

describe('who means the same Secrets', () => {
  const other = (name: string, creationTimestamp: string, spec: object = {}, uid = `uid-${name}`): Source => ({
    metadata: { name, namespace: owner.namespace, uid, creationTimestamp },
    spec: specOf(spec),
  })
  const rival = (neighbours: readonly Source[], spec: object = {}) =>
    factsOf({ source: source({ creationTimestamp: '2026-02-01T00:00:00Z' }), neighbours }, spec).secrets.rival
  const older = '2026-01-01T00:00:00Z'
  const younger = '2026-03-01T00:00:00Z'
  const web = { connection: { secretName: 'web' } }
  const rows = [
    ['nobody else', rival([]), undefined],
    ['others with other names', rival([other('carts', older)]), undefined],
    ['the same name, older: it was first', rival([other('blue', older, web)], web), { name: 'blue', secret: 'web' }],
    ['the same name, younger: we were', rival([other('green', younger, web)], web), undefined],
    [
      'x and x-env never meet: the names are derived from each other',
      rival([other('sessions-env', older)]),
      { name: 'sessions-env', secret: 'sessions-env' },
    ],
    [
      'x and x-auth never meet where x has a token',
      rival([other('sessions-auth', older)], tokenSpec),
      { name: 'sessions-auth', secret: 'sessions-auth' },
    ],
    ['x and x-auth are strangers where x has none', rival([other('sessions-auth', older)]), undefined],
    [
      'born in the same second: the uid decides',
      rival([other('blue', '2026-02-01T00:00:00Z', web, 'uid-0')], web),
      { name: 'blue', secret: 'web' },
    ],
    ['and decides for both alike', rival([other('blue', '2026-02-01T00:00:00Z', web, 'uid-9')], web), undefined],
    [
      'the oldest of several',
      rival([other('b', '2026-01-02T00:00:00Z', web), other('a', older, web)], web),
      { name: 'a', secret: 'web' },
    ],
    ['oneself is no rival', rival([other('sessions', older, {}, owner.uid)]), undefined],
  ] as const
  for (const [sentence, found, wanted] of rows) it(sentence, () => assert.deepEqual(found, wanted))
  it('a neighbour that this operator can not read is nobody', () => {
    const strange: Source = { metadata: { name: 'x', uid: 'x', creationTimestamp: older }, spec: { connection: {} } }
    assert.equal(rival([strange]), undefined)
    assert.equal(rival([{ metadata: { name: 'x', uid: 'x', creationTimestamp: older } }]), undefined)
  })
})
