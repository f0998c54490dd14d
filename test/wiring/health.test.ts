import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { Registry } from 'prom-client'
import { type HealthOptions, serveHealth } from '../../src/health.ts'

const serve = async (options: Partial<HealthOptions>) => {
  const calm = { alive: () => undefined, ready: () => undefined, registry: new Registry() }
  const health = await serveHealth({ host: '127.0.0.1', port: 0, ...calm, ...options })
  const ask = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${health.port}${path}`)
    return [response.status, (await response.text()).trim()]
  }
  return { health, ask }
}

describe('health', () => {
  it('says why it is not alive or not ready yet, and serves nothing else than that and metrics', async () => {
    let wrong: string | undefined = 'Kubernetes: cachepolicies.larder.dev not listed: forbidden'
    const { health, ask } = await serve({ alive: () => wrong, ready: () => wrong })
    try {
      assert.deepEqual(await ask('/healthz'), [503, `not alive: ${wrong}`])
      assert.deepEqual(await ask('/readyz'), [503, `not yet: ${wrong}`])
      wrong = undefined
      assert.deepEqual(await ask('/healthz'), [200, 'ok'])
      assert.deepEqual(await ask('/readyz'), [200, 'ok'])
      assert.equal((await ask('/secrets'))[0], 404)
    } finally {
      await health.close()
    }
  })

  it('goes by the path alone, whatever a scraper asks besides', async () => {
    const { health, ask } = await serve({})
    try {
      for (const path of ['/metrics', '/metrics?x', '/metrics?name[]=up&a=b', '/readyz?verbose'])
        assert.equal((await ask(path))[0], 200, path)
    } finally {
      await health.close()
    }
  })

  it('answers 500 and lives on when what it asks throws', async () => {
    const ready = () => assert.fail('it broke')
    const { health, ask } = await serve({ ready })
    try {
      assert.match((await ask('/readyz')).join(' '), /500 .*it broke/)
      assert.equal((await ask('/healthz'))[0], 200)
    } finally {
      await health.close()
    }
  })

  it('says in one sentence when its port is taken', async () => {
    const { health } = await serve({})
    try {
      await assert.rejects(serve({ port: health.port }), {
        message: `can't listen on 127.0.0.1:${health.port} (--listen): something else listens there`,
      })
    } finally {
      await health.close()
    }
  })
})
