import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { cachePolicyKind, secretKind } from '../../src/crds/kind.ts'
import { readyCounts, readyOf } from '../../src/kube/cache/ready-index.ts'
import { readClusterUid } from '../../src/kube/cluster-uid.ts'
import { leaseLockOf, leaseTransportOf } from '../../src/kube/lease/lease-lock.ts'
import { unsyncedInWords } from '../../src/kube/synced-words.ts'
import { realClock } from '../../src/time/clock.ts'
import { answerJson, type FakeApi, refuse, startFakeApi, statusBody } from './fake-api.ts'
import { memoryLog } from './memory-log.ts'
import { until } from './until.ts'

describe('the cluster', () => {
  let api: FakeApi
  beforeEach(async () => {
    api = await startFakeApi()
  })
  afterEach(() => api.close())

  it('is asked for its uid until it answers', async () => {
    const transport = api.transport()
    const log = memoryLog()
    api.next.other.push(refuse(503, 'ServiceUnavailable'), refuse(403, 'Forbidden'), (_request, response) =>
      answerJson(response, 200, { metadata: { name: 'kube-system', uid: 'b7a2-1', resourceVersion: '1' } }),
    )
    const quick = { ...realClock, after: (ms: number, run: () => void) => realClock.after(ms / 1000, run) }
    assert.equal(await readClusterUid(transport, { clock: quick, log }), 'b7a2-1')
    assert.equal(log.lines.length, 2)
    assert.equal(api.requests[0], 'GET /api/v1/namespaces/kube-system')
    await transport.close()
  })

  it('is not waited for by who has given up', async () => {
    const transport = api.transport()
    const ending = new AbortController()
    const asked = readClusterUid(transport, { signal: ending.signal })
    ending.abort()
    await assert.rejects(asked)
    await transport.close()
  })

  it('renews the lease while the connections of all workers hang', async () => {
    const shared = api.transport({ connections: 2 })
    const hanging = Array.from({ length: 10 }, () =>
      shared.request({ method: 'GET', path: '/slow' }).catch(() => 'ended'),
    )
    api.next.other.push(...hanging.map(() => () => undefined))
    await until(() => api.requests.length === 2, 'the hanging requests')
    // What was planned for the requests that wait in the queue would go to the lease.
    api.next.other.length = 0
    const lease = leaseTransportOf({ load: api.load })
    const lock = leaseLockOf(lease, { namespace: 'ns', name: 'larder' }, 1000)
    api.next.other.push((_request, response) =>
      answerJson(response, 404, statusBody(404, 'NotFound', { details: { name: 'larder' } })),
    )
    assert.equal(await lock.read(), undefined)
    await shared.close()
    await Promise.all(hanging)
    await lease.close()
  })
})

describe('what is not listed yet', () => {
  it('is named with the reason', () => {
    assert.equal(unsyncedInWords([]), undefined)
    const since = undefined
    assert.equal(
      unsyncedInWords([
        { kind: cachePolicyKind, since, error: 'forbidden: no right' },
        { kind: secretKind, since, error: undefined },
      ]),
      'cachepolicies.larder.dev not listed: forbidden: no right; secrets not listed yet',
    )
  })
})

describe('objects by readiness', () => {
  it('are told by status and reason of their Ready condition, and as unknown where they have none', () => {
    const object = (status?: unknown) => ({
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'a', uid: 'u', resourceVersion: '1' },
      ...(status !== undefined && { status }),
    })
    assert.equal(readyOf(object()), 'Unknown/')
    assert.equal(readyOf(object({ conditions: 'none' })), 'Unknown/')
    const conditions = [{ type: 'Stalled' }, { type: 'Ready', status: 'False', reason: 'Lost' }]
    assert.equal(readyOf(object({ conditions })), 'False/Lost')
    const counts = () => new Map([['False/Lost', 2]])
    assert.deepEqual(readyCounts({ counts }, [cachePolicyKind]), [
      { kind: 'CachePolicy', ready: 'False', reason: 'Lost', count: 2 },
    ])
  })
})
