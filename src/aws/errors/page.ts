import { type ErrorRow, errorRows } from './rows.ts'

const doing: Readonly<Record<ErrorRow['does'], string>> = {
  waiting: 'waits',
  retryable: 'tries again',
  stalled: 'stalls',
  exists: 'looks who owns it',
  absent: 'takes it as gone',
  unchanged: 'goes on',
}

const cell = (value: string) => value.replaceAll('|', '\\|')

const line = (row: ErrorRow): string => {
  const code = row.whenMessageHas === undefined ? `\`${row.code}\`` : `\`${row.code}\` with "${row.whenMessageHas}"`
  return `| ${[code, row.http ?? '', doing[row.does], row.reason, row.cure].map((value) => cell(String(value))).join(' | ')} |`
}

/** docs/errors.md: every error code that Larder knows, what it does then, and what helps. Generated, never edited. */
export const renderErrorsPage = (): string => {
  const rows = [...errorRows].sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
  return `<!-- Generated from src/aws/errors/ by \`make generate\`. Do not edit. -->

# Errors

What AWS, the network or the SDK may say, and what Larder does then. The code is the one on the wire; the reason is the one in
the conditions, events and metrics of a cache.

* **waits**: the world moves and nobody is at fault. Larder looks again after a stated delay.
* **tries again**: it failed and may pass unchanged. Larder tries again with a growing delay. Every code that is not in this table is handled so, as \`UnknownError\`; one that comes with HTTP 429 is \`Throttled\`, and with 5xx \`AwsUnavailable\`; an answer without any code is a \`StrangeReply\`.
* **stalls**: it will not pass until somebody changes something. Larder looks again when the spec changes, and now and then.
* **looks who owns it**, **takes it as gone**, **goes on**: not failures. When the missing thing is not the one that the call was about, but one that it needs, Larder stalls with \`DependencyNotFound\`; when another thing has the name already, with \`NotOurs\`.

| Code | HTTP | Larder | Reason | What helps |
|---|---|---|---|---|
${rows.map(line).join('\n')}
`
}
