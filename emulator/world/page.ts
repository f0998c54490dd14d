import { invalidValue } from '../wire/refusal.ts'

export interface PageRequest {
  readonly Marker?: string | undefined
  readonly MaxRecords?: number | undefined
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly Marker?: string
}

const encoded = (key: string) => Buffer.from(key, 'utf8').toString('base64')

const decoded = (marker: string): string => {
  const key = Buffer.from(marker, 'base64').toString('utf8')
  if (encoded(key) !== marker) throw invalidValue('Invalid marker.')
  return key
}

const limitOf = (request: PageRequest, max: number): number => {
  const limit = request.MaxRecords ?? max
  if (!Number.isInteger(limit) || limit < 20 || limit > max) {
    throw invalidValue(`The parameter MaxRecords must be an integer between 20 and ${max}.`)
  }
  return limit
}

/**
 * One page of a list that is ordered by key. The marker is the base64 of the first key of the next page, as AWS's own
 * examples show it, so a page stays right when items come and go meanwhile.
 */
export const pageOf = <Item>(
  all: Iterable<Item>,
  keyOf: (item: Item) => string,
  request: PageRequest,
  maxRecords = 100,
): Page<Item> => {
  const limit = limitOf(request, maxRecords)
  const { items, next } = sliceOf(all, keyOf, request.Marker ? decoded(request.Marker) : '', limit)
  return next === undefined ? { items } : { items, Marker: next }
}

/** The first so many items from a key on, and the token of those that follow. */
const sliceOf = <Item>(
  all: Iterable<Item>,
  keyOf: (item: Item) => string,
  from: string,
  limit: number,
): { readonly items: readonly Item[]; readonly next?: string } => {
  const rest = [...all]
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => key >= from)
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
  const items = rest.slice(0, limit).map(({ item }) => item)
  const next = rest[limit]
  return next ? { items, next: encoded(next.key) } : { items }
}

export interface TokenRequest {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export interface TokenPage<Item> {
  readonly items: readonly Item[]
  readonly NextToken?: string
}

const MOST_RESULTS = 50

/** One page of a list as the actions for serverless caches have it: up to 50 items, and a token. */
export const tokenPageOf = <Item>(
  all: Iterable<Item>,
  keyOf: (item: Item) => string,
  request: TokenRequest,
): TokenPage<Item> => {
  const limit = request.MaxResults ?? MOST_RESULTS
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RESULTS) {
    throw invalidValue(`The parameter MaxResults must be an integer between 1 and ${MOST_RESULTS}.`)
  }
  const { items, next } = sliceOf(all, keyOf, request.NextToken ? decoded(request.NextToken) : '', limit)
  return next === undefined ? { items } : { items, NextToken: next }
}

/** Checks the page request of a list that is always empty. */
export const emptyPage = (request: PageRequest): void => {
  pageOf([], () => '', request)
}
