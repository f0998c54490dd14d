import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../port.ts'

/**
 * Whether a change of an object is news for who acts on it. A write of the status alone, ours or another's, is not: where
 * the API server counts generations, the spec changed only if the generation did.
 */
export const objectMatters = ({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean =>
  after.generation === undefined ||
  before.generation !== after.generation ||
  before.deletionTimestamp !== after.deletionTimestamp ||
  !isDeepStrictEqual(before.labels ?? {}, after.labels ?? {}) ||
  !isDeepStrictEqual(before.annotations ?? {}, after.annotations ?? {}) ||
  !isDeepStrictEqual(before.finalizers ?? [], after.finalizers ?? [])
