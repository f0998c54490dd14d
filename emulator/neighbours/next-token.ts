import { fingerprint } from '../world/fingerprint.ts'

/** A page's token: where the next page begins, bound to the request that began it. */
export const tokenOf = (request: unknown, position: number): string =>
  Buffer.from(`${position}/${fingerprint(JSON.stringify(request))}`, 'utf8').toString('base64url')

/** Where a page begins; undefined when the token does not belong to the request. */
export const positionOf = (request: unknown, token: string | undefined): number | undefined => {
  if (token === undefined) return 0
  const [position = ''] = Buffer.from(token, 'base64url').toString('utf8').split('/')
  return /^\d+$/.test(position) && tokenOf(request, Number(position)) === token ? Number(position) : undefined
}
