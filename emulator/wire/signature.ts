import { refusal } from './refusal.ts'

/** Who asks, and where: what the SigV4 credential scope says. */
export interface Scope {
  readonly accessKeyId: string
  readonly region: string
}

const CREDENTIAL = /Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/

/**
 * Reads the credential scope from the Authorization header, or from X-Amz-Credential of a presigned request.
 * @throws MissingAuthenticationToken, IncompleteSignature or SignatureDoesNotMatch, as AWS does
 */
export const scopeOf = (authorization: string | undefined, parameters: URLSearchParams): Scope => {
  const presigned = parameters.get('X-Amz-Credential')
  const text = authorization ?? (presigned === null ? undefined : `Credential=${presigned}`)
  if (text === undefined) throw refusal('MissingAuthenticationToken', 'Request is missing Authentication Token')
  const [, accessKeyId, , region, service] = CREDENTIAL.exec(text) ?? []
  if (!accessKeyId || !region) {
    throw refusal(
      'IncompleteSignature',
      'Authorization header requires a Credential of the form key/date/region/service/aws4_request.',
    )
  }
  if (service !== 'elasticache') {
    throw refusal('SignatureDoesNotMatch', `Credential should be scoped to correct service: 'elasticache'. `)
  }
  return { accessKeyId, region }
}
