import { MODEL, SCALARS, type Scalar } from './model.ts'

/** The type of a value that goes over the wire. */
export type Shape =
  | { readonly is: 'structure'; readonly members: ReadonlyMap<string, Shape>; readonly required: readonly string[] }
  | { readonly is: 'list'; readonly element: string; readonly of: Shape; readonly alsoAs?: string }
  | { readonly is: Scalar }

export type StructureShape = Extract<Shape, { readonly is: 'structure' }>

/** One operation of the API. */
export interface OperationSchema {
  readonly name: string
  readonly input: StructureShape
  /** Absent when the answer has no result. */
  readonly output?: StructureShape
}

const isScalar = (type: string): type is Scalar => SCALARS.some((scalar) => scalar === type)

const structures = new Map<string, StructureShape>()

const structureOf = (name: string): StructureShape => {
  const known = structures.get(name)
  if (known) return known
  const model = MODEL.structures[name]
  if (!model) throw new Error(`the wire model has no structure ${name}`)
  const members = new Map<string, Shape>()
  const shape: StructureShape = { is: 'structure', members, required: model.required ?? [] }
  // Known before its members are, since a structure may hold itself.
  structures.set(name, shape)
  for (const [member, type] of Object.entries(model.members)) members.set(member, shapeOf(type))
  return shape
}

const shapeOf = (type: string): Shape => {
  if (isScalar(type)) return { is: type }
  const list = MODEL.lists[type]
  if (!list) return structureOf(type)
  const { element, alsoAs } = list
  return { is: 'list', element, of: shapeOf(list.type), ...(alsoAs === undefined ? {} : { alsoAs }) }
}

/** All operations of API version 2015-02-02, by name. */
export const OPERATIONS: ReadonlyMap<string, OperationSchema> = new Map(
  Object.entries(MODEL.operations).map(([name, { input, output }]) => [
    name,
    { name, input: structureOf(input), ...(output === null ? {} : { output: structureOf(output) }) },
  ]),
)
