import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Binding, BindingError, bindingFromEnvironment, bindingFromFiles, openCache } from '@larder/client'
import { after, before, describe, it } from 'mocha'
import { findBindingFolder, readBindingFolder } from '../../client/binding-folder.ts'

const redis = { engine: 'redis', clusterMode: false, database: 0, tls: false } as const
const memcached = { ...redis, engine: 'memcached' } as const
const at = (host: string, port: number) => [{ host, port }] as const

describe('the binding in an environment', () => {
  const table: readonly (readonly [string, Record<string, string>, Binding | undefined])[] = [
    ['none in an empty one', {}, undefined],
    ['a plain URL', { REDIS_URL: 'redis://cache:6380/2' }, { ...redis, nodes: at('cache', 6380), database: 2 }],
    [
      'a URL with TLS, a user and an encoded password',
      { REDIS_URL: 'rediss://app:p%40ss%3Aw%2Frd%2Bx@cache:6379/0' },
      { ...redis, nodes: at('cache', 6379), tls: true, username: 'app', password: 'p@ss:w/rd+x' },
    ],
    [
      'a password without a user',
      { REDIS_URL: 'redis://:pw@cache' },
      { ...redis, nodes: at('cache', 6379), password: 'pw' },
    ],
    ['an IPv6 address', { REDIS_URL: 'redis://[::1]:7000' }, { ...redis, nodes: at('::1', 7000) }],
    ['CACHE_URL by its scheme', { CACHE_URL: 'redis://cache' }, { ...redis, nodes: at('cache', 6379) }],
    [
      'names without a URL',
      {
        REDIS_HOST: 'cache',
        REDIS_PORT: '6390',
        REDIS_TLS: 'true',
        REDIS_USERNAME: 'u',
        REDIS_PASSWORD: 'p',
        REDIS_DB: '3',
      },
      { ...redis, nodes: at('cache', 6390), tls: true, username: 'u', password: 'p', database: 3 },
    ],
    ['TLS that is switched off', { REDIS_HOST: 'cache', REDIS_TLS: 'false' }, { ...redis, nodes: at('cache', 6379) }],
    [
      'a cluster with slots',
      { REDIS_URL: 'rediss://config:6379', REDIS_CLUSTER_NODES: 'a:1,b:2' },
      {
        ...redis,
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        clusterMode: true,
        tls: true,
      },
    ],
    [
      'memcached servers',
      { MEMCACHE_SERVERS: 'a:11211, b', CACHE_URL: 'pymemcache://a:11211,b:11211' },
      {
        ...memcached,
        nodes: [
          { host: 'a', port: 11211 },
          { host: 'b', port: 11211 },
        ],
      },
    ],
    ['memcached by CACHE_URL', { CACHE_URL: 'memcached://a:1' }, { ...memcached, nodes: at('a', 1) }],
    ['one memcached host', { MEMCACHED_HOST: 'a', MEMCACHED_PORT: '7' }, { ...memcached, nodes: at('a', 7) }],
    [
      'the policy beside it',
      { REDIS_URL: 'redis://c', CACHE_POLICY: '{}' },
      { ...redis, nodes: at('c', 6379), policy: '{}' },
    ],
  ]
  for (const [name, environment, expected] of table) {
    it(`is ${name}`, () => assert.deepEqual(bindingFromEnvironment(environment), expected))
  }

  it('is read behind its prefix, and only there', () => {
    const environment = { REDIS_URL: 'redis://other', ORDERS_REDIS_URL: 'redis://orders', ORDERS_CACHE_POLICY: '{}' }
    assert.deepEqual(bindingFromEnvironment(environment, 'ORDERS_'), {
      ...redis,
      nodes: at('orders', 6379),
      policy: '{}',
    })
    assert.equal(bindingFromEnvironment(environment, 'CARTS_'), undefined)
  })

  it('asks which engine is meant when both are named', () => {
    const both = { REDIS_URL: 'redis://r', MEMCACHE_SERVERS: 'm' }
    assert.throws(() => bindingFromEnvironment(both), BindingError)
    assert.deepEqual(bindingFromEnvironment(both, '', 'memcached')?.nodes, at('m', 11211))
    assert.deepEqual(bindingFromEnvironment(both, '', 'redis')?.nodes, at('r', 6379))
  })

  const malformed: readonly Record<string, string>[] = [
    { REDIS_URL: 'canary-secret' },
    { REDIS_URL: 'http://u:canary-secret@host' },
    { REDIS_URL: 'redis://u:canary-secret%zz@host' },
    { REDIS_URL: 'redis://u:canary-secret@host/zero' },
    { MEMCACHE_SERVERS: 'u:canary-secret@host:1' },
    { MEMCACHE_SERVERS: 'host:canary-secret' },
    { MEMCACHE_SERVERS: 'host:99999' },
    { MEMCACHE_SERVERS: ' , ' },
    { REDIS_HOST: 'h', REDIS_DB: 'canary-secret' },
  ]
  for (const environment of malformed) {
    it(`is refused, and not repeated, when malformed: ${Object.values(environment).at(-1)}`, () => {
      assert.throws(
        () => bindingFromEnvironment(environment),
        (error) => error instanceof BindingError && !/canary/.test(`${error.message}${error.stack}`),
      )
    })
  }
})

describe('the binding in files', () => {
  it('takes the URI before host and port', () => {
    const files = {
      type: 'redis',
      uri: 'rediss://u:p@uri-host:6379/1',
      host: 'host',
      port: '1',
      tls: 'true',
      certificates: 'PEM',
    }
    const expected = { ...redis, nodes: at('uri-host', 6379), tls: true, username: 'u', password: 'p', database: 1 }
    assert.deepEqual(bindingFromFiles(files), { ...expected, certificates: 'PEM' })
  })

  it('does without a URI', () => {
    const files = { type: 'valkey', host: 'h', port: '7', username: 'u', password: 'p', database: '0', tls: 'true' }
    assert.deepEqual(bindingFromFiles(files), { ...redis, nodes: at('h', 7), tls: true, username: 'u', password: 'p' })
  })

  it('is a cluster where it names cluster nodes', () => {
    const files = { type: 'redis', uri: 'redis://c:6379', 'cluster.nodes': 'a:1,b:2' }
    assert.equal(bindingFromFiles(files).clusterMode, true)
    assert.deepEqual(bindingFromFiles(files).nodes, [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ])
  })

  it('takes every memcached node, with TLS where asked', () => {
    const files = { type: 'memcached', nodes: 'a:1,b:2', host: 'cfg', port: '9', tls: 'true', 'policy.json': '{}' }
    const nodes = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ] as const
    assert.deepEqual(bindingFromFiles(files), { ...memcached, nodes, tls: true, policy: '{}' })
  })

  it('is refused without a type that is a cache, and without a host', () => {
    assert.throws(() => bindingFromFiles({ type: 'postgresql', host: 'h' }), BindingError)
    assert.throws(() => bindingFromFiles({ host: 'h' }), BindingError)
    assert.throws(() => bindingFromFiles({ type: 'redis' }), /names no host/)
  })
})

describe('the binding in folders', () => {
  let root = ''
  const put = async (folder: string, files: Record<string, string>) => {
    await mkdir(join(root, folder), { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, folder, name), text)
  }
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'larder-bindings-'))
    await put('db', { type: 'postgresql', host: 'db' })
    await put('web', { type: 'redis\n', host: 'h\n', port: '7\n' })
    await put('..data', { type: 'redis', host: 'hidden' })
  })
  after(() => rm(root, { recursive: true }))

  it('is found by path and by name, without the last line break of a file', async () => {
    const expected = { ...redis, nodes: at('h', 7) }
    assert.deepEqual(await readBindingFolder(join(root, 'web'), undefined), expected)
    assert.deepEqual(await readBindingFolder('web', root), expected)
  })

  it('is the only cache below the root; other types and hidden folders are passed over', async () => {
    assert.deepEqual(await findBindingFolder(root), { ...redis, nodes: at('h', 7) })
    assert.equal(await findBindingFolder(root, 'memcached'), undefined)
    assert.equal(await findBindingFolder(join(root, 'absent')), undefined)
  })

  it('must be chosen when there are several', async () => {
    await put('zweb', { type: 'redis', host: 'h2' })
    await assert.rejects(findBindingFolder(root), /web, zweb/)
    await rm(join(root, 'zweb'), { recursive: true })
  })

  it('needs a root to be named without a path', async () => {
    await assert.rejects(readBindingFolder('web', undefined), /SERVICE_BINDING_ROOT/)
  })

  it('must exist somewhere, or the cache is not opened and the message says what to set', async () => {
    await assert.rejects(openCache({ environment: {} }), /no cache is bound: set REDIS_URL or MEMCACHE_SERVERS/)
    await assert.rejects(openCache({ environment: {}, envPrefix: 'A_' }), /A_REDIS_URL/)
  })
})
