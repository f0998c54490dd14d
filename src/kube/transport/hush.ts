/** The least piece of a value that is taken for the value: shorter ones stand in half the words of any language. */
const leastPiece = 12
/** Shorter values than this are no secrets: a port, a name of a mode. */
const leastValue = 8

const unescaped = (text: string): string =>
  text
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/%([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["\\/])/g, '$1')

const piecesOf = (text: string): string[] => {
  const pieces: string[] = []
  for (let from = 0; from + leastPiece <= text.length; from++) pieces.push(text.slice(from, from + leastPiece))
  return pieces
}

/**
 * Whether a sentence of the API server shows any of the values that we sent: plain or in base64, whole, or a piece of one
 * where the server cut a long value short, escaped or not. `names` are taken out first: a Secret's own name is part of most host
 * names in it, and of every sentence about it. (Short ones stay: without each `a`, nothing would be recognised.)
 */
export const quotesAny = (sentence: string, values: readonly string[], names: readonly string[] = []): boolean => {
  const bare = names
    .filter((name) => name.length >= leastValue)
    .reduce((text, name) => text.replaceAll(name, '\u0000'), sentence)
  const shown = `${bare}\u0000${unescaped(bare)}`
  const pieces = new Set(piecesOf(shown))
  return values
    .filter((value) => value.length >= leastValue)
    .flatMap((value) => [value, Buffer.from(value).toString('base64')])
    .some((text) =>
      text.length < leastPiece ? shown.includes(text) : piecesOf(text).some((piece) => pieces.has(piece)),
    )
}
