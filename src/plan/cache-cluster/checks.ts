import { secretTaken } from '../secrets/steps.ts'
import type { Check } from './checks/check.ts'
import {
  claimed,
  identityChanged,
  notMarked,
  notOurs,
  ownershipUnknown,
  parameterGroupNotOurs,
} from './checks/ownership.ts'
import {
  notPolledYet,
  parametersRefused,
  parametersUnknown,
  policyMissing,
  readFailed,
  secretsUnread,
  tokenMissing,
  tokenUnusable,
} from './checks/sight.ts'
import {
  formerSecrets,
  moving,
  secretsBehind,
  secretsRefused,
  takenBeforeCreate,
  toChange,
  toCreate,
  tokenToStore,
} from './checks/steps.ts'
import {
  authImpossible,
  deletedByOthers,
  engineChangeUnversioned,
  failed,
  fixedFieldsDiffer,
  lost,
  memberFailed,
  rebootPending,
  zonesDiffer,
} from './checks/trouble.ts'

/** In this order, since each check may rely on the ones before it having found nothing. */
export const checks: readonly Check[] = [
  identityChanged, // before anything is looked up under a name that may be wrong
  claimed, // nor under a name that is another object's
  notPolledYet, // nothing below means anything without a picture
  readFailed, // nor without what the next step needs
  parametersRefused,
  parametersUnknown,
  lost,
  notOurs, // nothing of a cache that isn't ours is read on
  ownershipUnknown,
  tokenUnusable, // nobody mends a token for a cache that isn't ours
  parameterGroupNotOurs,
  deletedByOthers,
  failed,
  notMarked, // no Secret leads to a cache before it is ours
  takenBeforeCreate, // costs nothing: before calls that make something
  tokenToStore, // a token is stored before AWS knows it
  secretsBehind, // workloads first: their Secrets before the next change
  toCreate,
  moving, // AWS takes no change now
  fixedFieldsDiffer,
  authImpossible,
  engineChangeUnversioned,
  toChange, // from here on: what is true beside the plan
  secretsUnread,
  secretTaken,
  secretsRefused,
  memberFailed, // after changes, since a change of count or network may be its cure
  rebootPending,
  zonesDiffer,
  policyMissing, // late: a missing policy holds up nothing that it has no say in
  tokenMissing,
  formerSecrets,
]
