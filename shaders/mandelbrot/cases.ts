import type { KernelCase } from '#shaders/kernel-case.ts'
import { renderTile, type Params } from '#shaders/mandelbrot/reference.ts'

type Parameters = Omit<Params, 'unit_begin'>

/** As job.json has them, but one point a pixel and small tiles: the reference takes half a millisecond for each point. */
const view: Parameters = {
  width: 768,
  height: 512,
  tile: 16,
  samples: 1,
  iterations_max: 4000,
  span: 3.8e-11,
}

/** The tile that has the centre of the view in its upper left corner. */
const middleTile = (512 / 16 / 2) * (768 / 16) + 768 / 16 / 2

export const cases: readonly KernelCase[] = [
  aCase('empty: a tile below the picture is transparent black', view, (768 / 16) * (512 / 16)),
  aCase('one: a tile of a single pixel', { ...view, tile: 1, samples: 2 }, 200 * 768 + 300),
  aCase(
    'odd: the last tile of a picture that tiles do not fill, nine points a pixel',
    { ...view, width: 50, height: 37, tile: 20, samples: 3 },
    5,
  ),
  aCase('odd: tiles that workgroups do not fill', { ...view, width: 66, height: 44, tile: 33 }, 3),
  aCase('odd: three tiles in a unit, round the end of a row', { ...view, width: 90, height: 60 }, 5, 8),
  aCase(
    'largest: four points a pixel, as the job has them, at the centre',
    { ...view, samples: 2 },
    middleTile,
  ),
  aCase('largest: a quarter of the view in one tile', { ...view, width: 96, height: 64, tile: 48 }, 0),
  aCase(
    'control: far out, where almost no point stays near the reference orbit: the whole set',
    { ...view, width: 48, height: 32, tile: 48, span: 4, iterations_max: 200 },
    0,
  ),
  aCase(
    'control: stopped before any point escapes, all is black inside',
    { ...view, iterations_max: 300 },
    middleTile,
  ),
]

/** A unit of the tiles from `first` to before `end`. */
function aCase(title: string, parameters: Parameters, first: number, end = first + 1): KernelCase {
  const tiles = Array.from({ length: end - first }, (_, index) => first + index)
  return {
    title,
    changes: {
      parameters,
      units: { range: [first, end], granule: tiles.length },
      collect: { kind: 'raw', buffer: 'picture' },
    },
    unit: 0,
    expected: () =>
      new Uint8Array(tiles.flatMap((tile) => [...renderTile({ ...parameters, unit_begin: tile })])),
  }
}
