import { places, rulesIn, type Schema } from './schema.ts'

/**
 * What Larder promises beyond what the API server demands of a schema: a user who reads `kubectl explain` learns every
 * default, and a user whose manifest is refused learns which field to mend. Answers what breaks a promise.
 */
export const brokenPromises = (root: Schema): readonly string[] => [...silentDefaults(root), ...vagueRules(root)]

const silentDefaults = (root: Schema): readonly string[] =>
  places(root)
    .filter(({ path }) => path.startsWith('spec.') && !path.endsWith('[]') && !path.endsWith('.*'))
    .filter(({ schema, required }) => !required && schema.properties === undefined)
    .filter(({ schema }) => schema.default === undefined && !schema.description?.includes('Default:'))
    .map(({ path }) => `${path} is optional, and neither its schema nor its description tells the default`)

const vagueRules = (root: Schema): readonly string[] => {
  const paths = new Set(places(root).map(({ path }) => path))
  const rules = rulesIn(root)
  return rules.flatMap(({ at, message, fieldPath }) => {
    const target = `${at}${fieldPath ?? ''}`.replace(/^\./, '')
    return [
      ...(paths.has(target) ? [] : [`${target} is the fieldPath of a rule, and no field: ${message}`]),
      ...(/\b(spec|metadata)\.[a-z]/.test(message) ? [] : [`${at}: the message names no field: ${message}`]),
      ...(rules.filter((other) => other.message === message).length === 1
        ? []
        : [`${at}: two rules share a message: ${message}`]),
    ]
  })
}
