import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseManifest } from '#protocol/manifest.ts'
import { checkCollect, collectorOf, rawOffsetsOf } from '#client/sdk/collect.ts'
import { packFolder } from '#client/sdk/job-folder.ts'
import { writePixel, type ToneMap } from '#client/sdk/tone-map.ts'
import { aJobJson, anImageJobJson, someFiles } from '#test/client/a-job.ts'

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

const linear = (width: number, height: number, tile: [number, number], changes = {}) => {
  const json = anImageJobJson(width, height, tile, changes)
  return parseManifest({ ...json, collect: { ...(json['collect'] as object), toneMap: 'linear' } })
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

  test('a unit of another size is refused', () => {
    expect(() => {
      collectorOf(linear(4, 4, [2, 2])).add(1, new Uint8Array(63))
    }).toThrow('Unit 1 has 63 bytes instead of 64')
  })
})

describe('[R14] raw results', () => {
  test('are put together in unit order, in whatever order they come', () => {
    const manifest = parseManifest(aJobJson({ units: { range: [0, 7], granule: 3 } }))
    expect([...rawOffsetsOf(manifest)]).toEqual([0, 12, 24, 28])
    const collector = collectorOf(manifest)
    collector.add(2, new Uint8Array([9, 9, 9, 9]))
    collector.add(0, new Uint8Array(12).fill(1))
    expect(collector.collected).toEqual({
      kind: 'raw',
      bytes: new Uint8Array([...Array<number>(12).fill(1), ...Array<number>(12).fill(0), 9, 9, 9, 9]),
    })
  })
})

describe('[R15] tone mapping', () => {
  const byteOf = (toneMap: ToneMap, value: number, channel = 0) => {
    const view = new DataView(new ArrayBuffer(16))
    view.setFloat32(4 * channel, value, true)
    const rgba = new Uint8Array(4)
    writePixel(toneMap, view, 0, rgba, 0)
    return rgba[channel]
  }

  test.each([
    [0, 0],
    [0.001, 3],
    [0.0031308, 10],
    [0.18, 118],
    [0.5, 188],
    [1, 255],
  ])('sRGB %s → %i', (value, byte) => {
    expect(byteOf('srgb', value)).toBe(byte)
  })

  test('opacity has no curve, linear has none at all', () => {
    expect(byteOf('srgb', 0.5, 3)).toBe(128)
    expect(byteOf('linear', 0.5)).toBe(128)
  })

  test.each([
    [NaN, 0],
    [-1, 0],
    [-Infinity, 0],
    [7, 255],
    [Infinity, 255],
  ])('%s → %i', (value, byte) => {
    for (const toneMap of ['srgb', 'linear'] as const)
      for (const channel of [0, 3]) expect(byteOf(toneMap, value, channel)).toBe(byte)
  })

  test('every 8-bit value survives the way to light and back', () => {
    for (let byte = 0; byte <= 255; byte += 1) {
      const encoded = byte / 255
      const light = encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4
      expect(byteOf('srgb', light)).toBe(byte)
    }
  })
})

describe('[R16] before anybody pays', () => {
  test.each([
    ['tiles that do not fill the buffer', { collect: { tile: [8, 4] } }, 'collect.tile'],
    ['more units than tiles', { units: { range: [0, 5] } }, 'units.range'],
  ])('%s are refused', (_what, changes: Record<string, unknown>, where) => {
    const json = anImageJobJson(8, 8, [4, 4])
    const collect = { ...(json['collect'] as object), ...(changes['collect'] as object | undefined) }
    const manifest = parseManifest({ ...json, ...changes, collect })
    expect(() => packFolder({ manifest, files: someFiles() })).toThrow(
      expect.objectContaining({ code: 'manifestInvalid', where }) as Error,
    )
  })

  test('an image that no memory holds is refused', () => {
    const manifest = linear(100_000, 100_000, [1000, 1000])
    expect(() => {
      checkCollect(manifest)
    }).toThrow(/too much to hold/)
    expect(() => collectorOf(manifest)).toThrow(/too much to hold/)
  })

  test('a raw result that no memory holds is refused by the collector only', () => {
    const manifest = parseManifest(
      aJobJson({
        buffers: { ...(aJobJson()['buffers'] as object), out: { bytes: '16777216', result: true } },
        units: { range: [0, 64] },
        price: { perUnitMask: '0.5', budgetMask: '100' },
      }),
    )
    expect(packFolder({ manifest, files: someFiles() }).plan.unitCount).toBe(64)
    expect(() => collectorOf(manifest)).toThrow(/too much to hold/)
  })
})
