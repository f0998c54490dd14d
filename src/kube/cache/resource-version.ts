/**
 * Orders two resource versions of one kind: below 0, 0, above 0; undefined when they can't be ordered. They are decimal
 * numbers that grow with each write (KEP-5504, conformance since Kubernetes 1.35; etcd's revision before that).
 */
export const compareVersions = (one: string, other: string): number | undefined => {
  if (one === other) return 0
  if (!/^\d+$/.test(one) || !/^\d+$/.test(other)) return undefined
  const difference = BigInt(one) - BigInt(other)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Whether what stands at `version` already holds what was written as `wanted`. */
export const reaches = (version: string, wanted: string): boolean => (compareVersions(version, wanted) ?? -1) >= 0

/** Whether `version` lies behind `other`; false when nobody can tell. */
export const isOlder = (version: string, other: string): boolean => (compareVersions(version, other) ?? 0) < 0
