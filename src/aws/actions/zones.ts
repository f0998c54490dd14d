/** The zone of the nth node, going round. */
export const zoneAt = (zones: readonly string[], index: number): string | undefined => zones[index % zones.length]

/** A zone for each of so many nodes, going round from the given one on; the zones go round over the shards too. */
export const zonesFrom = (zones: readonly string[], first: number, count: number): string[] =>
  Array.from({ length: count }, (_, node) => zoneAt(zones, first + node)).filter((zone) => zone !== undefined)
