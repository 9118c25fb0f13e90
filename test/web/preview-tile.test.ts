import { expect, test } from 'vitest'
import { previewTilesOf, toneMap } from '#web/core/preview-tile.ts'
import { aManifest } from './jobs.ts'

const job = `0x${'11'.repeat(32)}` as const

function anImage(parts: Record<string, unknown> = {}, granule = 1) {
  return aManifest({
    collect: {
      kind: 'image',
      buffer: 'out',
      width: 5,
      height: 3,
      tile: [2, 2],
      format: 'rgba32float',
      ...parts,
    },
    units: { range: [0, 6], granule },
  })
}

/** Whole tiles of one grey each, given by their linear value. */
function tiles(...greys: number[]): Uint8Array<ArrayBuffer> {
  const floats = greys.flatMap((grey) => Array.from({ length: 4 }, () => [grey, grey, grey, 1]).flat())
  return new Uint8Array(new Float32Array(floats).buffer)
}

test('[W17] known points of the sRGB curve; alpha is not curved', () => {
  expect([...toneMap(new Float32Array([0, 0.0031308, 0.5, 0.5, 1, 0.2140411, 0.0186, 1]), 'srgb')]).toEqual([
    0, 10, 188, 128, 255, 127, 37, 255,
  ])
  expect([...toneMap(new Float32Array([0.5, 0.25, 1, 1]), 'linear')]).toEqual([128, 64, 255, 255])
})

test('[W17] what is out of range is clipped, and NaN is black', () => {
  expect([...toneMap(new Float32Array([-1, 7, NaN, Infinity]), 'srgb')]).toEqual([0, 255, 0, 255])
})

test('[W17] tiles lie row by row and are cut at the picture’s edges', () => {
  const places = [0, 1, 2, 3, 4, 5].flatMap((unit) =>
    previewTilesOf(anImage(), job, unit, tiles(0)).map(({ x, y, width, height, pixels }) => [
      x,
      y,
      width,
      height,
      pixels.length,
    ]),
  )
  expect(places).toEqual([
    [0, 0, 2, 2, 16],
    [2, 0, 2, 2, 16],
    [4, 0, 1, 2, 8],
    [0, 2, 2, 1, 8],
    [2, 2, 2, 1, 8],
    [4, 2, 1, 1, 4],
  ])
})

test('[W17] a cut tile keeps its own rows', () => {
  const rows = [0, 1, 0.5, 1].flatMap((value) => [value, value, value, 1])
  const result = new Uint8Array(new Float32Array(rows).buffer)
  const [tile] = previewTilesOf(anImage({ toneMap: 'linear' }), job, 2, result)
  expect([...(tile?.pixels ?? [])]).toEqual([0, 0, 0, 255, 128, 128, 128, 255])
  expect(tile).toMatchObject({ job, imageWidth: 5, imageHeight: 3 })
})

test('[W17] a unit of several tiles shows them all', () => {
  const shown = previewTilesOf(anImage({ toneMap: 'linear' }, 4), job, 1, tiles(0, 1))
  expect(shown.map(({ x, y, pixels }) => [x, y, pixels[0]])).toEqual([
    [2, 2, 0],
    [4, 2, 255],
  ])
})

test('[W17] a result that is too short shows nothing, and so does a job without a picture', () => {
  expect(previewTilesOf(anImage(), job, 0, new Uint8Array(8))).toEqual([])
  expect(previewTilesOf(aManifest(), job, 0, tiles(1))).toEqual([])
})
