import type { CacheFacts } from '../../src/plan/cache-cluster/facts.ts'
import { tokenToPublish } from '../../src/plan/cache-cluster/token.ts'
import { writtenNames } from '../../src/plan/secrets/names.ts'
import { publishedWay, wantedHashes, wantedPair } from '../../src/plan/secrets/steps.ts'
import { frozen, metaOf } from './facts.ts'

/** The same facts with both Secrets standing as they should, and a token of ours where one is made. */
export const withSecrets = (facts: CacheFacts): CacheFacts => {
  const published = tokenToPublish(facts)
  const pair = wantedPair(facts, published.is === 'token' ? published.version : undefined)
  const hashes = wantedHashes(facts)
  if (pair === undefined || hashes === undefined) return facts
  const fact = (which: 'binding' | 'env') =>
    ({ is: 'ours', meta: metaOf({ contentHash: hashes[which], keys: Object.keys(pair[which]) }) }) as const
  const { token } = facts.secrets
  return frozen({
    ...facts,
    secrets: {
      ...facts.secrets,
      binding: fact('binding'),
      env: fact('env'),
      token: facts.token.is === 'present' && token.is === 'absent' ? { is: 'ours', meta: metaOf() } : token,
    },
  })
}

/** The same, and what they say has been said since `since`. */
export const publishedSince = (facts: CacheFacts, since: string): CacheFacts => {
  const sealed = withSecrets(facts)
  const token = tokenToPublish(sealed)
  const published = {
    way: publishedWay(sealed) ?? '',
    since,
    ...(token.is === 'token' ? { token: token.version } : {}),
    names: [...writtenNames(sealed.object)],
  }
  const { object } = sealed
  return frozen({ ...sealed, object: { ...object, status: { ...object.status, published } } })
}
