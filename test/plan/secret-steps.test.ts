import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { CacheFacts, SecretFacts } from '../../src/plan/cache-cluster/facts.ts'
import type { TokenRecord } from '../../src/plan/cache-cluster/token.ts'
import type { ObservedGroup } from '../../src/plan/core/observed.ts'
import { pairNames, writtenNames } from '../../src/plan/secrets/names.ts'
import type { SecretMetadata } from '../../src/plan/secrets/ownership.ts'
import {
  formerSecretsStep,
  publishedWay,
  secretSteps,
  secretTaken,
  wantedHashes,
  wantedPair,
  wayHeld,
} from '../../src/plan/secrets/steps.ts'
import {
  absent,
  factsOf,
  found,
  group,
  isoAt,
  known,
  memcached,
  metaOf,
  node,
  noSecrets,
  objectOf,
  policyOf,
  present,
  seen,
  specOf,
} from './facts.ts'
import { publishedSince, withSecrets } from './sealed.ts'

const standing = withSecrets(factsOf({ object: objectOf({ status: known }), observed: seen(group()) }))
const written = (facts: CacheFacts) => {
  const step = secretSteps(facts)
  return step === undefined ? [] : step.action.do === 'WriteSecrets' ? [...step.action.secrets] : ['?']
}
const bindingMeta: SecretMetadata =
  standing.secrets.binding.is === 'ours' ? standing.secrets.binding.meta : metaOf({ contentHash: 'none' })
const secrets = (changes: Partial<SecretFacts>): Partial<CacheFacts> => ({
  secrets: { ...standing.secrets, ...changes },
})
const meta = (changes: Partial<SecretMetadata>) =>
  secrets({ binding: { is: 'ours', meta: { ...bindingMeta, ...changes } } })
const foreign = { is: 'foreign', whose: "exists and is not Larder's" } as const
const tokenSpec = { encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
const record = (version: string, phase: TokenRecord['phase'] = 'Settled') => ({ version, seen: version, phase })
const guarded = (
  given: TokenRecord | undefined,
  version: string,
  cache: Partial<ObservedGroup> = {},
  published?: string,
) =>
  factsOf({
    object: objectOf({
      spec: specOf(tokenSpec),
      status: {
        ...known,
        ...(given && { authToken: given }),
        ...(published && { published: { way: 'w', since: isoAt(0), token: published, names: [] } }),
      },
    }),
    observed: seen(group({ inTransit: 'Required', authToken: true, ...cache })),
    token: present(version),
  })

describe('when the Secrets are written', () => {
  const keys = bindingMeta.keys
  const rows: readonly (readonly [string, Partial<CacheFacts>, readonly string[]])[] = [
    ['both stand: no write', {}, []],
    ['the binding is missing', secrets({ binding: absent }), ['binding']],
    ['the environment is missing', secrets({ env: absent }), ['env']],
    ['both are missing', secrets({ binding: absent, env: absent }), ['binding', 'env']],
    ['the contents differ', meta({ contentHash: 'other' }), ['binding']],
    ['the mark of the contents was taken off', meta({ contentHash: undefined }), ['binding']],
    ['somebody edited a key: it is no longer ours', meta({ keys: keys.slice(1), foreign: true }), ['binding']],
    ['somebody put a key of theirs beside ours: theirs stays, and no endless writing', meta({ foreign: true }), []],
    ['a key that we no longer write is still ours', meta({ keys: [...keys, 'old'] }), ['binding']],
    ['keys in another order', meta({ keys: [...keys].reverse() }), []],
    ['its owner reference was taken off: it is put back', meta({ owner: undefined }), ['binding']],
    ["it is somebody else's: never written", secrets({ binding: foreign }), []],
    [
      "it is somebody else's, and the other one is missing: no half pair",
      secrets({ binding: foreign, env: absent }),
      [],
    ],
    ['it is a former one that is being collected: waited for', secrets({ binding: { is: 'former' } }), []],
    [
      'the policy that is named is missing: the last pair stays',
      { object: objectOf({ spec: specOf({ policyRef: { name: 'p' } }), status: known }), policy: absent },
      [],
    ],
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
  })
  it('a new token that AWS was not given yet: the old pair stays, and heals from the Secret that holds the token', () => {
    const before = publishedSince(guarded(record('1'), '1'), isoAt(0))
    const changed = factsOf({ ...before, token: present('2') })
    assert.equal(secretSteps(changed), undefined)
    assert.deepEqual(written(factsOf({ ...changed, secrets: { ...changed.secrets, env: absent } })), ['env'])
  })
  it('ROTATE is published only once AWS shows nothing pending', () => {
    const before = publishedSince(guarded(record('1'), '1'), isoAt(0))
    const rotating = (cache: Partial<ObservedGroup>) => {
      const object = { ...before.object, status: { ...before.object.status, authToken: record('2', 'Rotating') } }
      const observed = seen(group({ inTransit: 'Required', authToken: true, ...cache }))
      return factsOf({ ...before, object, observed, token: present('2') })
    }
    assert.deepEqual(written(rotating({ state: 'moving', status: 'modifying' })), [])
    assert.deepEqual(written(rotating({ pending: { authToken: 'Rotating' } })), [])
    assert.deepEqual(written(rotating({})), ['binding', 'env'])
  })
  it('given, beside the old one: the new pair is written before the old token goes', () => {
    const old = withSecrets(guarded(record('1'), '1'))
    const given = factsOf({ ...guarded(record('2', 'Overlap'), '2'), secrets: old.secrets })
    assert.deepEqual(written(given), ['binding', 'env'])
    assert.deepEqual(written(withSecrets(guarded(record('2', 'Overlap'), '2'))), [])
  })
  it('the hashes tell one token from another without knowing either', () => {
    const one = wantedHashes(guarded(record('1'), '1'))
    const other = wantedHashes(guarded(record('2'), '2'))
    assert.notEqual(one?.binding, other?.binding)
    assert.notEqual(one?.env, other?.env)
  })
  it('TLS and token in one edit: rediss without a token at Preferred, which asks nobody for it', () => {
    const facts = guarded(undefined, '1', { inTransit: 'Preferred', authToken: false })
    const pair = wantedPair(facts, 'x')
    assert.match(pair?.binding.uri ?? '', /^rediss:\/\/primary/)
    assert.equal(pair?.binding.password, undefined)
  })
  it('without a token asked for, none is handed out', () => {
    assert.equal(wantedPair(standing, 'left over')?.binding.password, undefined)
  })
})

describe('the way that the Secrets tell', () => {
  const tls = (inTransit: string) => ({ encryption: { inTransit } })
  const at = (spec: object, cache: Partial<ObservedGroup>) =>
    factsOf({ object: objectOf({ spec: specOf(spec), status: known }), observed: seen(group(cache)) })
  it('names TLS, cluster mode, token and the Secret itself, and not where the cache stands', () => {
    const base = publishedWay(at({}, {}))
    const ways = [
      publishedWay(at({}, { inTransit: 'Preferred' })),
      publishedWay(at({}, { clusterMode: 'Enabled' })),
      publishedWay(at({ connection: { secretName: 'web' } }, {})),
      publishedWay(guarded(record('1'), '1')),
      publishedWay(guarded(record('2'), '2')),
    ]
    assert.equal(new Set([base, ...ways]).size, 6)
    assert.equal(publishedWay(at({}, { primary: { host: 'other', port: 1 }, nodeType: 'x' })), base)
    assert.equal(publishedWay(factsOf()), undefined)
  })
  it('TLS off: plain at Preferred, before it ends', () => {
    assert.match(wantedPair(at(tls('Disabled'), { inTransit: 'Preferred' }), undefined)?.binding.uri ?? '', /^redis:/)
    assert.match(wantedPair(at(tls('Disabled'), { inTransit: 'Required' }), undefined)?.binding.uri ?? '', /^rediss:/)
  })
  it('a spec that turns round while AWS is at work does not lead workloads the way that is being closed', () => {
    const plain = publishedSince(at(tls('Disabled'), { inTransit: 'Preferred' }), isoAt(0))
    const busy = seen(group({ inTransit: 'Preferred', state: 'moving', status: 'modifying' }))
    const back = factsOf({ ...plain, observed: busy, object: { ...plain.object, spec: specOf(tls('Required')) } })
    assert.equal(wayHeld(back), true)
    assert.deepEqual(written(back), [])
    assert.deepEqual(written(factsOf({ ...back, observed: seen(group({ inTransit: 'Preferred' })) })), [
      'binding',
      'env',
    ])
    assert.equal(wayHeld(factsOf({ ...plain, observed: busy })), false)
  })
})

describe('a name that is taken', () => {
  const spec = (changes: object) => objectOf({ spec: specOf(changes), status: known })
  const told = (changes: Partial<SecretFacts>, object = spec(tokenSpec)) => {
    const plan = secretTaken(factsOf({ object, secrets: { ...noSecrets, ...changes } }))
    return plan === undefined ? 'free' : 'message' in plan ? `${plan.is}: ${plan.message}` : plan.is
  }
  const rival = (secret: string) => ({ rival: { name: 'older', secret } })
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['nothing stands there', told({}), /^free$/],
    ['ours', told({ binding: { is: 'ours', meta: metaOf() } }), /^free$/],
    [
      'the binding: the Secret is named, and two ways out',
      told({ binding: foreign }),
      /^stuck: spec\.connection\.secretName: the Secret sessions exists and is not Larder's.*delete it, or set spec\.connection\.secretName/,
    ],
    ['the environment', told({ env: foreign }), /the Secret sessions-env exists/],
    [
      'the token: another way out',
      told({ token: foreign }),
      /^stuck: spec\.auth: the Secret sessions-auth .*spec\.auth\.token\.secretRef/,
    ],
    ['the token, where none is asked for', told({ token: foreign }, spec({})), /^free$/],
    [
      "the token, where it is in a Secret of the user's",
      told({ token: foreign }, spec({ ...tokenSpec, auth: { mode: 'Token', token: { secretRef: { name: 'mine' } } } })),
      /^free$/,
    ],
    ['a former one is waited for', told({ binding: { is: 'former' } }), /^wait: the Secret sessions of the former/],
    [
      'two CacheClusters on one Secret name: the younger is told the older',
      told(rival('sessions')),
      /^stuck: .*the Secret sessions is the CacheCluster older's already/,
    ],
    [
      'whoever has the Secret already keeps it',
      told({ ...rival('sessions'), binding: { is: 'ours', meta: metaOf() } }),
      /^free$/,
    ],
  ]
  for (const [sentence, words, pattern] of rows) {
    it(sentence, () => assert.match(words, pattern))
  }
  it('is looked at again soon, since nobody tells when it is free', () => {
    const plan = secretTaken(factsOf({ object: spec({}), secrets: { ...noSecrets, binding: foreign } }))
    assert.equal(plan?.is === 'stuck' && plan.wakeMs, 30_000)
  })
})

describe('the names of the Secrets', () => {
  it("the object's name, and <name>-env", () => {
    assert.deepEqual(pairNames(objectOf()), { binding: 'sessions', env: 'sessions-env' })
  })
  it('spec.connection.secretName', () => {
    const object = objectOf({ spec: specOf({ connection: { secretName: 'web' } }) })
    assert.deepEqual(pairNames(object), { binding: 'web', env: 'web-env' })
  })
  it('all that are written: the token too where it is ours to make', () => {
    assert.deepEqual(writtenNames(objectOf()), ['sessions', 'sessions-env'])
    assert.deepEqual(writtenNames(objectOf({ spec: specOf(tokenSpec) })), ['sessions', 'sessions-env', 'sessions-auth'])
  })
  it('the former pair leaves, as what it is', () => {
    const step = formerSecretsStep(factsOf({ secrets: { ...noSecrets, former: ['old', 'old-env'] } }))
    assert.deepEqual(step?.action, { do: 'DeleteSecrets', names: ['old', 'old-env'] })
    assert.equal(step?.ends, 'the former Secrets old, old-env')
    assert.equal(formerSecretsStep(factsOf()), undefined)
  })
})
