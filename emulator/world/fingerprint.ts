/** A number that is always the same for the same text (FNV-1a, 32 bits): where AWS picks at random, a world repeats itself. */
export const fingerprint = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}
