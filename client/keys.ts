import type { Policy } from './policy.ts'

/** The key in the server: `keys.prefix`, then `keyVersion` and a colon where there is one, then the workload's own key. */
export const serverKey = ({ keys, invalidation }: Policy, key: string): string =>
  `${keys.prefix}${invalidation.keyVersion === undefined ? '' : `${invalidation.keyVersion}:`}${key}`
