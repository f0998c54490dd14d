const redacted = '[redacted]'
const longestWords = 500
/** A run of this many characters of a token is already too much to repeat. */
const telling = 8

const xmlEscaped = (value: string) =>
  value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')

/** Whether any telling part of the secret is in the words, in whatever case. */
const tellsPartOf = (words: string, secret: string): boolean => {
  const low = words.toLowerCase()
  const own = secret.toLowerCase()
  for (let from = 0; from + telling <= own.length; from++) {
    if (low.includes(own.slice(from, from + telling))) return true
  }
  return false
}

/**
 * AWS's words, fit for logs and conditions: without the auth token of the call, in any of the forms that an echo may have;
 * without the canonical request that AWS prints after a bad signature (it holds the session token); on one line, and short.
 */
export const scrubbed = (words: string, secret?: string): string => {
  const [head = ''] = words.split(/The Canonical String|\n\s*Deserialization error/, 1)
  const line = head.replaceAll(/\s+/g, ' ').trim()
  const forms = secret === undefined || secret === '' ? [] : [xmlEscaped(secret), encodeURIComponent(secret), secret]
  const clean = forms.reduce((rest, form) => rest.replaceAll(form, redacted), line)
  if (forms.some((form) => tellsPartOf(clean, form))) return `(words of AWS withheld: they repeat a part of the token)`
  return clean.length > longestWords ? `${clean.slice(0, longestWords)}…` : clean
}
