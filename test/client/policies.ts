import { noPolicy, type Policy } from '@larder/client'

/** `noPolicy` with some sections replaced or extended. */
export const policyWith = (
  changes: {
    readonly [K in keyof Policy]?: Policy[K] extends object | undefined ? Partial<Policy[K]> : Policy[K]
  },
): Policy => {
  const merged = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => {
      const base = noPolicy[name as keyof Policy]
      return [name, typeof value === 'object' ? { ...(base as object | undefined), ...value } : value]
    }),
  )
  return { ...noPolicy, ...merged } as Policy
}
