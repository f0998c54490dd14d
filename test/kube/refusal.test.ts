import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { KubeError, type KubeFailure } from '../../src/kube/port.ts'
import { kubeRefusal } from '../../src/kube/refusal.ts'
import { quotesAny } from '../../src/kube/transport/hush.ts'
import type { Failure } from '../../src/plan/core/outcome.ts'

const what = 'writing the Secret web'
/** Typed as plan's Failure: that is what controllers make of it. */
const said = (failure: KubeFailure): Failure | undefined => kubeRefusal(new KubeError(failure), what)
const message = 'PATCH /api/v1/x: Reason'

describe('a refusal of the API server as a value', () => {
  const rows: [string, KubeFailure, Failure][] = [
    [
      'forbidden: stalled, in the words of the server',
      { is: 'forbidden', message, status: 403, reason: 'Forbidden', words: 'secrets is forbidden: no right' },
      { is: 'stalled', reason: 'AccessDenied', message: `${what}: secrets is forbidden: no right` },
    ],
    [
      'forbidden by a quota: stalled, as a quota',
      { is: 'forbidden', message, status: 403, reason: 'Forbidden', words: 'is forbidden: exceeded quota: few' },
      { is: 'stalled', reason: 'QuotaExceeded', message: `${what}: is forbidden: exceeded quota: few` },
    ],
    [
      'forbidden where the namespace goes: waiting',
      { is: 'forbidden', message, status: 403, reason: 'NamespaceTerminating', words: 'being terminated' },
      { is: 'waiting', reason: 'Deleting', message: `${what}: being terminated` },
    ],
    [
      'invalid: stalled, with the reason alone where the words were kept back',
      { is: 'invalid', message, status: 422, reason: 'Invalid' },
      { is: 'stalled', reason: 'InvalidSpec', message: `${what}: Invalid` },
    ],
    [
      'conflict: retryable',
      { is: 'conflict', message, status: 409, reason: 'AlreadyExists', words: 'web already exists' },
      { is: 'retryable', reason: 'Conflict', message: `${what}: web already exists` },
    ],
    [
      'gone: retryable',
      { is: 'notFound' },
      { is: 'retryable', reason: 'Conflict', message: `${what}: it is not there` },
    ],
    [
      'no answer: retryable, no sooner than the server wants',
      { is: 'transient', message: 'GET /x: no answer within 15000 ms', retryAfterMs: 7000 },
      {
        is: 'retryable',
        reason: 'KubernetesUnavailable',
        message: `${what}: GET /x: no answer within 15000 ms`,
        retryAfterMs: 7000,
      },
    ],
  ]
  for (const [sentence, failure, expected] of rows) it(sentence, () => assert.deepEqual(said(failure), expected))

  it('is not made of a fault of our own', () =>
    assert.equal(kubeRefusal(new TypeError('x is undefined'), what), undefined))
})

describe('words that quote a value', () => {
  const secret = 'abcdefgh-12345678-ijkl'
  for (const [sentence, words, quotes] of [
    ['whole', `bad "${secret}"`, true],
    ['in base64', `bad "${Buffer.from(secret).toString('base64')}"`, true],
    ['cut short', `bad "${secret.slice(0, 12)}..."`, true],
    ['not at all', 'bad abcdefgh', false],
  ] as const)
    it(`${sentence}: ${quotes}`, () => assert.equal(quotesAny(words, [secret]), quotes))

  it('whole, where the value is short, but no port number', () => {
    assert.equal(quotesAny('bad "hunter22"', ['hunter22']), true)
    assert.equal(quotesAny('port 6379', ['6379']), false)
  })

  it('only as the name of the Secret, which host names hold: no quote; a name of one letter hides nothing', () => {
    const host = 'prod-sessions-cache.abc.amazonaws.com'
    assert.equal(quotesAny('secrets "sessions-cache-env" is forbidden', [host], ['sessions-cache']), false)
    assert.equal(quotesAny(`bad "${secret}"`, [secret], ['a', 'b', '']), true)
  })
})
