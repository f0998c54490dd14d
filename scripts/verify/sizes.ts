import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type SourceFile, sourceFiles } from './files.ts'

/** A file that is longer is more than one thing. */
const mostLines = 300

const folders = ['src', 'client', 'emulator', 'controlplane', 'scripts']

/** Lines as `wc -l` counts them. */
const linesOf = ({ text }: SourceFile): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

interface Sized {
  readonly path: string
  readonly lines: number
}

const sized = (file: SourceFile): Sized => ({ path: file.path, lines: linesOf(file) })

/** `file: N lines` for each file that is too long. Fails when it reads nothing: a guard that reads nothing is a green lie. */
export const longFiles = (root: string): readonly string[] => {
  const files = folders.flatMap((folder) => sourceFiles(root, folder)).map(sized)
  if (files.length === 0) return [`no file to read in ${folders.join(', ')}`]
  return files
    .filter(({ lines }) => lines > mostLines)
    .map(({ path, lines }) => `${path}: ${lines} lines; ${mostLines} is the most`)
}

/** The value below which that part of the sorted numbers lies: the nearest rank. */
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0

/** Each folder of src/ is a room, its own files are one, and so is each other folder. */
const roomsOf = (root: string): readonly (readonly [name: string, files: readonly Sized[]])[] => {
  const below = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}`)
    .toSorted()
  const own = sourceFiles(root, 'src').filter(({ path }) => path.split('/').length === 2)
  const rooms: readonly (readonly [string, readonly SourceFile[]])[] = [
    ['src', own],
    ...[...below, ...folders.slice(1)].map((room) => [room, sourceFiles(root, room)] as const),
  ]
  return rooms.flatMap(([name, files]) => (files.length === 0 ? [] : [[name, files.map(sized)] as const]))
}

/** How long files are, room by room: a plain table in which a room that grows can be seen. */
export const sizesTable = (root: string): string => {
  const rows = roomsOf(root).map(([room, files]) => {
    const lines = files.map((file) => file.lines).toSorted((a, b) => a - b)
    const largest = files.reduce((most, file) => (file.lines > most.lines ? file : most))
    const figures = [files.length, quantile(lines, 0.5), quantile(lines, 0.9), largest.lines]
    return [room, ...figures.map(String), largest.path.slice(room.length + 1)]
  })
  const table = [['room', 'files', 'median', '90 %', 'most', 'in'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  const cell = (text: string, column: number) => {
    const width = widths[column] ?? 0
    if (column === 0) return text.padEnd(width)
    return column === widths.length - 1 ? text : text.padStart(width)
  }
  return ['lines a file', ...table.map((row) => `  ${row.map(cell).join('  ')}`)].join('\n')
}
