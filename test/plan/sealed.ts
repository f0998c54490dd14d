import type { CacheFacts, Seal } from '../../src/plan/facts.ts'
import { wantedHashes, wantedPair } from '../../src/plan/secret-steps.ts'
import { frozen } from './facts.ts'

/** The same facts with both Secrets standing as they should. */
export const withSecrets = (facts: CacheFacts): CacheFacts => {
  const version = facts.token.is === 'present' ? facts.token.version : undefined
  const pair = wantedPair(facts, version)
  const hashes = wantedHashes(facts)
  if (pair === undefined || hashes === undefined) return facts
  const seal = (which: 'binding' | 'env'): Seal => ({
    contentHash: hashes[which],
    keys: Object.keys(pair[which]),
    foreign: false,
    ownerUid: facts.object.uid,
  })
  return frozen({ ...facts, bindingSeal: seal('binding'), envSeal: seal('env') })
}
