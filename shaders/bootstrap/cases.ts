import type { KernelCase } from '#shaders/kernel-case.ts'
import { GRAMS_PER_STEP, packRows, penguins, type Row } from '#shaders/bootstrap/prepare.ts'
import { replicateRow } from '#shaders/bootstrap/reference.ts'

interface Run {
  readonly table: readonly Row[]
  readonly inner: number
  readonly seed: number
  readonly begin: number
  readonly count: number
}

const allPenguins = await penguins()

/** A unit of `count` replicates from number `begin` on. */
function run(title: string, values: Run): KernelCase {
  const { table, inner, seed, begin, count } = values
  return {
    title,
    changes: {
      parameters: { rows: table.length, inner, seed, unit_of_y: GRAMS_PER_STEP },
      units: { range: [begin, begin + count], granule: count },
    },
    files: () => new Map([['penguins.u32', packRows(table)]]),
    unit: 0,
    expected: () => expectedRows(values),
  }
}

/** Rows of replicate (u32), slope (f32), error (f32). */
function expectedRows({ table, inner, seed, begin, count }: Run): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 * count))
  for (let index = 0; index < count; index++) {
    const { slope, error } = replicateRow(table, { inner, seed, unitOfY: GRAMS_PER_STEP }, begin + index)
    view.setUint32(12 * index, begin + index, true)
    view.setFloat32(12 * index + 4, slope, true)
    view.setFloat32(12 * index + 8, error, true)
  }
  return new Uint8Array(view.buffer)
}

const line = Array.from({ length: 20 }, (_, x): Row => [x, 3 * x])

export const cases: readonly KernelCase[] = [
  run('empty: x does not vary, so there is no slope', {
    table: [
      [7, 1],
      [7, 2],
      [7, 3],
    ],
    inner: 4,
    seed: 1,
    begin: 0,
    count: 2,
  }),
  run('one: a table of one row', { table: [[3, 4]], inner: 2, seed: 1, begin: 0, count: 1 }),
  run('odd: 13 rows, 3 replicates with 67 of their own', {
    table: allPenguins.slice(0, 13),
    inner: 67,
    seed: 9,
    begin: 1001,
    count: 3,
  }),
  run('largest: the last 8 replicates of the job', {
    table: allPenguins,
    inner: 128,
    seed: 1,
    begin: 8184,
    count: 8,
  }),
  run('control: points on a line have its slope in every replicate, without error', {
    table: line,
    inner: 16,
    seed: 1,
    begin: 0,
    count: 65,
  }),
]
