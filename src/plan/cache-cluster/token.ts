import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import type { AwsAction } from '../core/action.ts'
import { given as defined } from '../core/given.ts'
import type { ObservedGroup } from '../core/observed.ts'
import type { Acted, PlannedAction } from '../core/outcome.ts'
import { step } from '../core/step.ts'
import { tokenNeeded } from '../secrets/names.ts'
import type { CacheFacts } from './facts.ts'

/** What AWS accepts as a token (the stricter of AWS's two texts): 16 to 128 characters of these. */
export const tokenPattern = /^[A-Za-z0-9!&#$^<>-]{16,128}$/

export type TokenRecord = NonNullable<CacheClusterStatus['authToken']>
type TokenAction = AwsAction & { readonly do: 'RotateToken' | 'SetToken' }
type TokenFacts = Pick<CacheFacts, 'object' | 'observed' | 'token' | 'secrets'>

const isTokenAction = (action: { readonly do: string }): action is TokenAction =>
  action.do === 'RotateToken' || action.do === 'SetToken'

const groupOf = ({ observed }: Pick<CacheFacts, 'observed'>): ObservedGroup | undefined =>
  observed.is === 'seen' && observed.cache.is === 'group' ? observed.cache : undefined

const callName = ({ do: name, tokenVersion = '' }: TokenAction): string => `${name} ${tokenVersion}`

/** What the record is once that call was carried out. */
const afterCall = (call: string, { token, object }: TokenFacts): TokenRecord => {
  const [name = '', version = ''] = call.split(' ')
  const before = object.status.authToken
  const seen = token.is === 'present' && token.version === version ? token.secretVersion : (before?.seen ?? version)
  return { version, seen, phase: name === 'SetToken' ? 'Settled' : 'Rotating' }
}

/**
 * What AWS has been given, as far as status and AWS's own words tell. A call that status announced counts as carried out once
 * AWS's date of the last change is another than before it: so a crash between the call and its record loses nothing.
 */
export const tokenRecord = (facts: TokenFacts): TokenRecord | undefined => {
  const { authToken, authTokenCall } = facts.object.status
  const cache = groupOf(facts)
  const changedTime = cache?.authTokenChangedTime
  const carriedOut =
    authTokenCall !== undefined && changedTime !== undefined && changedTime !== authTokenCall.changedTime
  const record = carriedOut ? afterCall(authTokenCall.call, facts) : authToken
  if (record?.phase !== 'Rotating' || cache === undefined) return record
  const taken = cache.state === 'available' && cache.pending.authToken === undefined
  const shows = authTokenCall === undefined || changedTime !== authTokenCall.changedTime || changedTime === undefined
  return taken && shows ? { ...record, phase: 'Overlap' } : record
}

/** Which token the Secrets should hold: `hold` while they must stay as they are. */
export type PublishedToken =
  | { readonly is: 'none' }
  | { readonly is: 'hold' }
  /** `from`: whether the token's own Secret has it still, or only the binding Secret. */
  | { readonly is: 'token'; readonly version: string; readonly from: 'own' | 'binding' }

/**
 * Whether the binding Secret holds the token of that name: it alone may, once the token's own Secret holds another one, and
 * only as long as nobody deleted, renamed or edited it.
 */
const boundTo = ({ object, secrets: { binding } }: TokenFacts, version: string): boolean =>
  object.status.published?.token === version &&
  (binding.is === 'unread' || (binding.is === 'ours' && binding.meta.keys.includes('password')))

/** Only what AWS has taken, and while nothing is pending, is handed out; before that the token before it is good. */
export const tokenToPublish = (facts: TokenFacts): PublishedToken => {
  const { object, token } = facts
  const record = tokenRecord(facts)
  // A token that the spec has dropped stays told while the cache asks for it: AWS can't take it off.
  if (!tokenNeeded(object.spec)) {
    if (groupOf(facts)?.authToken !== true) return { is: 'none' }
    const told = record !== undefined && boundTo(facts, record.version)
    return told ? { is: 'token', version: record.version, from: 'binding' } : { is: 'hold' }
  }
  // A cache that doesn't ask for one yet is served without.
  if (record === undefined) return groupOf(facts)?.authToken === false ? { is: 'none' } : { is: 'hold' }
  if (record.phase === 'Rotating') return { is: 'hold' }
  const { version } = record
  if (token.is === 'present' && token.version === version) return { is: 'token', version, from: 'own' }
  return boundTo(facts, version) ? { is: 'token', version, from: 'binding' } : { is: 'hold' }
}

/**
 * A token changes in two calls: ROTATE lets the new one in beside the one before, the Secrets are rewritten, workloads get
 * `maintenance.overlap` to follow, and SET ends the one before. A token that comes while that is under way waits for its end:
 * AWS holds two at most, and a third would drop the one that workloads still use.
 */
export const tokenSteps = (facts: CacheFacts, cache: ObservedGroup): readonly PlannedAction[] => {
  const { object, token } = facts
  if (!tokenNeeded(object.spec) || token.is !== 'present') return []
  const about = { field: 'spec.auth.token' }
  const rotate = (tokenVersion: string) => step({ do: 'RotateToken', id: cache.id, tokenVersion }, 'None', about)
  const settle = (tokenVersion: string) =>
    step({ do: 'SetToken', id: cache.id, tokenVersion }, 'None', { ...about, ends: 'the auth token before' })
  const { version } = token
  const whole = [rotate(version), settle(version)]
  const record = tokenRecord(facts)
  if (record === undefined) return whole
  if (record.version === version) {
    if (record.phase !== 'Settled') return [settle(version)]
    return cache.authToken ? [] : whole
  }
  if (record.phase === 'Settled') return whole
  const published = object.status.published?.token
  // Nobody holds it any more, so nobody can name it to AWS: the new one comes at once.
  if (published === record.version) return boundTo(facts, published) ? [settle(published), ...whole] : whole
  // Taken back before anybody was told: the Secrets hold what is asked again.
  return published === version ? [rotate(version)] : whole
}

/**
 * The record that explains why AWS holds a token already that it was just told to let in; undefined where nothing does. AWS
 * holds two at most, so only few things can: the cache was made or adopted with this very token; the token came back before
 * the other one was published; it is the one that was taken back; or its Secret changed, and the token in it didn't, where
 * AWS holds that one alone, or the other one of two is told from it by the Secret that workloads read.
 */
const heldAlready = (facts: TokenFacts, version: string): TokenRecord | undefined => {
  const record = tokenRecord(facts)
  const published = facts.object.status.published?.token
  const { token } = facts
  const seen = token.is === 'present' && token.version === version ? token.secretVersion : version
  if (record === undefined) return { version, seen, phase: 'Settled' }
  if (published === version) return { version, seen, phase: 'Settled', withdrawn: true }
  if (record.withdrawn === true) return { version, seen, phase: 'Overlap' }
  if (record.phase === 'Settled') return { version, seen, phase: 'Settled' }
  return published === record.version ? undefined : { ...record, seen }
}

/**
 * What AWS's answer to a token call means. AWS never tells which tokens it holds; it refuses a ROTATE to one that it holds
 * already. That is success where something explains it; everywhere else the refusal stands.
 */
export const tokenAnswer = (facts: CacheFacts, action: AwsAction, acted: Acted): Acted => {
  if (acted.is !== 'failed' || action.do !== 'RotateToken') return acted
  const inUse = acted.failure.code === 'InvalidParameterValue' && /already in use/i.test(acted.failure.message)
  return inUse && heldAlready(facts, action.tokenVersion ?? '') !== undefined ? { is: 'unchanged' } : acted
}

/** Whether status holds what tells later what became of this call. */
export const callAnnounced = ({ authTokenCall }: CacheClusterStatus, action: { readonly do: string }): boolean =>
  !isTokenAction(action) || authTokenCall?.call === callName(action)

/** The record after this reconcile. */
export const tokenRecordAfter = (
  facts: CacheFacts,
  action: { readonly do: string } | undefined,
  result: { readonly is: string },
): Pick<CacheClusterStatus, 'authToken' | 'authTokenCall'> => {
  const { object, token } = facts
  const { authTokenCall } = object.status
  const known = tokenRecord(facts)
  const seen =
    token.is === 'present' && token.version === known?.version ? { ...known, seen: token.secretVersion } : known
  if (token.is === 'present' && action?.do === 'CreateGroup' && result.is === 'done') {
    return { authToken: { version: token.version, seen: token.secretVersion, phase: 'Settled' } }
  }
  if (action === undefined || !isTokenAction(action)) {
    // What a call came to is in the record now, and needs no second telling.
    const settled = known !== object.status.authToken && known?.phase !== 'Rotating'
    return defined({ authToken: seen, authTokenCall: settled ? undefined : authTokenCall })
  }
  const call = callName(action)
  if (result.is === 'unchanged') return defined({ authToken: heldAlready(facts, action.tokenVersion ?? '') ?? known })
  const changedTime = groupOf(facts)?.authTokenChangedTime
  const announced = authTokenCall?.call === call ? authTokenCall : defined({ call, changedTime })
  // It stays until AWS's date shows that the call is through: an answer from before it must not pass for that.
  return defined({
    authToken: result.is === 'done' ? afterCall(call, facts) : seen,
    authTokenCall: announced as typeof authTokenCall,
  })
}
