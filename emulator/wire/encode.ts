import type { Refusal } from './refusal.ts'
import type { OperationSchema, Shape, StructureShape } from './schema.ts'

const NAMESPACE = 'http://elasticache.amazonaws.com/doc/2015-02-02/'
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\u0085': '&#x85;',
  '\u2028': '&#x2028;',
}
/** Text as XML holds it. */
export const escaped = (text: string) =>
  text.replace(/[&<>"'\r\n\u0085\u2028]/g, (character) => ENTITIES[character] ?? character)

const element = (name: string, content: string): string =>
  content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`

const structureXml = (shape: StructureShape, value: Readonly<Record<string, unknown>>): string => {
  let xml = ''
  for (const [name, member] of shape.members) {
    const content = value[name]
    if (content === undefined || content === null) continue
    const inside = contentXml(member, content)
    xml += element(name, inside)
    if (member.is === 'list' && member.alsoAs !== undefined) xml += element(member.alsoAs, inside)
  }
  return xml
}

/** What stands between an element's tags. Times have whole seconds, unless they have a fraction. */
const contentXml = (shape: Shape, value: unknown): string => {
  switch (shape.is) {
    case 'structure':
      return structureXml(shape, value as Readonly<Record<string, unknown>>)
    case 'list':
      return (value as readonly unknown[]).map((one) => element(shape.element, contentXml(shape.of, one))).join('')
    case 'timestamp':
      return (value as Date).toISOString().replace('.000Z', 'Z')
    default:
      return escaped(String(value))
  }
}

const resultXml = ({ name, output }: OperationSchema, result: object): string =>
  output === undefined
    ? ''
    : element(`${name}Result`, structureXml(output, result as Readonly<Record<string, unknown>>))

const metadata = (requestId: string) => `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`

/** The XML document of a successful answer. */
export const encodeResult = (operation: OperationSchema, result: object, requestId: string): string =>
  `<${operation.name}Response xmlns="${NAMESPACE}">${resultXml(operation, result)}${metadata(requestId)}</${operation.name}Response>`

/** The XML document of an error. */
export const encodeRefusal = (error: Refusal, requestId: string, namespace = NAMESPACE): string => {
  const type = error.httpStatus >= 500 ? 'Receiver' : 'Sender'
  const body = `<Type>${type}</Type><Code>${escaped(error.code)}</Code><Message>${escaped(error.message)}</Message>`
  return `<ErrorResponse xmlns="${namespace}"><Error>${body}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
}
