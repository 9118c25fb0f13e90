import Table from 'cli-table3'
import { cellText } from '#client/sdk/collect/csv.ts'
import type { Table as NumberTable } from '#client/sdk/collect/collected.ts'

const rowsShownMax = 8
const columnsShownMax = 10

/** The beginning of a table, for a person. */
export function tablePreview(numbers: NumberTable): string {
  const columns = numbers.columns.slice(0, columnsShownMax)
  const more = numbers.columns.length > columns.length ? ['…'] : []
  const table = textTable([...columns.map(({ name }) => name), ...more], columns.length + more.length)
  for (const row of numbers.rows().take(rowsShownMax))
    table.push([...columns.map((column, place) => cellText(row[place] ?? NaN, column)), ...more])
  const rest = numbers.rowCount - rowsShownMax
  return rest > 0 ? `${table.toString()}\n… and ${rest} more rows` : table.toString()
}

/** A table without colours or rules between rows, the last `rightCount` columns aligned to the right. */
export function textTable(head: readonly string[], rightCount = 0): Table.Table {
  return new Table({
    head: [...head],
    colAligns: head.map((_name, place) => (place < head.length - rightCount ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  })
}
