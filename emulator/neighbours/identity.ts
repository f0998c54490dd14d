import type { Caller } from '../door/caller.ts'
import { fingerprint } from '../world/fingerprint.ts'

/** The partition of a region's ARNs. */
const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** An id of IAM's: a prefix and 17 letters and digits, always the same for the same thing. */
export const iamId = (prefix: string, of: string): string => {
  const digits = ['a', 'b', 'c', 'd'].map((salt) => fingerprint(`${salt}/${of}`).toString(36).padStart(7, '0'))
  return `${prefix}${digits.join('').toUpperCase().slice(0, 17)}`
}

/** The ARN and id of an assumed role's session. */
export const assumedRole = (role: {
  readonly account: string
  readonly partition: string
  readonly roleName: string
  readonly sessionName: string
}) => ({
  arn: `arn:${role.partition}:sts::${role.account}:assumed-role/${role.roleName}/${role.sessionName}`,
  id: `${iamId('AROA', `${role.account}/${role.roleName}`)}:${role.sessionName}`,
})

/** What GetCallerIdentity says: the session of an assumed role, or an IAM user named after the access key. */
export const callerIdentity = ({ accessKeyId, place, session }: Caller) => {
  if (session) {
    const { arn, id } = assumedRole(session)
    return { Arn: arn, UserId: id, Account: session.account }
  }
  const user = accessKeyId.replace(/[^\w+=,.@-]/g, '-')
  return {
    Arn: `arn:${partitionOf(place.region)}:iam::${place.account}:user/${user}`,
    UserId: iamId('AIDA', accessKeyId),
    Account: place.account,
  }
}
