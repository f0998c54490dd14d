/** What is known about a key. `absent`: the source has nothing there. `freshUntilMs` (Unix time): stale from then on. */
export interface Entry {
  readonly value: unknown
  readonly absent: boolean
  readonly freshUntilMs?: number
}

const mark = 'larder'

/**
 * The text to store. A plain value is its own JSON, so that other programs can read it. What JSON alone can't say
 * (absent, fresh until) goes into an envelope, `{"larder":1,...}`; a value that looks like an envelope goes into one too.
 *
 * @throws TypeError when the value has no JSON: a function, a BigInt, a ring of references
 */
export const encode = ({ value, absent, freshUntilMs }: Entry): string => {
  if (!absent && JSON.stringify(value) === undefined) throw new TypeError('the value has no JSON form')
  if (!absent && freshUntilMs === undefined && !isEnvelope(value)) return JSON.stringify(value)
  return JSON.stringify({
    [mark]: 1,
    ...(absent ? { absent } : {}),
    value, // null stays null; undefined has no JSON and leaves the member out
    ...(freshUntilMs === undefined ? {} : { freshUntilMs }),
  })
}

/** The entry in a stored text; undefined when the text is no JSON, so that a foreign or torn value counts as a miss. */
export const decode = (text: string): Entry | undefined => {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isEnvelope(found)) return { value: found, absent: false }
  const { value, absent, freshUntilMs } = found
  return {
    value,
    absent: absent === true,
    ...(typeof freshUntilMs === 'number' ? { freshUntilMs } : {}),
  }
}

const isEnvelope = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, mark)
