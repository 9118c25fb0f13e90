import { readFile } from 'node:fs/promises'

/** A step of y is so many grams: the penguins were weighed to the nearest 25 g. */
export const GRAMS_PER_STEP = 25

/** The job's data files by name: flipper and body mass of 342 penguins, the same bytes on every machine. */
export async function prepare(): Promise<Map<string, Uint8Array>> {
  return new Map([['penguins.u32', packRows(await penguins())]])
}

/** x is the flipper's length in mm, y the body mass in steps of GRAMS_PER_STEP, both counted from the least. */
export type Row = readonly [x: number, y: number]

/** One little-endian word a row: x in the low 16 bits, y in the high ones. */
export function packRows(rows: readonly Row[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * rows.length))
  rows.forEach(([x, y], index) => {
    view.setUint16(4 * index, x, true)
    view.setUint16(4 * index + 2, y, true)
  })
  return new Uint8Array(view.buffer)
}

/** Every penguin that was measured, in the order of the table. Throws where a measurement is not a whole step. */
export async function penguins(): Promise<Row[]> {
  const file = new URL('../data/penguins.json', import.meta.resolve('vega-datasets'))
  const table = JSON.parse(await readFile(file, 'utf8')) as readonly Record<string, number | string | null>[]
  const measured = table.flatMap((penguin) => {
    const [flipper, mass] = [penguin['Flipper Length (mm)'], penguin['Body Mass (g)']]
    return typeof flipper === 'number' && typeof mass === 'number' ? [{ flipper, mass }] : []
  })
  const leastFlipper = Math.min(...measured.map(({ flipper }) => flipper))
  const leastMass = Math.min(...measured.map(({ mass }) => mass))
  return measured.map(({ flipper, mass }): Row => {
    const row: Row = [flipper - leastFlipper, (mass - leastMass) / GRAMS_PER_STEP]
    if (!row.every(Number.isInteger)) throw new Error(`no whole steps: ${flipper} mm, ${mass} g`)
    return row
  })
}
