import type { TopLevelSpec } from 'vega-lite'
import type { TablePlan } from '#protocol/manifest.ts'
import type { Table } from '#client/sdk/collect/collected.ts'
import { plotTheme } from '#client/sdk/collect/plot-theme.ts'

type Spec = Extract<TopLevelSpec, { mark: unknown }>
type Encoding = NonNullable<Spec['encoding']>

export type PlotPlan = NonNullable<TablePlan['plot']>

/** An SVG holds an element for each row; more make a file that no viewer opens. */
const rowsMax = 20_000
/** So many values in a column are things to tell apart, not amounts. */
const categoriesMax = 10
/** So many bars stand side by side with a label each. */
const barsMax = 60

/**
 * A table drawn as the manifest says, as SVG text. Rows whose numbers are not finite are left out.
 *
 * @param title used where the plan has none.
 */
export async function drawTable(table: Table, plan: PlotPlan, title: string): Promise<string> {
  // Most of what the SDK weighs, for the few jobs that are drawn.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const view = new vega.View(vega.parse(compile(plotSpecOf(table, plan, title)).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** The plot in Vega-Lite's language. */
function plotSpecOf(table: Table, plan: PlotPlan, title: string): Spec {
  const { rows, every } = rowsToDraw(table)
  const note = every > 1 ? { subtitle: `1 in ${every} of ${table.rowCount} rows` } : {}
  return {
    width: 640,
    height: 400,
    title: { text: plan.title ?? title, ...note },
    data: { values: rows },
    mark: markOf(plan, rows.length),
    encoding: { ...axesOf(plan, rows), ...colourOf(plan, rows), ...seriesOf(plan, table) },
    config: plotTheme,
  }
}

type Row = Readonly<Record<string, number>>

function rowsToDraw(table: Table): { rows: Row[]; every: number } {
  const names = table.columns.map(({ name }) => name)
  const every = Math.max(1, Math.ceil(table.rowCount / rowsMax))
  const rows = table
    .rows()
    .filter((_row, index) => index % every === 0)
    .filter((row) => row.every(Number.isFinite))
    .map((row) => Object.fromEntries(names.map((name, place) => [name, row[place] ?? NaN])))
  return { rows: [...rows], every }
}

function markOf({ mark }: PlotPlan, rowCount: number): Spec['mark'] {
  switch (mark) {
    case 'histogram':
    case 'bar':
      return { type: 'bar' }
    case 'point':
      return { type: 'circle', opacity: rowCount > 500 ? 0.5 : 0.8 }
    case 'area':
      return { type: 'area', opacity: 0.7, line: true }
    case 'line':
      return { type: 'line' }
  }
}

function axesOf({ mark, x, y }: PlotPlan, rows: readonly Row[]): Pick<Encoding, 'x' | 'y'> {
  const xTitle = titleOf(x)
  if (mark === 'histogram')
    return {
      x: { field: x, type: 'quantitative', bin: { maxbins: 40 }, title: xTitle },
      y: { aggregate: 'count', type: 'quantitative', title: 'rows' },
    }
  const barEach = mark === 'bar' && valuesOf(rows, x).size <= barsMax
  // Bars and areas stand for amounts from zero; points and lines may be far from it.
  const zero = mark === 'bar' || mark === 'area'
  return {
    x: barEach
      ? { field: x, type: 'ordinal', title: xTitle, axis: { labelAngle: 0 } }
      : { field: x, type: 'quantitative', title: xTitle, scale: { zero: false, nice: mark === 'point' } },
    y: { field: y ?? x, type: 'quantitative', title: titleOf(y ?? x), scale: { zero } },
  }
}

function colourOf({ mark, colour }: PlotPlan, rows: readonly Row[]): Pick<Encoding, 'color'> {
  if (colour === undefined) return {}
  const field = { field: colour, title: titleOf(colour) }
  const count = valuesOf(rows, colour).size
  if (count <= categoriesMax) return { color: { ...field, type: 'nominal' } }
  // A line and an area need a series each, however many; the ordered scale keeps them apart.
  const type = mark === 'line' || mark === 'area' ? 'ordinal' : 'quantitative'
  return { color: { ...field, type, scale: { scheme: 'viridis' } } }
}

/** A line for each row of the author's list, not one to and fro through all that share a colour. */
function seriesOf({ mark, x, y }: PlotPlan, { columns }: Table): Pick<Encoding, 'detail'> {
  if (mark !== 'line' && mark !== 'area') return {}
  const names = columns.filter(({ name, type }) => type === 'number' && name !== x && name !== y)
  return { detail: names.map(({ name }) => ({ field: name, type: 'nominal' })) }
}

function valuesOf(rows: readonly Row[], name: string): Set<number | undefined> {
  return new Set(rows.map((row) => row[name]))
}

function titleOf(column: string): string {
  return column.replaceAll('_', ' ')
}
