import { fingerprint } from '../world/fingerprint.ts'
import type { Place } from '../world/world.ts'

const ALIAS_ARN = /^arn:([a-z-]+):kms:([a-z0-9-]+):(\d{12}):(alias\/.+)$/

/** A key id in the form of KMS's; the same text always leads to the same one. */
const keyIdOf = (text: string): string => {
  const digits = ['a', 'b', 'c', 'd']
    .map((part) => fingerprint(`${part} ${text}`).toString(16).padStart(8, '0'))
    .join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const keyOfAlias = (partition: string, { account, region }: Place, alias: string): string =>
  `arn:${partition}:kms:${region}:${account}:key/${keyIdOf(`${account}/${region}/${alias}`)}`

/**
 * The key's ARN, with which AWS answers however the key was named (terraform-provider-aws issue 25713). There is no KMS
 * here, so every alias leads to a key of its own, the same one each time, whether it is named by `alias/x` or by its ARN.
 * Nothing is refused: no create lists an error for a bad key, so what AWS says to one is not known.
 */
const keyArn = (place: Place, named: string): string => {
  const [, partition, region, account, alias] = ALIAS_ARN.exec(named) ?? []
  if (partition && region && account && alias) return keyOfAlias(partition, { account, region }, alias)
  if (named.startsWith('alias/')) return keyOfAlias('aws', place, named)
  return named.startsWith('arn:') ? named : `arn:aws:kms:${place.region}:${place.account}:key/${named}`
}

/** The customer's own key; nothing where none is named. */
export const kmsKeyOf = (place: Place, named: string | undefined): { readonly kmsKeyId?: string } =>
  named === undefined || named === '' ? {} : { kmsKeyId: keyArn(place, named) }
