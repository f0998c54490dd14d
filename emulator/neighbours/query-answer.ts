import { type Answer, xmlAnswer } from '../door/request.ts'
import { encodeRefusal, escaped } from '../wire/encode.ts'
import type { Refusal } from '../wire/refusal.ts'

/** A value as an element of the Query protocol: lists hold `member` elements, times are ISO 8601. */
const element = (name: string, value: unknown): string => {
  if (value === undefined) return ''
  return `<${name}>${contents(value)}</${name}>`
}

const contents = (value: unknown): string => {
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (Array.isArray(value)) return value.map((each) => element('member', each)).join('')
  if (typeof value !== 'object' || value === null) return escaped(String(value))
  return Object.entries(value)
    .map(([name, each]) => element(name, each))
    .join('')
}

/** How a service of the Query protocol answers. */
export const queryAnswers = (namespace: string, action: string) => ({
  succeed: (result: object, requestId: string): Answer => {
    const body = `${element(`${action}Result`, result)}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
    return xmlAnswer(200, `<${action}Response xmlns="${namespace}">${body}</${action}Response>`, requestId)
  },
  refuse: (error: Refusal, requestId: string): Answer =>
    xmlAnswer(error.httpStatus, encodeRefusal(error, requestId, namespace), requestId),
})
