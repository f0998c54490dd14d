import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cacheCluster, cachePolicy, looks, until, withoutMembers, worldForSuite } from './world.ts'

const canary = 'Users-own-value-0123456789'

const secured = (name: string, spec: object = {}) =>
  cacheCluster(name, {
    engine: 'valkey',
    engineVersion: '8.0',
    encryption: { inTransit: 'Required' },
    auth: { mode: 'Token' },
    ...spec,
  })

/** Whose a Secret is, whose a policy is: what is not Larder's stays as it is, and who waits for it says so. */
describe('what belongs to whom in Kubernetes', () => {
  const world = worldForSuite({
    emulator: ['--nodes', 'none', '--profile', 'instant'],
    operator: ['--leader-elect=false', '--poll-interval', '5'],
  })

  const secretsNamed = async (...names: readonly string[]) =>
    Promise.all(names.map(async (name) => (await world().secret(name)) !== undefined))
  const inAws = async (name: string) => (await world().inAws()).includes(`larder-default-${name}`)
  const printSince = (what: string, begunMs: number) =>
    console.log(`      ${what} after ${((performance.now() - begunMs) / 1000).toFixed(1)} s`)

  it('a Secret of a user’s own under the name of the token’s is neither used, nor written, nor deleted', async () => {
    await world().kubectl('create', 'secret', 'generic', 'mine-auth', `--from-literal=token=${canary}`)
    const before = await world().kubectl('get', 'secret', 'mine-auth', '-o', 'json', '--show-managed-fields')
    await world().clearCalls()
    await world().apply(secured('mine'))
    const { message } = await world().said('mine', 'Stalled', 'SecretTaken')
    assert.match(message, /mine-auth/)
    assert.match(message, /spec\.auth\.token\.secretRef/)
    assert.deepEqual(await world().writes(), [])
    assert.deepEqual(await secretsNamed('mine', 'mine-env'), [false, false])
    await world().kubectl('delete', 'cachecluster', 'mine', '--timeout=60s')
    assert.equal(await world().kubectl('get', 'secret', 'mine-auth', '-o', 'json', '--show-managed-fields'), before)
    assert.ok(!world().logs().includes(canary))
  })

  it('a user’s own Secret under the name of the pair: told before anything is made', async () => {
    await world().kubectl('create', 'secret', 'generic', 'cart', `--from-literal=mine=${canary}`)
    await world().clearCalls()
    await world().apply(cacheCluster('cart'))
    const { message } = await world().said('cart', 'Stalled', 'SecretTaken')
    assert.match(message, /the Secret cart exists and is not Larder's/)
    assert.match(message, /spec\.connection\.secretName/)
    assert.deepEqual(await world().writes(), [])
    assert.deepEqual(await world().secret('cart'), { mine: canary })
  })

  it('two CacheClusters of one secretName: the second says whose it is, and nothing is made for it', async () => {
    await world().apply(cacheCluster('first', { connection: { secretName: 'shared' } }))
    await world().ready('first')
    const published = await world().secret('shared')
    await world().clearCalls()
    await world().apply(cacheCluster('second', { connection: { secretName: 'shared' } }))
    const { message } = await world().said('second', 'Stalled', 'SecretTaken')
    assert.match(message, /the Secret shared is the CacheCluster first's already/)
    await looks(world(), 'second', 'again')
    assert.deepEqual(await world().writes(), [])
    assert.deepEqual(await world().secret('shared'), published)
    assert.equal((await world().condition('first', 'Ready'))?.status, 'True')
  })

  it('once the names are free, both go on by themselves', async () => {
    await world().kubectl('delete', 'cachecluster', 'first', '--timeout=60s')
    await world().kubectl('delete', 'secret', 'cart')
    const begunMs = performance.now()
    for (const name of ['cart', 'second']) {
      await world().ready(name)
      printSince(`${name} Ready`, begunMs)
    }
    assert.ok((await world().secret('cart'))?.uri)
    assert.ok((await world().secret('shared'))?.uri)
  })

  it('x, x-env and x-auth: names that are derived from each other meet, and the younger ones are told', async () => {
    await world().apply(secured('x'))
    await world().ready('x')
    const before = await Promise.all(['x', 'x-env', 'x-auth'].map((name) => world().secret(name)))
    await world().apply(cacheCluster('x-env'), cacheCluster('x-auth'))
    for (const name of ['x-env', 'x-auth']) {
      const { message } = await world().said(name, 'Stalled', 'SecretTaken')
      assert.match(message, new RegExp(`the Secret ${name} is the CacheCluster x's already`))
      assert.equal(await inAws(name), false)
    }
    assert.deepEqual(await Promise.all(['x', 'x-env', 'x-auth'].map((name) => world().secret(name))), before)
    await world().kubectl('delete', 'cachecluster', 'x-env', 'x-auth', '--timeout=60s')
    assert.deepEqual(await Promise.all(['x', 'x-env', 'x-auth'].map((name) => world().secret(name))), before)
    assert.equal((await world().condition('x', 'Ready'))?.status, 'True')
  })

  it('a changed secretName: the new pair comes, and the old one leaves when the overlap is over', async () => {
    const maintenance = { overlap: '2s' }
    await world().apply(cacheCluster('renamed', { maintenance }))
    await world().ready('renamed')
    await world().apply(cacheCluster('renamed', { maintenance, connection: { secretName: 'newname' } }))
    await until('the new pair', async () => (await secretsNamed('newname', 'newname-env')).every(Boolean))
    await until('the old pair to leave', async () => !(await secretsNamed('renamed', 'renamed-env')).some(Boolean))
    await world().ready('renamed')
    assert.deepEqual(await secretsNamed('newname', 'newname-env'), [true, true])
  })

  it('a policy in use stays when it is deleted, says who uses it, and leaves with its last user', async () => {
    await world().apply(
      cachePolicy('web', { ttl: { default: '10m' } }),
      cacheCluster('user', { policyRef: { name: 'web' } }),
    )
    await world().ready('user')
    await world().kubectl('delete', 'cachepolicy', 'web', '--wait=false')
    await until('the policy to say who uses it', async () => {
      const { conditions = [] } = (await world().get('cachepolicy', 'web'))?.status ?? {}
      const stalled = conditions.find(({ type }) => type === 'Stalled')
      return stalled?.reason === 'InUse' && /\buser\b/.test(stalled.message)
    })
    await looks(world(), 'user', 'policy-leaving')
    assert.equal((await world().condition('user', 'Ready'))?.status, 'True')
    assert.equal((await world().secret('user-env'))?.CACHE_TTL_SECONDS, '600')
    await world().kubectl(
      'patch',
      'cachecluster',
      'user',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/policyRef"}]',
    )
    await until('the policy to leave', async () => (await world().get('cachepolicy', 'web')) === undefined)
    await world().ready('user')
    assert.equal((await world().secret('user-env'))?.CACHE_TTL_SECONDS, undefined)
  })

  it('a policy that refuses the writes of a cache’s Secrets: its words are told, and the cache follows its spec in AWS meanwhile', async () => {
    await world().apply(...refusing)
    await until('the refusal to be in force', async () => {
      const asked = world().kubectl('create', 'secret', 'generic', 'refused', '--dry-run=server')
      return asked.then(
        () => false,
        () => true,
      )
    })
    await world().apply(cacheCluster('refused'))
    const { message } = await world().said('refused', 'Stalled', 'KubernetesRefused')
    assert.match(message, /security says no/)
    assert.equal((await world().condition('refused', 'BindingReady'))?.reason, 'KubernetesRefused')
    assert.equal((await world().condition('refused', 'Available'))?.status, 'True')
    await world().patch('cachecluster', 'refused', { spec: { nodes: { replicasPerShard: 2 } } })
    await until('the replica', async () => (await world().inAws()).includes('larder-default-refused-003'))
    await world().said('refused', 'Stalled', 'KubernetesRefused')
    await world().kubectl('delete', 'validatingadmissionpolicybinding', 'no-secrets')
    const begunMs = performance.now()
    await world().ready('refused')
    printSince('Ready', begunMs)
  })

  it('a quota of Secrets that is used up: its words are told, for the token’s Secret too; then nothing is made', async () => {
    await world().kubectl('create', 'quota', 'none', '--hard=count/secrets=0')
    await until('the quota to be in force', async () =>
      /secrets/.test(await world().kubectl('get', 'quota', 'none', '-o', 'jsonpath={.status.hard}')),
    )
    await world().clearCalls()
    await world().apply(secured('limited'))
    const { message } = await world().said('limited', 'Stalled', 'KubernetesRefused')
    assert.match(message, /exceeded quota/)
    // A cache is never made without the token that it is asked to have.
    assert.deepEqual(await world().writes(), [])
    await world().kubectl('delete', 'quota', 'none')
    // Once a minute it is tried again; a person who has made room asks for a look.
    await looks(world(), 'limited', 'room')
    await world().ready('limited')
  })

  it('all leave, and the user’s own Secret is there still', async () => {
    await world().kubectl('delete', 'cachecluster', '--all', '--timeout=120s')
    assert.deepEqual(withoutMembers(await world().inAws()), [])
    await until('the Secrets to be collected', async () => {
      const names = await world().kubectl('get', 'secrets', '-o', 'jsonpath={.items[*].metadata.name}')
      return names === 'mine-auth'
    })
    assert.equal((await world().secret('mine-auth'))?.token, canary)
  })
})

const admission = 'admissionregistration.k8s.io/v1'
/** A cluster's own policy, as a webhook would be: no Secret whose name begins with `refused`. */
const refusing = [
  {
    apiVersion: admission,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-secrets' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] },
        ],
      },
      validations: [{ expression: "!object.metadata.name.startsWith('refused')", message: 'security says no' }],
    },
  },
  {
    apiVersion: admission,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-secrets' },
    spec: { policyName: 'no-secrets', validationActions: ['Deny'] },
  },
]
