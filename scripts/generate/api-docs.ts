import { apiGroup as group, version } from '../../src/crds/kind.ts'
import { objectSchema } from './crd.ts'
import type { KindSource } from './kinds.ts'
import { kinds } from './kinds.ts'
import { type Place, places, rulesIn } from './schema.ts'
import { notice, type Target } from './target.ts'

/** A cell of a Markdown table: one line, and no bar of the text may end it. */
const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll('|', '\\|')
const code = (text: string): string => `\`${text}\``
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n')

const typeName = ({ schema }: Place): string => {
  if (schema.type === 'array') return `list of ${schema.items?.type ?? 'object'}s`
  if (schema.additionalProperties) return `map of ${schema.additionalProperties.type}s`
  return schema.format === 'date-time' ? 'time' : schema.type
}

const defaultOf = ({ schema, required }: Place): string => {
  if (schema.default !== undefined) return code(JSON.stringify(schema.default))
  return required ? 'required' : ''
}

const between = (low: number | undefined, high: number | undefined, unit: string): string[] => {
  if (low === undefined && high === undefined) return []
  if (low === undefined) return [`at most ${high}${unit}`]
  return [high === undefined ? `at least ${low}${unit}` : `${low} to ${high}${unit}`]
}

const allowed = ({ schema }: Place): string =>
  [
    ...(schema.enum ? [schema.enum.map((value) => code(String(value))).join(', ')] : []),
    ...between(schema.minimum, schema.maximum, ''),
    ...between(schema.minLength, schema.maxLength, ' characters'),
    ...between(schema.minItems, schema.maxItems, ' items'),
    ...between(schema.minProperties, schema.maxProperties, ' entries'),
    ...(schema['x-kubernetes-list-type'] === 'set' ? ['no item twice'] : []),
    ...(schema['x-kubernetes-list-map-keys'] ?? []).map((key) => `no ${key} twice`),
    ...(schema.pattern ? [code(schema.pattern)] : []),
  ].join('; ')

const fieldsUnder = (source: KindSource, part: 'spec' | 'status'): readonly Place[] =>
  places(objectSchema(source)).filter(({ path }) => path.startsWith(`${part}.`))

/** A list's items and a map's values have no words of their own: what is allowed of them is told in the row of the list. */
const isNamed = ({ path }: Place): boolean => !path.endsWith('[]') && !path.endsWith('.*')

const allowedWithin = (place: Place, all: readonly Place[]): string => {
  const within = all.filter(({ path }) => path === `${place.path}[]` || path === `${place.path}.*`)
  const each = within.map(allowed).filter((words) => words !== '')
  return [allowed(place), ...each.map((words) => `each: ${words}`)].filter((words) => words !== '').join('; ')
}

const specTable = (source: KindSource): string => {
  const all = fieldsUnder(source, 'spec')
  return table(
    ['Field', 'Type', 'Default', 'Allowed', 'Description'],
    all
      .filter(isNamed)
      .map((place) => [
        code(place.path),
        typeName(place),
        defaultOf(place),
        allowedWithin(place, all),
        place.schema.description ?? '',
      ]),
  )
}

const statusTable = (source: KindSource): string =>
  table(
    ['Field', 'Type', 'Description'],
    fieldsUnder(source, 'status')
      .filter(isNamed)
      .map((place) => [code(place.path), typeName(place), place.schema.description ?? '']),
  )

const ruleList = (source: KindSource): string => {
  const rules = rulesIn(objectSchema(source))
  const told = (ofUpdates: boolean) =>
    rules
      .filter(({ rule }) => rule.includes('oldSelf') === ofUpdates)
      .map(({ at, rule, message }) => `* ${message}\n\n  ${at === '' ? '' : `at ${code(at)}: `}${code(rule)}\n`)
  const always = told(false)
  const updates = told(true)
  return [
    'The API server refuses a manifest that breaks one of these, with the message that is printed first.\n',
    ...always,
    ...(updates.length === 0 ? [] : ['### On changes\n', ...updates]),
  ].join('\n')
}

const columnTable = ({ columns }: KindSource): string =>
  table(
    ['Column', 'From', 'Shown'],
    columns.map(({ name, jsonPath, wide }) => [name, code(jsonPath), wide ? 'with `-o wide`' : 'always']),
  )

/** The page of a kind: every field as `kubectl explain` knows it, every rule, every column. */
export const apiPage = (source: KindSource): string => {
  const { kind, shortNames, description, example } = source
  return `<!-- ${notice} -->

# ${kind.kind}

${description}

\`${group}/${version}\`, ${kind.namespaced ? 'namespaced' : 'cluster-scoped'}. With kubectl: ${[source.singular, kind.plural, ...shortNames].map(code).join(', ')}; \`kubectl get larder\` lists all kinds.

## Example

\`\`\`yaml
${example}\`\`\`

## Spec

${specTable(source)}

## Rules

${ruleList(source)}
## Status

${statusTable(source)}

## Columns

${columnTable(source)}
`
}

export const apiDocs = (): readonly Target[] =>
  kinds.map((source) => ({ path: `docs/api/${source.singular}.md`, content: apiPage(source) }))
