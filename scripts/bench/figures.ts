/** One line of the result. */
export interface Figure {
  readonly what: string
  /** What was promised; empty when nothing was. */
  readonly target: string
  readonly measured: string
}

const columns: readonly (keyof Figure)[] = ['what', 'target', 'measured']
const titles: Figure = { what: 'figure', target: 'target', measured: 'measured' }

/** The figures as a Markdown table whose columns stand under each other. */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = [titles, ...figures]
  const width = (column: keyof Figure) => Math.max(3, ...rows.map((row) => row[column].length))
  const line = (row: Figure) => `| ${columns.map((column) => row[column].padEnd(width(column))).join(' | ')} |`
  const rule = `|${columns.map((column) => '-'.repeat(width(column) + 2)).join('|')}|`
  const [head = '', ...body] = rows.map(line)
  return [head, rule, ...body].join('\n')
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
