import assert from 'node:assert/strict'
import * as sdk from '@aws-sdk/client-elasticache'
import { HttpResponse } from '@smithy/core/protocols'
import { before, describe, it } from 'mocha'
import { encodeRefusal } from '../../emulator/wire/encode.ts'
import { MODEL } from '../../emulator/wire/model.ts'
import type { Refusal } from '../../emulator/wire/refusal.ts'
import { refusal } from '../../emulator/wire/refusal.ts'
import { CREDENTIALS, REGION } from './fixture.ts'

type SdkCommand = Parameters<sdk.ElastiCacheClient['send']>[0]

const exported = sdk as unknown as Readonly<Record<string, unknown>>
const commandOf = (operation: string): SdkCommand => {
  const Command = exported[`${operation}Command`] as new (input: object) => SdkCommand
  return new Command({})
}
const classOf = (name: string) => exported[name] as new () => sdk.ElastiCacheServiceException

describe("the SDK's view of an error", () => {
  let answer: Refusal
  let client: sdk.ElastiCacheClient
  before(() => {
    const requestHandler = {
      handle: async () => ({
        response: new HttpResponse({
          statusCode: answer.httpStatus,
          headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'r' },
          body: new TextEncoder().encode(encodeRefusal(answer, 'r')),
        }),
      }),
    }
    client = new sdk.ElastiCacheClient({
      region: REGION,
      credentials: CREDENTIALS,
      requestHandler: requestHandler as never,
      maxAttempts: 1,
    })
  })

  const answered = async (operation: string): Promise<sdk.ElastiCacheServiceException & { readonly Code?: string }> =>
    client.send(commandOf(operation)).then(
      () => assert.fail(`${operation} was not refused`),
      (error) => error,
    )

  for (const [operation, { errors }] of Object.entries(MODEL.operations)) {
    it(`of ${operation} is of the right class, for each of its ${errors.length} errors`, async () => {
      for (const name of errors) {
        const { code, http } = MODEL.errors[name] ?? assert.fail(`the wire model has no ${name}`)
        const message = `${name} of <${operation}> & "more"`
        answer = refusal(code, message)
        assert.equal(answer.httpStatus, http)
        const error = await answered(operation)
        assert.ok(error instanceof classOf(name), `${code} became ${error.name}`)
        assert.equal(error.name, name)
        assert.equal(error.Code, code)
        assert.equal(error.message, message)
        assert.equal(error.$metadata.httpStatusCode, http)
        assert.equal(error.$metadata.requestId, 'r')
      }
    })
  }

  for (const [code, http] of [
    ['Throttling', 400],
    ['InternalFailure', 500],
    ['ServiceUnavailable', 503],
    ['ExpiredToken', 403],
    ['InvalidAction', 400],
    ['InvalidClientTokenId', 403],
    ['MalformedQueryString', 404],
    ['MissingParameter', 400],
    ['SignatureDoesNotMatch', 403],
  ] as const) {
    it(`with the common code ${code} is a service exception of HTTP ${http}`, async () => {
      answer = refusal(code, 'common')
      const error = await answered('DescribeEvents')
      assert.ok(error instanceof sdk.ElastiCacheServiceException)
      assert.equal(error.name, code)
      assert.equal(error.$metadata.httpStatusCode, http)
    })
  }
})
