import type { Difference } from '../compare.ts'

/** Several differences as one step says them. */
export const aboutAll = (differences: readonly Difference<unknown>[]) => ({
  field: differences.map((d) => d.field).join(', '),
  from: differences.map((d) => d.have).join(', '),
  to: differences.map((d) => d.want).join(', '),
})

export const among = <S>(differences: readonly Difference<S>[], ...fields: readonly string[]) =>
  differences.filter((d) => fields.includes(d.field))

export const fixedOf = (differences: readonly Difference<unknown>[]) =>
  differences.map(({ field, want, have }) => ({ field, want, have }))
