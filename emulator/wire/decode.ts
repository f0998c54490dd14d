import { refusal } from './refusal.ts'
import type { Shape, StructureShape } from './schema.ts'

/** A request's dotted keys as a tree: `Tags.Tag.1.Key=a` becomes { Tags: { Tag: { 1: { Key: 'a' } } } }. */
export type QueryTree = string | { [key: string]: QueryTree }

/** Parameters that every request may carry and that belong to no operation. */
const ENVELOPE = new Set(['Action', 'Version'])

const isSigning = (key: string): boolean => key.startsWith('X-Amz-')

/** Builds the tree; the same key twice, or a key that is both a value and a branch, is refused. */
export const queryTreeOf = (parameters: URLSearchParams): { [key: string]: QueryTree } => {
  const root: { [key: string]: QueryTree } = Object.create(null)
  for (const [path, value] of parameters) {
    if (ENVELOPE.has(path) || isSigning(path)) continue
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    let branch = root
    for (const step of steps) {
      const next: QueryTree = branch[step] ?? Object.create(null)
      if (typeof next === 'string') throw refusal('InvalidQueryParameter', `The parameter ${path} is malformed.`)
      branch[step] = next
      branch = next
    }
    if (branch[last] !== undefined) throw refusal('InvalidQueryParameter', `The parameter ${path} is given twice.`)
    branch[last] = value
  }
  return root
}

const malformed = (path: string, value: string, wanted: string) =>
  refusal('MalformedInput', `The parameter ${path} has the value '${value}', which is not ${wanted}.`)

const leaf = (tree: QueryTree, path: string): string => {
  if (typeof tree === 'string') return tree
  throw refusal('InvalidQueryParameter', `The parameter ${path} takes a single value.`)
}

const decodeStructure = (shape: StructureShape, tree: QueryTree, path: string): Record<string, unknown> => {
  if (typeof tree === 'string') {
    if (tree === '') return {}
    throw refusal('InvalidQueryParameter', `The parameter ${path} is a structure.`)
  }
  const value: Record<string, unknown> = {}
  for (const [name, member] of shape.members) {
    const branch = tree[name]
    if (branch !== undefined) value[name] = decode(member, branch, path ? `${path}.${name}` : name)
  }
  for (const key of Object.keys(tree)) {
    if (shape.members.has(key)) continue
    throw refusal('InvalidQueryParameter', `The parameter ${path ? `${path}.${key}` : key} is unknown.`)
  }
  for (const name of shape.required) {
    if (value[name] !== undefined) continue
    throw refusal('MissingParameter', `The request must contain the parameter ${path ? `${path}.${name}` : name}.`)
  }
  return value
}

/** A list's elements lie under the element's own name or, as AWS's examples write it, under `member`. */
const decodeList = (shape: Extract<Shape, { readonly is: 'list' }>, tree: QueryTree, path: string): unknown[] => {
  if (tree === '') return []
  if (typeof tree === 'string') throw refusal('InvalidQueryParameter', `The parameter ${path} is a list.`)
  const named = shape.element
  const keys = Object.keys(tree)
  const key = keys[0] ?? named
  if (keys.length !== 1 || (key !== named && key !== 'member')) {
    throw refusal(
      'InvalidQueryParameter',
      `The parameter ${path}.${keys.join(',')} is unknown; use ${path}.${named}.N.`,
    )
  }
  const numbered = tree[key]
  if (typeof numbered !== 'object') throw refusal('InvalidQueryParameter', `The parameter ${path}.${key} is a list.`)
  const indices = Object.keys(numbered).map(Number)
  if (indices.some((index) => !Number.isInteger(index) || index < 1)) {
    throw refusal('InvalidQueryParameter', `The parameter ${path}.${key} is numbered from 1.`)
  }
  return indices
    .toSorted((a, b) => a - b)
    .map((index) => decode(shape.of, numbered[String(index)] ?? '', `${path}.${key}.${index}`))
}

const decodeNumber = (text: string, path: string): number => {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw malformed(path, text, 'a number')
  return Number(text)
}

const decodeBoolean = (text: string, path: string): boolean => {
  const lower = text.toLowerCase()
  if (lower !== 'true' && lower !== 'false') throw malformed(path, text, 'a boolean')
  return lower === 'true'
}

const decodeTime = (text: string, path: string): Date => {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw malformed(path, text, 'a timestamp')
  return time
}

const decode = (shape: Shape, tree: QueryTree, path: string): unknown => {
  if (shape.is === 'structure') return decodeStructure(shape, tree, path)
  if (shape.is === 'list') return decodeList(shape, tree, path)
  const text = leaf(tree, path)
  if (shape.is === 'boolean') return decodeBoolean(text, path)
  if (shape.is === 'number') return decodeNumber(text, path)
  return shape.is === 'timestamp' ? decodeTime(text, path) : text
}

/**
 * Reads an operation's input from the query parameters, by the wire model.
 * Strict: an unknown parameter, a wrong type or a missing required member is refused.
 */
export const decodeInput = (shape: StructureShape, parameters: URLSearchParams): Record<string, unknown> =>
  decodeStructure(shape, queryTreeOf(parameters), '')
