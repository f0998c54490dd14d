import published from '../data/wire-model.json' with { type: 'json' }
import newer from '../data/wire-model-newer.json' with { type: 'json' }

/** A member's type: one of these, or the name of a structure or list of the model. */
export const SCALARS = ['string', 'number', 'boolean', 'timestamp'] as const
export type Scalar = (typeof SCALARS)[number]

export interface StructureModel {
  /** Type by name, in the order of the model. */
  readonly members: Readonly<Record<string, string>>
  /** Members without which the structure is refused. */
  readonly required?: readonly string[]
}

/** A list: each element lies under its own name. */
export interface ListModel {
  readonly element: string
  readonly type: string
  /** The other name under which clients look for a member of this type: the SDK and botocore differ. Answers have both. */
  readonly alsoAs?: string
}

export interface OperationModel {
  readonly input: string
  /** Null when the answer has no result. */
  readonly output: string | null
  /** Names of the SDK's error classes. */
  readonly errors: readonly string[]
}

export interface ErrorModel {
  /** As it stands on the wire. */
  readonly code: string
  readonly http: number
}

export interface WireModel {
  readonly operations: Readonly<Record<string, OperationModel>>
  readonly structures: Readonly<Record<string, StructureModel>>
  readonly lists: Readonly<Record<string, ListModel>>
  readonly errors: Readonly<Record<string, ErrorModel>>
}

type ByName<Value> = Readonly<Record<string, Value>>

/** Entries of a table, each with what is newer about it. */
const enriched = <Value>(table: ByName<Value>, add: (name: string, value: Value) => Value): ByName<Value> =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [name, add(name, value)]))

const newerMembers: ByName<ByName<string>> = newer.members
const otherNames: ByName<string> = newer.alsoAs
const newerErrors: ByName<readonly string[]> = newer.errors

/** The API as the SDK here knows it: generated from the SDK's schemas. */
export const SDK_MODEL = published as unknown as WireModel

/** The API as AWS has published it: the SDK's, with the optional members and the errors that are newer, and botocore's names. */
export const MODEL: WireModel = {
  ...SDK_MODEL,
  operations: enriched(SDK_MODEL.operations, (name, operation) => ({
    ...operation,
    errors: [...operation.errors, ...(newerErrors[name] ?? [])],
  })),
  structures: enriched(SDK_MODEL.structures, (name, structure) => ({
    ...structure,
    members: { ...structure.members, ...newerMembers[name] },
  })),
  lists: enriched(SDK_MODEL.lists, (name, list) => {
    const alsoAs = otherNames[name]
    return alsoAs === undefined ? list : { ...list, alsoAs }
  }),
}
