import { limits } from './limits.ts'
import { Refusal } from './refusal.ts'

/** The rows of a units list, one a unit. */
export interface UnitList {
  readonly columns: readonly string[]
  /** Row by row; each has as many numbers as there are columns. */
  readonly rows: readonly (readonly number[])[]
}

/**
 * Parses a units list: comma-separated numbers under a header that names the columns. Empty lines are skipped.
 *
 * @throws {Refusal} `listInvalid` with the line (and column) of the first thing that does not fit, or `tooLarge`.
 */
export function parseUnitList(bytes: Uint8Array, file: string): UnitList {
  if (bytes.length > limits.listBytesMax)
    throw new Refusal(
      'tooLarge',
      `${file} has ${bytes.length} bytes; at most ${limits.listBytesMax} are allowed.`,
      {
        where: file,
        next: 'Split the job.',
      },
    )
  const lines = textOf(bytes, file).split(/\r\n|[\r\n]/)
  const [header = ''] = lines
  const columns = header.split(',').map((column) => column.trim().replace(/^"(.*)"$/, '$1'))
  checkColumns(columns, file)
  const rows: number[][] = []
  for (const [index, line] of lines.entries())
    if (index > 0 && line.trim() !== '') rows.push(rowOf(line, columns, `${file}:${index + 1}`))
  if (rows.length === 0)
    throw refuse(file, 'the list has no row below its header', 'Add a line for each unit.')
  if (rows.length > limits.unitsPerJobMax)
    throw new Refusal(
      'tooLarge',
      `${file} has ${rows.length} rows; at most ${limits.unitsPerJobMax} are allowed.`,
      {
        where: file,
        next: 'Split the job.',
      },
    )
  return { columns, rows }
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Refusal('listInvalid', `${file}: the list is not UTF-8 text.`, {
      where: file,
      next: 'Save the file as UTF-8.',
      cause,
    })
  }
}

function checkColumns(columns: readonly string[], file: string): void {
  const where = `${file}:1`
  if (columns.length > limits.listColumnsMax)
    throw refuse(where, `at most ${limits.listColumnsMax} columns are allowed`, 'Drop some columns.')
  for (const [index, column] of columns.entries()) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(column))
      throw refuse(where, `"${column}" is no name for a column`, 'Name it with letters, digits and _.')
    if (['index', 'begin', 'count'].includes(column))
      throw refuse(where, `"${column}" means something else in expressions`, 'Name the column otherwise.')
    if (columns.indexOf(column) !== index)
      throw refuse(where, `the column "${column}" is there twice`, 'Rename one.')
  }
}

function rowOf(line: string, columns: readonly string[], where: string): number[] {
  const cells = line.split(',')
  if (cells.length !== columns.length)
    throw refuse(where, `${cells.length} values for ${columns.length} columns`, 'Correct the line.')
  return cells.map((cell, index) => {
    const value = cell.trim() === '' ? NaN : Number(cell)
    if (Number.isFinite(value)) return value
    throw refuse(
      where,
      `"${cell.trim()}" in the column "${columns[index] ?? ''}" is no number`,
      'Write a number.',
    )
  })
}

function refuse(where: string, message: string, next: string): Refusal {
  return new Refusal('listInvalid', `${where}: ${message}.`, { where, next })
}
