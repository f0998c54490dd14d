import { HttpRequest, type HttpResponse } from '@smithy/core/protocols'
import type { Emulator } from '../../emulator/start.ts'
import { REGION } from './fixture.ts'

interface Door {
  handle(request: HttpRequest): Promise<{ readonly response: HttpResponse }>
}

/** One request through the door without a network, as it stands. */
export const knock = async (
  emulator: Emulator,
  request: ConstructorParameters<typeof HttpRequest>[0],
): Promise<{ readonly status: number; readonly body: string }> => {
  const { response } = await (emulator.requestHandler as Door).handle(
    new HttpRequest({ hostname: 'emulator', ...request }),
  )
  return { status: response.statusCode, body: Buffer.from(response.body).toString('utf8') }
}

/** Calls an operation by its name, with query parameters that the SDK would not send. */
export const call = (emulator: Emulator, operation: string, parameters: Readonly<Record<string, string>>) =>
  knock(emulator, {
    method: 'POST',
    path: '/',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260105/${REGION}/elasticache/aws4_request, SignedHeaders=host, Signature=00`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ Action: operation, Version: '2015-02-02', ...parameters }).toString(),
  })
