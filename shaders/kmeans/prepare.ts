import { readFile } from 'node:fs/promises'

/** A coordinate's steps in one standard deviation. */
export const STEPS = 256

const COLUMNS = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'] as const

/** Four coordinates in whole steps, from 0 up. */
export type Point = readonly [number, number, number, number]

/** The job's data files by name: four measurements of 342 penguins, the same bytes on every machine. */
export async function prepare(): Promise<Map<string, Uint8Array>> {
  return new Map([['penguins.u32', packPoints(await penguins())]])
}

/** Four little-endian words a point. Throws where a distance from one point to all others does not fit into 32 bits. */
export function packPoints(points: readonly Point[]): Uint8Array {
  const farthest = Math.max(...points.map((point) => distanceToAll(point, points)))
  if (farthest >= 2 ** 32) throw new Error(`squared distances add up to ${farthest}: take fewer steps`)
  const view = new DataView(new ArrayBuffer(16 * points.length))
  points.flat().forEach((coordinate, index) => {
    view.setUint32(4 * index, coordinate, true)
  })
  return new Uint8Array(view.buffer)
}

/** Every penguin that was measured, in the order of the table; each column divided by its standard deviation. */
export async function penguins(): Promise<Point[]> {
  const file = new URL('../data/penguins.json', import.meta.resolve('vega-datasets'))
  const table = JSON.parse(await readFile(file, 'utf8')) as readonly Record<string, number | string | null>[]
  const columns = COLUMNS.map((name) => {
    const values = table.map((penguin) => penguin[name])
    return standardized(values.filter((value) => typeof value === 'number'))
  })
  const [first = [], second = [], third = [], fourth = []] = columns
  return first.map((value, row): Point => [value, second[row] ?? NaN, third[row] ?? NaN, fourth[row] ?? NaN])
}

/** Whole steps above the least value. Only + − × ÷ √, so every machine gets the same. */
function standardized(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const least = Math.min(...values)
  return values.map((value) => Math.round(((value - least) / Math.sqrt(variance)) * STEPS))
}

function distanceToAll(point: Point, points: readonly Point[]): number {
  const distance = (other: Point) =>
    point.reduce((sum, coordinate, axis) => sum + (coordinate - (other[axis] ?? NaN)) ** 2, 0)
  return points.reduce((sum, other) => sum + distance(other), 0)
}
