import type { Place } from './world.ts'

/** The last part of the keys of a serverless cache: no node and no front of a cluster or group is called so. */
export const SERVERLESS = 'serverless'
export const SERVERLESS_READER = 'serverless-reader'

/** Names the server process behind a serverless cache; its address is the cache's endpoint. */
export const serverlessNodeKey = (place: Place, name: string): string =>
  `${place.account}/${place.region}/${name}/${SERVERLESS}`

/** Names the reader endpoint of a serverless cache. */
export const serverlessReaderKey = (place: Place, name: string): string =>
  `${place.account}/${place.region}/${name}/${SERVERLESS_READER}`
