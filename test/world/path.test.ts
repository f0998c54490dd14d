import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'mocha'
import { cacheCluster, cachePolicy, memcached, until, worldForSuite } from './world.ts'

/** The first line that a memcached server answers to `version`. */
const versionOf = (server: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = server.split(':')
    const socket = connect(Number(port), host, () => socket.write('version\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString().trim())
    })
    socket.once('error', reject)
  })

describe('the whole path, on real servers', () => {
  const world = worldForSuite({})
  const redis = async (secret: string, ...command: readonly string[]) => {
    const { uri = '' } = (await world().secret(secret)) ?? {}
    return (await world().run('redis-cli', '--no-auth-warning', '-u', uri, ...command)).trim()
  }

  it('a Redis cache with a policy: Ready, two Secrets, a server that answers and evicts as the policy says', async () => {
    await world().apply(
      cachePolicy('catalog', {
        ttl: { default: '10m' },
        eviction: { policy: 'allkeys-lfu' },
        keys: { prefix: 'shop:' },
      }),
      cacheCluster('products', { policyRef: { name: 'catalog' }, tags: { team: 'shop' } }),
    )
    await world().ready('products')
    assert.equal(await redis('products', 'PING'), 'PONG')
    assert.match(await redis('products', 'INFO', 'memory'), /maxmemory_policy:allkeys-lfu/)
    const env = await world().secret('products-env')
    assert.equal(env?.CACHE_TTL_SECONDS, '600')
    assert.equal(env?.CACHE_EVICTION_POLICY, 'allkeys-lfu')
    assert.equal(env?.REDIS_URL, (await world().secret('products'))?.uri)
  })

  it('kubectl get larder prints the columns of the API', async () => {
    const [header = '', row = ''] = (await world().kubectl('get', 'cachecluster', 'products')).split('\n')
    assert.deepEqual(header.trim().split(/\s{2,}|\s(?=[A-Z])/), [
      'NAME',
      'ENGINE',
      'SIZE',
      'READY',
      'STATUS',
      'ENDPOINT',
      'AGE',
    ])
    assert.match(row, /products\s+redis\s+1x1 cache\.t4g\.small\s+True\s+InSync\s+127\.\S+:\d+/)
    assert.match(await world().kubectl('get', 'larder'), /cachepolicy\.larder\.dev\/catalog/)
  })

  it('a Secret that is edited or deleted heals', async () => {
    const before = await world().secret('products-env')
    await world().kubectl(
      'patch',
      'secret',
      'products-env',
      '--type=merge',
      '-p',
      '{"stringData":{"REDIS_URL":"redis://elsewhere"}}',
    )
    await until('the edit to heal', async () => (await world().secret('products-env'))?.REDIS_URL === before?.REDIS_URL)
    await world().kubectl('delete', 'secret', 'products')
    await until('the Secret to be back', async () => (await world().secret('products'))?.uri === before?.REDIS_URL)
  })

  it('a changed policy reaches the Secrets and the server', async () => {
    await world().apply(
      cachePolicy('catalog', {
        ttl: { default: '90s' },
        eviction: { policy: 'allkeys-lru' },
        keys: { prefix: 'shop:' },
      }),
    )
    await until('the TTL in the Secret', async () => (await world().secret('products-env'))?.CACHE_TTL_SECONDS === '90')
    await until('the server to evict by LRU', async () =>
      /maxmemory_policy:allkeys-lru/.test(await redis('products', 'INFO', 'memory')),
    )
    await world().ready('products')
  })

  it('replicas change one step at a time, and the replica that comes really replicates', async () => {
    await world().apply(
      cacheCluster('products', {
        policyRef: { name: 'catalog' },
        tags: { team: 'shop' },
        nodes: { type: 'cache.t4g.small', replicasPerShard: 2 },
      }),
    )
    await world().ready('products')
    assert.match(await redis('products', 'INFO', 'replication'), /connected_slaves:2/)
  })

  it('Valkey with TLS and a token of its own: only who knows the token gets in', async () => {
    await world().apply(
      cacheCluster('sessions', {
        engine: 'valkey',
        engineVersion: '8.0',
        encryption: { inTransit: 'Required' },
        auth: { mode: 'Token' },
      }),
    )
    await world().ready('sessions')
    assert.equal(await redis('sessions', 'PING'), 'PONG')
    const { host = '', port = '', uri = '' } = (await world().secret('sessions')) ?? {}
    assert.match(uri, /^rediss:\/\/default:[A-Za-z0-9]{48}@/)
    assert.match(await world().run('redis-cli', '--tls', '-h', host, '-p', port, 'PING'), /NOAUTH/)
  })

  it('the token is in no log, event, status or metric', async () => {
    const { token = '' } = (await world().secret('sessions-auth')) ?? {}
    assert.equal(token.length, 48)
    const places = {
      logs: world().logs(),
      events: await world().kubectl('get', 'events', '-A', '-o', 'json'),
      objects: await world().kubectl('get', 'larder', '-A', '-o', 'json', '--show-managed-fields'),
      metrics: await (await fetch(`${world().metricsUrl}/metrics`)).text(),
      ledger: JSON.stringify(await world().emulator('/_ledger')),
      aws: JSON.stringify(await world().emulator('/_world')),
    }
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 100, `${place} is empty`)
      assert.ok(!text.includes(token), `the token is in ${place}`)
    }
  })

  it('Memcached: every node of the list answers, and the list follows the count', async () => {
    const servers = async () => ((await world().secret('fragments-env'))?.MEMCACHE_SERVERS ?? '').split(',')
    await world().apply(memcached('fragments', 3))
    await world().ready('fragments')
    assert.equal((await servers()).length, 3)
    for (const server of await servers()) assert.match(await versionOf(server), /^VERSION/)
    await world().apply(memcached('fragments', 2))
    await until('a node to leave the list', async () => (await servers()).length === 2)
    await world().ready('fragments')
    for (const server of await servers()) assert.match(await versionOf(server), /^VERSION/)
  })

  it('shards come and go while the data stays', async () => {
    const sharded = (shards: number) =>
      cacheCluster('scores', {
        nodes: { type: 'cache.t4g.small', shards, replicasPerShard: 0, clusterMode: 'Enabled' },
      })
    const keys = Array.from({ length: 60 }, (_, index) => `score:${index}`)
    const fits = async (size: string) => {
      assert.match(await world().kubectl('get', 'cachecluster', 'scores'), new RegExp(` ${size} cache.t4g.small `))
      assert.equal((await redis('scores', '-c', 'CLUSTER', 'SHARDS')).match(/^slots$/gm)?.length, Number(size[0]))
      for (const key of keys) assert.equal(await redis('scores', '-c', 'GET', key), key)
    }
    await world().apply(sharded(2))
    await world().ready('scores')
    for (const key of keys) assert.equal(await redis('scores', '-c', 'SET', key, key), 'OK')
    for (const shards of [3, 2]) {
      await world().apply(sharded(shards))
      await world().ready('scores')
      await fits(`${shards}x0`)
    }
  })

  it('deletion protection holds until it is taken off', async () => {
    await world().apply(cacheCluster('products', { deletionProtection: true }))
    // By the API server itself: nothing has begun to be deleted.
    await assert.rejects(
      world().kubectl('delete', 'cachecluster', 'products', '--wait=false'),
      /spec\.deletionProtection of the CacheCluster products is true: set it to false first/,
    )
    const left = await world().kubectl(
      'get',
      'cachecluster',
      'products',
      '-o',
      'jsonpath={.metadata.deletionTimestamp}',
    )
    assert.equal(left, '')
    assert.equal(await redis('products', 'PING'), 'PONG')
    await world().kubectl(
      'patch',
      'cachecluster',
      'products',
      '--type=merge',
      '-p',
      '{"spec":{"deletionProtection":false}}',
    )
    await world().kubectl('delete', 'cachecluster', 'products', '--wait=false')
    await world().gone('products')
  })

  it('deleting the rest leaves nothing in AWS and nothing in Kubernetes', async () => {
    await world().kubectl('delete', 'cachecluster,cachepolicy', '--all', '--timeout=120s')
    const shown = await world().emulator<{ worlds: readonly Record<string, Record<string, unknown>>[] }>('/_world')
    for (const { groups, clusters, parameterGroups = {} } of shown.worlds) {
      assert.deepEqual([groups, clusters], [{}, {}])
      assert.deepEqual(
        Object.keys(parameterGroups).filter((name) => !name.startsWith('default.')),
        [],
      )
    }
    await until(
      'the Secrets to be collected',
      async () => (await world().kubectl('get', 'secrets', '-o', 'name')) === '',
    )
  })
})
