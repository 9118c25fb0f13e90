import type { KernelCase } from '#shaders/kernel-case.ts'
import { photograph } from '#shaders/histogram/photograph.ts'
import { histogram } from '#shaders/histogram/reference.ts'

/** Rows of pixels, cut into units of `granule` rows. */
interface Rows {
  readonly width: number
  readonly height: number
  readonly granule: number
}

export const cases: readonly KernelCase[] = [
  // There is no empty case: an input of no bytes is none.
  aCase('one: a single pixel', { width: 1, height: 1, granule: 1 }, 0, madeUp),
  aCase(
    'odd: 7 rows of 601 pixels, which workgroups do not fill',
    { width: 601, height: 7, granule: 7 },
    0,
    madeUp,
  ),
  aCase('odd: the last unit is shorter than its granule', { width: 100, height: 45, granule: 8 }, 5, madeUp),
  aCase(
    'odd: rows out of the middle, so that the slice matters',
    { width: 333, height: 40, granule: 10 },
    2,
    madeUp,
  ),
  aCase(
    'largest: the whole photograph in one unit',
    { width: 1024, height: 484, granule: 484 },
    0,
    photograph,
  ),
  aCase(
    'control: one colour puts all pixels in one level',
    { width: 512, height: 64, granule: 64 },
    0,
    oneColour,
  ),
]

function aCase(title: string, rows: Rows, unit: number, pixelsOf: (rows: Rows) => Uint8Array): KernelCase {
  const { width, height, granule } = rows
  const begin = 4 * width * granule * unit
  const end = begin + 4 * width * granule
  return {
    title,
    changes: {
      parameters: { width, height },
      inputs: { pixels: { file: 'pixels.rgba8', slice: { stride: 4 * width } } },
      units: { range: [0, height], granule },
    },
    files: () => new Map([['pixels.rgba8', pixelsOf(rows)]]),
    unit,
    expected: () => histogram(pixelsOf(rows).subarray(begin, end)),
  }
}

/** Pixels that use all levels, some far more often than others. */
function madeUp({ width, height }: Rows): Uint8Array {
  return Uint8Array.from({ length: 4 * width * height }, (_, at) => (at * at + 31 * at) >>> 5)
}

function oneColour({ width, height }: Rows): Uint8Array {
  const colour = [200, 100, 50, 255]
  return Uint8Array.from({ length: 4 * width * height }, (_, at) => colour[at % 4] ?? 0)
}
