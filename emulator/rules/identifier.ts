import { invalidValue } from '../wire/refusal.ts'

const IDENTIFIER = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/i

/**
 * A name as AWS stores it, in lower case.
 * @param parameter what the refusal calls it, e.g. CacheClusterIdentifier
 */
export const identifier = (parameter: string, value: string | undefined, maxLength: number): string => {
  const name = value ?? ''
  if (!IDENTIFIER.test(name)) {
    throw invalidValue(
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    )
  }
  if (name.length > maxLength) {
    throw invalidValue(`The parameter ${parameter} must be no longer than ${maxLength} characters.`)
  }
  return name.toLowerCase()
}
