import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, it } from 'mocha'
import { KubeError, type KubeFailure } from '../../src/kube/port.ts'
import { kubeConfigFrom } from '../../src/kube/transport/config.ts'
import type { Transport } from '../../src/kube/transport/transport.ts'
import { answerJson, type FakeApi, refuse, startFakeApi, statusBody } from './fake-api.ts'
import { until } from './until.ts'

const failureOf = async (promise: Promise<unknown>): Promise<KubeFailure> => {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof KubeError, String(error))
    return error.failure
  }
  return assert.fail('it did not fail')
}

describe('the transport', () => {
  let api: FakeApi
  let transport: Transport
  const get = (more = {}) => transport.request({ method: 'GET', path: '/x', ...more })

  beforeEach(async () => {
    api = await startFakeApi()
    transport = api.transport({ connections: 4, timeoutMs: 10_000 })
  })
  afterEach(async () => {
    await transport.close()
    await api.close()
  })

  it('carries three hundred requests over its few connections', async () => {
    await Promise.all(Array.from({ length: 300 }, () => transport.request({ method: 'GET', path: api.path })))
    for (let i = 0; i < 20; i++) await transport.request({ method: 'GET', path: api.path })
    assert.equal(api.requests.length, 320)
    assert.ok(api.connections <= 4, `${api.connections} connections`)
  })

  for (const [status, reason, is] of [
    [409, 'AlreadyExists', 'conflict'],
    [403, 'Forbidden', 'forbidden'],
    [401, 'Unauthorized', 'transient'],
    [400, 'BadRequest', 'invalid'],
    [422, 'Invalid', 'invalid'],
    [410, 'Expired', 'transient'],
    [429, 'TooManyRequests', 'transient'],
    [500, 'InternalError', 'transient'],
    [503, 'ServiceUnavailable', 'transient'],
    [504, 'Timeout', 'transient'],
  ] as const)
    it(`calls ${status} ${is}, in the words of the server`, async () => {
      api.next.other.push(refuse(status, reason), refuse(status, reason))
      const failure = await failureOf(get())
      assert.equal(failure.is, is)
      assert.ok('message' in failure && failure.message.includes(reason))
    })

  it('calls 404 not found only when the server names the object: an unknown path says nothing about objects', async () => {
    api.next.other.push((_request, response) =>
      answerJson(response, 404, statusBody(404, 'NotFound', { details: { name: 'x', kind: 'things' } })),
    )
    assert.deepEqual(await failureOf(get()), {
      is: 'notFound',
      status: 404,
      reason: 'NotFound',
      words: 'the server says NotFound',
    })
    api.next.other.push((_request, response) => void response.writeHead(404).end('404 page not found\n'))
    assert.equal((await failureOf(get())).is, 'transient')
  })

  it('passes on when the server wants to be asked again', async () => {
    api.next.other.push(refuse(429, 'TooManyRequests', { 'retry-after': '7' }))
    const failure = await failureOf(get())
    assert.ok(failure.is === 'transient' && failure.retryAfterMs === 7000)
  })

  it('calls a reset, a body cut short and a body that is not JSON transient', async () => {
    api.next.other.push(
      (request) => void request.socket.resetAndDestroy(),
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"kind":', () => request.socket.destroy())
      },
      (_request, response) => void response.end('{"password":"hunter2"'),
    )
    for (let i = 0; i < 3; i++) {
      const failure = await failureOf(get())
      assert.ok(failure.is === 'transient' && !failure.message.includes('hunter2'))
    }
  })

  it('gives up on an answer that does not come, or does not end, and works again after', async () => {
    api.next.other.push(
      () => undefined,
      (_request, response) => void response.writeHead(200).write('{'),
      (_request, response) => answerJson(response, 200, { fine: true }),
    )
    for (let i = 0; i < 2; i++) {
      const failure = await failureOf(get({ timeoutMs: 50 }))
      assert.ok(failure.is === 'transient' && failure.message.includes('no answer within 50 ms'))
    }
    assert.deepEqual(await get(), { fine: true })
  })

  describe('with secrets in a request', () => {
    const token = 'Canary&<0f5d1c>-b7a2'
    const uri = `rediss://:${encodeURIComponent(token)}@prod-sessions.abc.cache.amazonaws.com:6379`
    const asked = { secrets: [token, uri, '6379'], names: ['default', 'prod-sessions'] }
    const base64 = Buffer.from(uri).toString('base64')
    const wordsFor = async (status: number, reason: string, message: string) => {
      api.next.other.push((_request, response) =>
        answerJson(response, status, { ...statusBody(status, reason), message }),
      )
      const failure = await failureOf(get(asked))
      const said = JSON.stringify(failure)
      for (const part of [token, encodeURIComponent(token), base64, 'Canary', base64.slice(20, 40)])
        assert.equal(said.includes(part), false, said)
      assert.equal(failure.status, status)
      assert.equal(failure.reason, reason)
      return failure.words
    }

    for (const [what, message] of [
      ['a value as it is', `bad value "${token}"`],
      ['a value in base64', `data[uri]: Invalid value: "${base64}"`],
      ['the begin of a long value', `data[uri]: Invalid value: "${base64.slice(0, 40)}..."`],
      [
        'a value as Go escapes it',
        `bad value ${JSON.stringify(token).replaceAll('&', '\\u0026').replaceAll('<', '\\u003c')}`,
      ],
      ['a value as URLs escape it', `bad value ${encodeURIComponent(token)}`],
    ] as const)
      it(`keeps back the words of the server where they quote ${what}`, async () => {
        assert.equal(await wordsFor(422, 'Invalid', message), undefined)
      })

    for (const [status, reason, message] of [
      [
        403,
        'Forbidden',
        'secrets "prod-sessions-env" is forbidden: exceeded quota: few, requested: secrets=1, limited: secrets=3',
      ],
      [
        400,
        'BadRequest',
        'admission webhook "a.b" denied the request: prod-sessions needs the label team, not port 6379',
      ],
      [
        422,
        'Invalid',
        'Secret "prod-sessions" is invalid: data: Forbidden: field is immutable when `immutable` is set',
      ],
      [409, 'AlreadyExists', 'secrets "prod-sessions" already exists'],
    ] as const)
      it(`passes on the words of the server with ${status} where they quote none`, async () => {
        assert.equal(await wordsFor(status, reason, message), message)
      })

    it('keeps back what else the server says, quote or not', async () => {
      assert.equal(await wordsFor(500, 'InternalError', 'something broke'), undefined)
    })
  })

  it('tells its observer of each request: the method, the host, and the status where there was an answer', async () => {
    const told: unknown[] = []
    const answered = (...all: unknown[]) => void told.push(all)
    const watched = api.transport({ observer: { answered } })
    const { host } = new URL(api.url)
    api.next.other.push((_request, response) => answerJson(response, 200, {}), refuse(409, 'Conflict'))
    await watched.request({ method: 'GET', path: '/x' })
    await failureOf(watched.request({ method: 'POST', path: '/x', body: {} }))
    api.next.other.push((request) => void request.socket.resetAndDestroy())
    await failureOf(watched.request({ method: 'GET', path: '/x' }))
    await watched.close()
    assert.deepEqual(told, [
      ['GET', host, 200],
      ['POST', host, 409],
      ['GET', host, undefined],
    ])
  })

  it('does not say the code of a failure twice', async () => {
    const load = () => kubeConfigFrom('/nowhere/kubeconfig')()
    const failure = await failureOf(api.transport({ load }).request({ method: 'GET', path: '/x' }))
    assert.ok(failure.is === 'transient')
    assert.equal(failure.message.split('ENOENT').length, 2, failure.message)
  })

  it('sends JSON with the type that was asked for, and queries encoded', async () => {
    let body = ''
    api.next.other.push((request, response) => {
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => answerJson(response, 200, {}))
    })
    await transport.request({
      method: 'PATCH',
      path: '/x',
      query: { force: true, selector: 'a=b c', none: undefined },
      contentType: 'application/apply-patch+yaml',
      body: { a: 'ü' },
    })
    assert.equal(body, '{"a":"ü"}')
    assert.equal(api.headers.at(-1)?.['content-type'], 'application/apply-patch+yaml')
    assert.deepEqual(api.requests, ['PATCH /x?force=true&selector=a%3Db+c'])
  })

  it('ends a stream when told to', async () => {
    const ending = new AbortController()
    const query = { watch: true, resourceVersion: api.version }
    const stream = await transport.stream({ method: 'GET', path: api.path, query, signal: ending.signal })
    await until(() => api.watches.length === 1, 'the watch')
    const read = (async () => {
      for await (const _chunk of stream) assert.fail('nothing was sent')
    })()
    ending.abort()
    await assert.rejects(read)
    await until(() => api.watches.length === 0, 'the end of the watch')
  })

  describe('with a token that changes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'larder-transport-'))
    const path = join(folder, 'kubeconfig')
    const write = (token: string) =>
      writeFileSync(
        path,
        JSON.stringify({
          'current-context': 'c',
          contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
          clusters: [{ name: 'k', cluster: { server: `${api.url}/prefix/`, 'insecure-skip-tls-verify': true } }],
          users: [{ name: 'u', user: { token } }],
        }),
      )
    after(() => rmSync(folder, { recursive: true }))

    it('reads its credentials again when they are refused, once, and asks again', async () => {
      write('old')
      await transport.close()
      transport = api.transport({ load: kubeConfigFrom(path) })
      api.next.other.push((_request, response) => answerJson(response, 200, { n: 1 }))
      await get()
      write('new')
      api.next.other.push(refuse(401, 'Unauthorized'), (_request, response) => answerJson(response, 200, { n: 2 }))
      assert.deepEqual(await get(), { n: 2 })
      assert.deepEqual(
        api.headers.map((headers) => headers.authorization),
        ['Bearer old', 'Bearer old', 'Bearer new'],
      )
      assert.ok(api.requests.every((request) => request === 'GET /prefix/x'))
      api.next.other.push(refuse(401, 'Unauthorized'), refuse(401, 'Unauthorized'))
      assert.equal((await failureOf(get())).is, 'transient')
      assert.equal(api.requests.length, 5)
    })
  })
})
