import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ListTagsForResourceCommand } from '@aws-sdk/client-elasticache'
import type { NodeHttpHandlerOptions } from '@smithy/types'
import { after, afterEach, before, describe, it } from 'mocha'
import { type SdkClients, sdkClientsOf } from '../../src/aws/client/client.ts'
import { throttleOf } from '../../src/aws/client/throttle.ts'
import { realClock } from '../../src/time/clock.ts'

const body = '<ListTagsForResourceResponse><ListTagsForResourceResult/></ListTagsForResourceResponse>'

type Configured = { httpHandlerConfigs(): NodeHttpHandlerOptions }

describe('the SDK client over a network', () => {
  let server: Server
  let url: string
  let connections = 0
  let clients: SdkClients | undefined
  const variables = ['AWS_ENDPOINT_URL_ELASTICACHE', 'AWS_ENDPOINT_URL'] as const
  const kept = variables.map((name) => [name, process.env[name]] as const)

  before(async () => {
    server = createServer((_, reply) => {
      reply.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': '1' }).end(body)
    })
    server.on('connection', () => {
      connections += 1
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    for (const client of Object.values(clients ?? {})) client.destroy()
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const opened = (endpoint?: string): SdkClients => {
    clients = sdkClientsOf({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      clock: realClock,
      throttle: throttleOf({ clock: realClock }),
      mayWrite: () => true,
      seen: () => {},
      ...(endpoint === undefined ? {} : { endpoint }),
    })
    return clients
  }
  const ask = (client: SdkClients['read']) => client.send(new ListTagsForResourceCommand({ ResourceName: 'x' }))

  it('does not copy replies for a log that nobody reads', () => {
    for (const { middlewareStack } of Object.values(opened(url)))
      assert.deepEqual(
        middlewareStack.identify().filter((name) => name.startsWith('loggerMiddleware')),
        [],
      )
  })

  it('has real time-outs, and keeps its connection between requests of whatever rank', async () => {
    connections = 0
    const { read, poll, change } = opened(url)
    await ask(read)
    await ask(poll)
    await ask(change)
    assert.equal(connections, 1)
    const { connectionTimeout, requestTimeout, socketTimeout, throwOnRequestTimeout, httpsAgent } = await (
      read.config.requestHandler as Configured
    ).httpHandlerConfigs()
    assert.deepEqual(
      { connectionTimeout, requestTimeout, socketTimeout, throwOnRequestTimeout },
      { connectionTimeout: 2000, requestTimeout: 15_000, socketTimeout: 15_000, throwOnRequestTimeout: true },
    )
    assert.equal((httpsAgent as { keepAlive?: boolean } | undefined)?.keepAlive, true)
  })

  it('tries a read three times and a change once', async () => {
    const { read, poll, change } = opened(url)
    const attempts = await Promise.all([read, poll, change].map((client) => client.config.maxAttempts()))
    assert.deepEqual(attempts, [3, 3, 1])
    const modes = [read, poll, change].map(({ config: { retryMode } }) =>
      typeof retryMode === 'function' ? retryMode() : retryMode,
    )
    assert.deepEqual(await Promise.all(modes), ['standard', 'standard', 'standard'])
  })

  for (const name of variables) {
    it(`goes where ${name} says`, async () => {
      for (const other of variables) delete process.env[other]
      process.env[name] = url
      const { $metadata } = await ask(opened().read)
      assert.equal($metadata.requestId, '1')
    })
  }
})
