import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CompleteManifest } from '#protocol/manifest.ts'
import { checkCollect, collectorOf } from '#client/sdk/collect.ts'
import { packFolder } from '#client/sdk/job-folder.ts'
import { aCompleteManifest, aFolder, anImageJobJson } from '#test/client/a-job.ts'

/** A tile whose pixels say where in the image they are: red = x / 255, green = y / 255, opaque. */
function aTile(left: number, top: number, width: number, height: number): Uint8Array {
  const pixels = Array.from({ length: width * height }, (_, index) => {
    return [(left + (index % width)) / 255, (top + Math.floor(index / width)) / 255, 0, 1]
  })
  return new Uint8Array(Float32Array.from(pixels.flat()).buffer)
}

/** The same picture, written down the obvious way. */
function aPicture(width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(4 * width * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) rgba.set([x, y, 0, 255], 4 * (y * width + x))
  return rgba
}

type Fields = Record<string, unknown>

/** An image job with these fields of `collect`, and `out` of so many bytes a tile. */
function anImage(
  size: [number, number],
  tile: [number, number],
  collect: Fields,
  changes: Fields = {},
): CompleteManifest {
  const json = anImageJobJson(...size, tile, changes)
  return aCompleteManifest({ ...json, collect: { ...(json['collect'] as object), ...collect } })
}

const linear = (width: number, height: number, tile: [number, number], changes: Fields = {}) =>
  anImage([width, height], tile, { toneMap: 'linear' }, changes)

/** One row of four pixels in one unit, in a format of so many bytes a pixel. */
function aRow(format: string, pixelBytes: number, collect: Fields = {}): CompleteManifest {
  const out = { bytes: 4 * pixelBytes, result: true }
  const json = anImageJobJson(4, 1, [4, 1])
  return anImage([4, 1], [4, 1], { format, ...collect }, { buffers: { ...(json['buffers'] as object), out } })
}

function rgbaOf(manifest: CompleteManifest, result: ArrayBufferLike): number[] {
  const collector = collectorOf(manifest)
  collector.add(0, new Uint8Array(result))
  const { collected } = collector
  return collected.kind === 'image' ? [...collected.rgba] : []
}

describe('[R13] images', () => {
  test('tiles are placed row by row, and cut off at the right and at the bottom', () => {
    const size = fc.integer({ min: 1, max: 40 })
    const tile = fc.integer({ min: 1, max: 17 })
    const property = fc.property(size, size, tile, tile, fc.integer({ min: 1, max: 4 }), (...sizes) => {
      const [width, height, tileWidth, tileHeight, granule] = sizes
      const tilesPerRow = Math.ceil(width / tileWidth)
      const tileCount = tilesPerRow * Math.ceil(height / tileHeight)
      const collector = collectorOf(
        linear(width, height, [tileWidth, tileHeight], { units: { range: [0, tileCount], granule } }),
      )
      for (let unit = 0; unit * granule < tileCount; unit += 1) {
        const tiles = Array.from({ length: Math.min(granule, tileCount - unit * granule) }, (_, index) => {
          const position = unit * granule + index
          const left = (position % tilesPerRow) * tileWidth
          return aTile(left, Math.floor(position / tilesPerRow) * tileHeight, tileWidth, tileHeight)
        })
        collector.add(unit, new Uint8Array(Buffer.concat(tiles)))
      }
      expect(collector.collected).toEqual({ kind: 'image', width, height, rgba: aPicture(width, height) })
    })
    fc.assert(property)
  })

  test('a range that begins later leaves the tiles before it transparent', () => {
    const collector = collectorOf(linear(4, 2, [2, 2], { units: { range: [1, 2] } }))
    collector.add(0, aTile(2, 0, 2, 2))
    const { collected } = collector
    expect(collected.kind === 'image' && [...collected.rgba.subarray(0, 16)]).toEqual([
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[2, 0, 0, 255, 3, 0, 0, 255],
    ])
  })

  test('without a tile the one unit is the whole image, whatever its positions', () => {
    const manifest = anImage(
      [4, 2],
      [4, 2],
      { tile: undefined, toneMap: 'linear' },
      {
        buffers: {
          ...(anImageJobJson(1, 1, [1, 1])['buffers'] as object),
          out: { bytes: '16*$unit.count', result: true },
        },
        units: { range: [0, 8], granule: 8 },
      },
    )
    checkCollect(manifest)
    expect(rgbaOf(manifest, aTile(0, 0, 4, 2).slice().buffer)).toEqual([...aPicture(4, 2)])
  })

  test('a unit of another size is refused', () => {
    expect(() => {
      collectorOf(linear(4, 4, [2, 2])).add(1, new Uint8Array(63))
    }).toThrow('Unit 1 has 63 bytes instead of 64')
  })

  test('of several results the one named is painted', () => {
    const buffers = {
      first: { bytes: '8*$unit.count', result: true },
      ...(anImageJobJson(1, 1, [1, 1])['buffers'] as object),
      out: { bytes: '16*$unit.count', result: true },
    }
    const manifest = linear(1, 1, [1, 1], { buffers, verify: {} })
    // The results stand in the order of "buffers".
    const result = Uint8Array.from([...new Uint8Array(8).fill(9), ...aTile(7, 0, 1, 1)])
    expect(rgbaOf(manifest, result.buffer)).toEqual([7, 0, 0, 255])
  })
})

describe('[R15] formats and colours', () => {
  test('rgba32float: sRGB unless said otherwise, opacity without a curve', () => {
    const light = Float32Array.of(0, 0.18, 1, 0.5, NaN, -1, 7, 1, 0.5, 0.5, 0.5, 1, 0, 0, 0, 0)
    expect(rgbaOf(aRow('rgba32float', 16), light.buffer)).toEqual([
      ...[0, 118, 255, 128],
      ...[0, 0, 255, 255],
      ...[188, 188, 188, 255],
      ...[0, 0, 0, 0],
    ])
  })

  test('rgba16float goes through the same curve', () => {
    const halves = Uint16Array.from([0x3800, 0, 0x3c00, 0x3c00, ...new Array<number>(12).fill(0)])
    expect(rgbaOf(aRow('rgba16float', 8), halves.buffer).slice(0, 4)).toEqual([188, 0, 255, 255])
  })

  test('rgba8unorm is taken as it is', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => 16 * index)
    expect(rgbaOf(aRow('rgba8unorm', 4), bytes.buffer)).toEqual([...bytes])
  })

  test.each([
    ['r32float', Float32Array.of(-2, 0, 2, 1)],
    ['r32sint', Int32Array.of(-2, 0, 2, 1)],
    ['r32uint', Uint32Array.of(4_000_000_000, 4_000_000_002, 4_000_000_004, 4_000_000_003)],
  ])('%s without from and to spans the values that are there', (format, values) => {
    const rgba = rgbaOf(aRow(format, 4), values.buffer)
    expect([rgba[0], rgba[4], rgba[8], rgba[12]]).toEqual([0, 128, 255, 191])
  })

  test('r8unorm: a row of one byte a pixel', () => {
    const rgba = rgbaOf(
      aRow('r8unorm', 1, { colourMap: { name: 'grey', from: 0, to: 1 } }),
      Uint8Array.of(0, 51, 255, 1).buffer,
    )
    expect([rgba[0], rgba[4], rgba[8], rgba[12]]).toEqual([0, 51, 255, 1])
  })

  test.each([
    ['grey', [0, 0, 0], [255, 255, 255]],
    ['viridis', [68, 1, 84], [253, 231, 37]],
    ['inferno', [0, 0, 4], [252, 255, 164]],
    ['turbo', [48, 18, 59], [122, 4, 3]],
    ['twilight', [226, 217, 226], [226, 217, 226]],
  ])('%s: its ends, what lies beyond them, and what is no number', (name, low, high) => {
    const values = Float32Array.of(-9, 1, 9, NaN)
    const rgba = rgbaOf(aRow('r32float', 4, { colourMap: { name, from: -1, to: 1 } }), values.buffer)
    expect(rgba).toEqual([...low, 255, ...high, 255, ...high, 255, 0, 0, 0, 0])
  })

  test('the span is that of all units, and missing ones are transparent', () => {
    const json = anImageJobJson(3, 1, [1, 1])
    const out = { bytes: 4, result: true }
    const manifest = anImage(
      [3, 1],
      [1, 1],
      { format: 'r32float' },
      { buffers: { ...(json['buffers'] as object), out } },
    )
    const collector = collectorOf(manifest)
    collector.add(0, new Uint8Array(Float32Array.of(5).buffer))
    collector.add(2, new Uint8Array(Float32Array.of(10).buffer))
    const { collected } = collector
    expect(collected.kind === 'image' && [...collected.rgba]).toEqual([
      0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255,
    ])
  })
})

describe('[R16] before anybody pays', () => {
  test.each([
    ['tiles that do not fill the buffer', { collect: { tile: [8, 4] } }, 'collect.tile'],
    ['a format of another size', { collect: { format: 'r32float' } }, 'collect.tile'],
    ['more units than tiles', { units: { range: [0, 5] } }, 'units.range'],
    ['several units and no tile', { collect: { tile: undefined } }, 'collect.tile'],
  ])('%s are refused', (_what, changes: Fields, where) => {
    const json = anImageJobJson(8, 8, [4, 4])
    const collect = { ...(json['collect'] as object), ...(changes['collect'] as object | undefined) }
    expect(() => packFolder({ ...aFolder(), manifest: { ...json, ...changes, collect } })).toThrow(
      expect.objectContaining({ code: 'manifestInvalid', where }) as Error,
    )
  })

  test('an image that no memory holds is refused', () => {
    const json = anImageJobJson(100_000, 100_000, [1000, 1000], {
      price: { perUnitMask: '0.5', budgetMask: '5000' },
    })
    expect(() => packFolder({ ...aFolder(), manifest: json })).toThrow(/too much to hold/)
  })
})
