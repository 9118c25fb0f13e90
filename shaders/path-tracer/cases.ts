import type { Params, Pixel } from '#shaders/path-tracer/reference.ts'

/** A dispatch, and what its tile has to be. */
export interface Case {
  readonly name: string
  readonly params: Params
  readonly expected: Expected
}

export type Expected =
  /** Every pixel of the tile is exactly this. */
  | { readonly kind: 'constant'; readonly pixel: Pixel }
  /** As the reference says within the manifest's tolerance, looking at every `stride`th column and row. */
  | { readonly kind: 'reference'; readonly stride: number }
  /** Control: so far from the tile of these parameters that the manifest's tolerance refuses it. */
  | { readonly kind: 'unlike'; readonly params: Params }

/** The uniform struct as job.json fills it for unit 0. */
export const jobParams: Params = {
  unit_begin: 0,
  unit_count: 1,
  image_width: 512,
  image_height: 512,
  tile_size: 64,
  samples: 32,
  bounces: 2,
  seed: 1,
}

const headTile = 10
const haunchTile = 37
const pawTile = 50
const nowhere: Pixel = [0, 0, 0, 0]
const black: Pixel = [0, 0, 0, 1]
const few = { ...jobParams, unit_begin: haunchTile, samples: 4 }

export const cases: readonly Case[] = [
  {
    name: 'empty: a tile below the picture is transparent black',
    params: { ...jobParams, unit_begin: 64 },
    expected: { kind: 'constant', pixel: nowhere },
  },
  {
    name: 'empty: no samples make opaque black',
    params: { ...jobParams, unit_begin: haunchTile, samples: 0 },
    expected: { kind: 'constant', pixel: black },
  },
  {
    name: 'one: a tile of a single pixel, on the cheek',
    params: { ...jobParams, tile_size: 1, unit_begin: 190 * 512 + 110 },
    expected: { kind: 'reference', stride: 1 },
  },
  {
    name: 'odd: the last tile of a picture that tiles do not fill, an odd number of samples, more bounces',
    params: {
      ...jobParams,
      image_width: 100,
      image_height: 70,
      unit_begin: 3,
      samples: 3,
      bounces: 5,
      seed: 7,
    },
    expected: { kind: 'reference', stride: 1 },
  },
  {
    name: 'odd: no bounces, and tiles that workgroups do not fill',
    params: { ...jobParams, tile_size: 50, unit_begin: 5 * 11 + 3, samples: 2, bounces: 0 },
    expected: { kind: 'reference', stride: 4 },
  },
  ...[headTile, haunchTile, pawTile].map((tile): Case => ({
    name: `largest: tile ${tile} as the job renders it`,
    params: { ...jobParams, unit_begin: tile },
    expected: { kind: 'reference', stride: 9 },
  })),
  {
    name: 'control: another seed gives other noise',
    params: { ...few, seed: 2 },
    expected: { kind: 'unlike', params: few },
  },
  {
    name: 'control: another tile gives another picture',
    params: { ...few, unit_begin: headTile },
    expected: { kind: 'unlike', params: few },
  },
]
