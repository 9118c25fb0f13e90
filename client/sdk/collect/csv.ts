import type { Table, TableColumn } from '#client/sdk/collect/collected.ts'

/** Rows in one piece of text: few writes, little memory. */
const rowsPerPiece = 4096

/**
 * A table as CSV (RFC 4180) in pieces: a header, then a line a row, each ended by CR LF. Numbers are written as short
 * as they can be and still read back as the same 32 bits.
 */
export function* csvOf(table: Table): Generator<string, void, undefined> {
  let lines = [table.columns.map(({ name }) => name).join(',')]
  for (const row of table.rows()) {
    lines.push(table.columns.map((column, place) => cellText(row[place] ?? NaN, column)).join(','))
    if (lines.length < rowsPerPiece) continue
    yield `${lines.join('\r\n')}\r\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\r\n')}\r\n`
}

/** A number as it stands in its column. */
export function cellText(value: number, { type }: TableColumn): string {
  return type === 'f32' ? shortestFloat(value) : String(value)
}

/**
 * The shortest decimal that reads back as this 32-bit float; nine digits always do.
 *
 * @example shortestFloat(Math.fround(0.1)) // '0.1', where String gives '0.10000000149011612'
 */
export function shortestFloat(value: number): string {
  if (Object.is(value, -0)) return '-0'
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return String(candidate)
  }
  return String(Number(value.toPrecision(9)))
}
