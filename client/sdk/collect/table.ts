import { numberAt } from '#protocol/elements.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { TablePlan } from '#protocol/manifest.ts'
import type { UnitList } from '#protocol/unit-list.ts'
import type { Collector, Table, TableColumn } from '#client/sdk/collect/collected.ts'
import { collectInvalid, tooLargeToHold, type UnitLayout } from '#client/sdk/collect/unit-layout.ts'

/** A stranger's manifest could ask for more memory than there is. */
const tableBytesMax = 2 ** 29

/** The columns of a row: first those that say which unit it is of, then the kernel's. */
function columnsOf({ units }: CompleteManifest, plan: TablePlan): TableColumn[] {
  const own = Object.entries(plan.columns).map(([name, type]) => ({ name, type }))
  // What is merged of all units is of no single one.
  if (plan.reduce) return own
  if (!('list' in units)) return [{ name: 'unit', type: 'u32' }, ...own]
  return [...units.columns.map((name) => ({ name, type: 'number' as const })), ...own]
}

/**
 * Checks columns, row sizes and what is to be drawn.
 *
 * @throws {MaskError} `manifestInvalid`
 */
export function checkTable(manifest: CompleteManifest, plan: TablePlan, layout: UnitLayout): void {
  const names = columnsOf(manifest, plan).map(({ name }) => name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined)
    throw collectInvalid(
      `collect.columns.${twice}`,
      `rows begin with the unit's "${twice}" already`,
      'Rename the column.',
    )
  const rowBytes = 4 * Object.keys(plan.columns).length
  for (const unit of [0, layout.unitCount - 1]) {
    const bytes = layout.partBytesOf(unit)
    if (rowBytes > 0 && bytes % rowBytes === 0) continue
    throw collectInvalid(
      'collect.columns',
      `the result of unit ${unit} has ${bytes} bytes, which are no whole rows of ${rowBytes}`,
      'List each number of a row, 4 bytes each, in the order in which the kernel writes them.',
    )
  }
  const { plot } = plan
  if (!plot) return
  for (const axis of ['x', 'y', 'colour'] as const)
    if (plot[axis] !== undefined && !names.includes(plot[axis]))
      throw collectInvalid(
        `collect.plot.${axis}`,
        `"${plot[axis]}" is no column`,
        `Choose from: ${names.join(', ')}.`,
      )
  if (plot.y === undefined && plot.mark !== 'histogram')
    throw collectInvalid('collect.plot.y', `a plot of "${plot.mark}" needs it`, 'Name a column.')
}

/**
 * Puts the rows of all units together in the units' order; those of missing units are left out.
 *
 * @param list the rows of the units list, where the units are one.
 */
export function collectTable(
  manifest: CompleteManifest,
  plan: TablePlan,
  layout: UnitLayout,
  list: UnitList | undefined,
): Collector {
  const { bytesTotal } = layout
  if (bytesTotal > tableBytesMax) throw tooLargeToHold(`${bytesTotal} bytes`)
  const columns = columnsOf(manifest, plan)
  const types = Object.values(plan.columns)
  const rowBytes = 4 * types.length
  const parts = new Map<number, DataView>()
  const unitColumns = (unit: number) => {
    if (plan.reduce) return []
    return 'list' in manifest.units ? (list?.rows[unit] ?? []) : [unit]
  }
  const table: Table = {
    columns,
    get rowCount() {
      return parts.values().reduce((count, { byteLength }) => count + byteLength / rowBytes, 0)
    },
    *rows() {
      for (const unit of [...parts.keys()].sort((one, other) => one - other)) {
        const view = parts.get(unit)
        for (let offset = 0; view && offset < view.byteLength; offset += rowBytes)
          yield [
            ...unitColumns(unit),
            ...types.map((type, place) => numberAt(view, offset + 4 * place, type)),
          ]
      }
    },
  }
  return {
    collected: { kind: 'table', table },
    add(unit, result) {
      parts.set(unit, new DataView(layout.partOf(unit, result).slice().buffer))
    },
  }
}
