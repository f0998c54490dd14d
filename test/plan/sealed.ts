import type { CacheFacts, SecretMeta } from '../../src/plan/cache-cluster/facts.ts'
import { wantedHashes, wantedPair } from '../../src/plan/secrets/steps.ts'
import { frozen } from './facts.ts'

/** The same facts with both Secrets standing as they should. */
export const withSecrets = (facts: CacheFacts): CacheFacts => {
  const version = facts.token.is === 'present' ? facts.token.version : undefined
  const pair = wantedPair(facts, version)
  const hashes = wantedHashes(facts)
  if (pair === undefined || hashes === undefined) return facts
  const meta = (which: 'binding' | 'env'): SecretMeta => ({
    contentHash: hashes[which],
    keys: Object.keys(pair[which]),
    foreign: false,
    ownerUid: facts.object.uid,
  })
  return frozen({ ...facts, bindingMeta: meta('binding'), envMeta: meta('env') })
}
