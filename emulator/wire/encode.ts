import { XmlShapeSerializer } from '@aws-sdk/core/protocols'
import type { StaticStructureSchema } from '@smithy/types'
import type { Refusal } from './refusal.ts'
import type { OperationSchema } from './schema.ts'

const NAMESPACE = 'http://elasticache.amazonaws.com/doc/2015-02-02/'
const SERIALIZER_SETTINGS = {
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: false,
  xmlNamespace: undefined,
  serviceNamespace: 'com.amazonaws.elasticache',
} as unknown as ConstructorParameters<typeof XmlShapeSerializer>[0]

const metadata = (requestId: string) => `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`

const resultXml = (operation: OperationSchema, result: object): string => {
  if (!Array.isArray(operation.output)) return ''
  // The schema's name becomes the element's name, so a copy with AWS's name for the result.
  const renamed = [...operation.output] as unknown[]
  renamed[2] = `${operation.name}Result`
  const serializer = new XmlShapeSerializer(SERIALIZER_SETTINGS)
  serializer.write(renamed as unknown as StaticStructureSchema, result)
  return String(serializer.flush())
}

/** The XML document of a successful answer. */
export const encodeResult = (operation: OperationSchema, result: object, requestId: string): string =>
  `<${operation.name}Response xmlns="${NAMESPACE}">${resultXml(operation, result)}${metadata(requestId)}</${operation.name}Response>`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

/** The XML document of an error. */
export const encodeRefusal = (error: Refusal, requestId: string): string => {
  const type = error.httpStatus >= 500 ? 'Receiver' : 'Sender'
  const body = `<Type>${type}</Type><Code>${escaped(error.code)}</Code><Message>${escaped(error.message)}</Message>`
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error>${body}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
}
