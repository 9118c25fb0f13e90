import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PreviewTile } from '#web/core/contributor-view.ts'
import { jobOutputOf, patchesOf } from '#web/core/picture-layout.ts'
import { PreviewMaker } from '#web/core/preview-tile.ts'
import { aManifest } from './jobs.ts'

const job = `0x${'11'.repeat(32)}` as const

function anImage(parts: Record<string, unknown> = {}, units: Record<string, unknown> = {}) {
  return aManifest({
    buffers: { ...aManifest().buffers, out: { bytes: '64*$unit.count', result: true } },
    collect: {
      kind: 'image',
      buffer: 'out',
      width: 5,
      height: 3,
      tile: [2, 2],
      format: 'rgba32float',
      ...parts,
    },
    units: { range: [0, 6], granule: 1, ...units },
  })
}

const bytesOf = (values: ArrayBufferView<ArrayBuffer>) => new Uint8Array(values.buffer)

/** Whole tiles of one grey each, given by their linear value. */
function tiles(...greys: number[]): Uint8Array<ArrayBuffer> {
  const floats = greys.flatMap((grey) => Array.from({ length: 4 }, () => [grey, grey, grey, 1]).flat())
  return bytesOf(new Float32Array(floats))
}

const tilesOf = (manifest: ReturnType<typeof aManifest>, unit: number, result: Uint8Array<ArrayBuffer>) =>
  new PreviewMaker().tilesOf(job, manifest, unit, result)

test('[W17] tiles lie row by row and are cut at the picture’s edges', () => {
  const places = [0, 1, 2, 3, 4, 5].flatMap((unit) =>
    tilesOf(anImage(), unit, tiles(0)).map(({ x, y, width, height, pixels }) => [
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
  const [tile] = tilesOf(anImage({ toneMap: 'linear' }), 2, bytesOf(new Float32Array(rows)))
  expect([...(tile?.pixels ?? [])]).toEqual([0, 0, 0, 255, 128, 128, 128, 255])
})

test('[W17] a unit of several tiles shows them all, also in a range that begins later', () => {
  const shown = tilesOf(anImage({ toneMap: 'linear' }, { range: [1, 6], granule: 2 }), 1, tiles(0, 1))
  expect(shown.map(({ x, y, pixels }) => [x, y, pixels[0]])).toEqual([
    [0, 2, 0],
    [2, 2, 255],
  ])
})

test('[W17] a result that is too short shows nothing, and so does a job without a picture', () => {
  expect(tilesOf(anImage(), 0, new Uint8Array(8))).toEqual([])
  expect(tilesOf(aManifest(), 0, tiles(1))).toEqual([])
})

test('[W17] of several results the one that is collected is shown', () => {
  const { buffers } = aManifest()
  const manifest = anImage({ toneMap: 'linear' })
  const two = aManifest({
    ...manifest,
    buffers: {
      ...buffers,
      extra: { bytes: 8, result: true },
      out: { bytes: '64*$unit.count', result: true },
    },
    passes: [
      {
        entry: 'main',
        bind: { '0.0': 'numbers', '0.1': 'unit', '0.2': 'out', '0.3': 'extra' },
        workgroups: [1],
      },
    ],
    verify: { out: { compare: 'exact' }, extra: { compare: 'exact' } },
  })
  const [tile] = tilesOf(two, 0, new Uint8Array([...new Uint8Array(8).fill(77), ...tiles(1)]))
  expect([...new Set(tile?.pixels)]).toEqual([255])
})

test('[W17] one channel goes through its colour map; without ends it spans what was seen so far', () => {
  const manifest = anImage({ format: 'r32float', tile: [4, 4], width: 8, height: 4 }, { range: [0, 2] })
  const maker = new PreviewMaker()
  const shades = (unit: number, ...values: number[]) => {
    const result = bytesOf(
      Float32Array.from({ length: 16 }, (_, index) => values[index % values.length] ?? 0),
    )
    return maker
      .tilesOf(job, manifest, unit, result)[0]
      ?.pixels.filter((_, index) => index % 4 === 0)
      .slice(0, 2)
  }
  expect([...(shades(0, 2, 4) ?? [])]).toEqual([0, 255])
  expect([...(shades(1, 3, 12) ?? [])]).toEqual([26, 255])
})

test('[W17] units that are merged have no place in the picture', () => {
  expect(jobOutputOf(anImage({ reduce: { wgsl: 'merge.wgsl' } }))).toEqual({ kind: 'raw' })
  expect(tilesOf(anImage({ reduce: { wgsl: 'merge.wgsl' } }), 0, tiles(1))).toEqual([])
})

test('[W17] without a tile a unit is the whole picture', () => {
  expect(jobOutputOf(anImage({ tile: undefined }))).toEqual({
    kind: 'picture',
    shape: { width: 5, height: 3, tileWidth: 5, tileHeight: 3 },
  })
})

describe('picture layout', () => {
  const shape = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 12 }),
    tileWidth: fc.integer({ min: 1, max: 12 }),
    tileHeight: fc.integer({ min: 1, max: 4 }),
  })

  test('[W17] the units of a range cover every pixel of the picture once', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 50 }), (picture, granule) => {
        const { width, height, tileWidth, tileHeight } = picture
        const tileCount = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight)
        const seen = new Uint8Array(width * height)
        for (let begin = 0; begin < tileCount; begin += granule)
          for (const patch of patchesOf(picture, {
            index: 0,
            begin,
            count: Math.min(granule, tileCount - begin),
          }))
            for (let y = patch.y; y < patch.y + patch.height; y += 1)
              for (let x = patch.x; x < patch.x + patch.width; x += 1)
                seen[y * width + x] = (seen[y * width + x] ?? 0) + 1
        expect(new Set(seen)).toEqual(new Set([1]))
      }),
    )
  })

  test('[W17] pixels as positions need three patches at most', () => {
    const picture = { width: 512, height: 512, tileWidth: 1, tileHeight: 1 }
    expect(patchesOf(picture, { index: 1, begin: 65_000, count: 65_536 })).toEqual([
      { x: 488, y: 126, width: 24, height: 1, firstPixel: 0, rowPixels: 512 },
      { x: 0, y: 127, width: 512, height: 127, firstPixel: 24, rowPixels: 512 },
      { x: 0, y: 254, width: 488, height: 1, firstPixel: 65_048, rowPixels: 512 },
    ])
  })

  test('[W17] a run of pixels is painted as it was computed', () => {
    const manifest = aManifest({
      collect: { kind: 'image', buffer: 'out', width: 4, height: 3, tile: [1, 1], format: 'rgba8unorm' },
      units: { range: [0, 12], granule: 7 },
    })
    const result = new Uint8Array(28).map((_, index) => index)
    const painted = tilesOf(manifest, 0, result).map(({ x, y, width, height, pixels }: PreviewTile) => [
      [x, y, width, height],
      [...pixels],
    ])
    expect(painted).toEqual([
      [[0, 0, 4, 1], [...result.subarray(0, 16)]],
      [[0, 1, 3, 1], [...result.subarray(16, 28)]],
    ])
  })
})
