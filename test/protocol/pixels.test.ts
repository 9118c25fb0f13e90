import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { colourTable, type ColourMapName } from '#protocol/pixels/colour-maps.ts'
import { widenHalfFloats } from '#protocol/pixels/half-float.ts'
import { pixelBytesOf, pixelsOf, valueSpanOf, type PixelPlan } from '#protocol/pixels/pixels.ts'

const bytesOf = (values: ArrayBufferView) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
const floats = (...values: number[]) => bytesOf(Float32Array.from(values))
const maps: readonly ColourMapName[] = ['grey', 'viridis', 'inferno', 'turbo', 'twilight']

describe('colours', () => {
  const redOf = (plan: PixelPlan, value: number) => pixelsOf(plan, floats(value, 0, 0, 1))[0]

  test.each([
    [0, 0],
    [0.001, 3],
    [0.0031308, 10],
    [0.18, 118],
    [0.5, 188],
    [1, 255],
    [NaN, 0],
    [-1, 0],
    [-Infinity, 0],
    [7, 255],
    [Infinity, 255],
  ])('[R15] linear light %s is sRGB %i, whether said or not', (value, byte) => {
    expect(redOf({ format: 'rgba32float' }, value)).toBe(byte)
    expect(redOf({ format: 'rgba32float', toneMap: 'srgb' }, value)).toBe(byte)
  })

  test('[R15] opacity has no curve, linear has none at all', () => {
    const pixel = floats(0.5, 0.5, 0.5, 0.5)
    expect([...pixelsOf({ format: 'rgba32float' }, pixel)]).toEqual([188, 188, 188, 128])
    expect([...pixelsOf({ format: 'rgba32float', toneMap: 'linear' }, pixel)]).toEqual([128, 128, 128, 128])
  })

  test('[R15] every 8-bit value survives the way to light and back', () => {
    for (let byte = 0; byte <= 255; byte += 1) {
      const encoded = byte / 255
      const light = encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4
      expect(redOf({ format: 'rgba32float' }, light)).toBe(byte)
    }
  })

  test('[R15] bytes stay as they are unless a curve is asked for', () => {
    const bytes = new Uint8Array([0, 55, 128, 77, 255, 1, 2, 3])
    expect([...pixelsOf({ format: 'rgba8unorm' }, bytes)]).toEqual([...bytes])
    expect([...pixelsOf({ format: 'rgba8unorm', toneMap: 'srgb' }, bytes.subarray(0, 4))]).toEqual([
      0, 128, 188, 77,
    ])
  })

  test('[R15] half floats are read as such', () => {
    const halves = new Uint16Array([0x3800, 0x3c00, 0x0000, 0x3c00])
    expect([...pixelsOf({ format: 'rgba16float', toneMap: 'linear' }, bytesOf(halves))]).toEqual([
      128, 255, 0, 255,
    ])
  })

  test('where the bytes lie in memory makes no difference', () => {
    const shifted = new Uint8Array([9, ...floats(0.5, 0, 1, 1)]).subarray(1)
    expect([...pixelsOf({ format: 'rgba32float' }, shifted)]).toEqual([188, 0, 255, 255])
  })
})

describe('half floats', () => {
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('%i is %d', (half, value) => {
    expect(widenHalfFloats(new Uint16Array([half]))[0]).toBe(value)
  })

  test('grow with their bits', () => {
    const all = widenHalfFloats(Uint16Array.from({ length: 0x7c00 }, (_, half) => half))
    for (let half = 1; half < all.length; half += 1) expect(all[half]).toBeGreaterThan(all[half - 1] ?? 0)
  })
})

describe('one channel', () => {
  const grey = (plan: PixelPlan, bytes: Uint8Array, span?: { from: number; to: number }) =>
    [...pixelsOf(plan, bytes, span)].filter((_, index) => index % 4 === 0)

  test('[R15] spans the values where the plan leaves the ends open', () => {
    expect(grey({ format: 'r32float' }, floats(-2, 0, 2))).toEqual([0, 128, 255])
    expect(grey({ format: 'r32sint' }, bytesOf(Int32Array.of(-10, 0, 10)))).toEqual([0, 128, 255])
    expect(grey({ format: 'r32uint' }, bytesOf(Uint32Array.of(0, 4_000_000_000)))).toEqual([0, 255])
    expect(grey({ format: 'r8unorm' }, new Uint8Array([10, 20, 30]))).toEqual([0, 128, 255])
  })

  test('[R15] ends that are said hold, whatever the values', () => {
    const plan = { format: 'r32float', colourMap: { name: 'grey', from: 0, to: 1 } } as const
    expect(grey(plan, floats(-1, 0.5, 7), { from: 40, to: 50 })).toEqual([0, 128, 255])
    expect(grey({ ...plan, colourMap: { name: 'grey', from: 1, to: 0 } }, floats(0, 1))).toEqual([255, 0])
    expect(grey({ ...plan, colourMap: { name: 'grey', to: 4 } }, floats(2, 3))).toEqual([0, 128])
  })

  test('[R15] what is no number is transparent and spans nothing', () => {
    const plan = { format: 'r32float' } as const
    expect([...pixelsOf(plan, floats(NaN, 1, 3)).subarray(0, 4)]).toEqual([0, 0, 0, 0])
    expect(grey(plan, floats(-Infinity, 1, 3, Infinity))).toEqual([0, 0, 255, 255])
    expect(valueSpanOf(plan, floats(NaN))).toBeUndefined()
  })

  test('[R15] one value is one colour, and nothing at all is no fault', () => {
    expect(grey({ format: 'r32float' }, floats(5, 5))).toEqual([0, 0])
    expect([...pixelsOf({ format: 'r32float' }, new Uint8Array())]).toEqual([])
  })

  test('spans found piece by piece are those of the whole', () => {
    const plan = { format: 'r32float' } as const
    fc.assert(
      fc.property(fc.array(fc.float(), { minLength: 1 }), fc.nat(), (values, cut) => {
        const place = cut % values.length
        const first = valueSpanOf(plan, floats(...values.slice(0, place)))
        expect(valueSpanOf(plan, floats(...values.slice(place)), first)).toEqual(
          valueSpanOf(plan, floats(...values)),
        )
      }),
    )
  })
})

describe('colour maps', () => {
  /** As published, at the ends and in the middle. */
  test.each<[Parameters<typeof colourTable>[0], ...(readonly number[])[]]>([
    ['grey', [0, 0, 0], [128, 128, 128], [255, 255, 255]],
    ['viridis', [68, 1, 84], [33, 145, 140], [253, 231, 37]],
    ['inferno', [0, 0, 4], [188, 55, 84], [252, 255, 164]],
    ['turbo', [48, 18, 59], [164, 252, 60], [122, 4, 3]],
    ['twilight', [226, 217, 226], [48, 20, 55], [226, 217, 226]],
  ])('[R15] %s has the published colours', (name, ...expected) => {
    const table = colourTable(name)
    expect(table).toHaveLength(768)
    const differences = expected.flatMap((colour, place) =>
      colour.map((value, channel) =>
        Math.abs((table[384 * place - (place === 2 ? 3 : 0) + channel] ?? NaN) - value),
      ),
    )
    expect(Math.max(...differences)).toBeLessThanOrEqual(2)
  })

  test('[R15] those that order values grow lighter all the way', () => {
    for (const name of ['grey', 'viridis', 'inferno'] as const) {
      const table = colourTable(name)
      const light = (entry: number) =>
        0.2126 * (table[3 * entry] ?? 0) +
        0.7152 * (table[3 * entry + 1] ?? 0) +
        0.0722 * (table[3 * entry + 2] ?? 0)
      // Four at a time: between neighbours rounding weighs more than the step.
      for (let entry = 4; entry < 256; entry += 1)
        expect(light(entry), `${name} ${entry}`).toBeGreaterThan(light(entry - 4))
    }
  })

  test('[R15] neighbours are close in all of them', () => {
    for (const name of maps) {
      const table = colourTable(name)
      for (let index = 3; index < table.length; index += 1)
        expect(Math.abs((table[index] ?? 0) - (table[index - 3] ?? 0)), name).toBeLessThanOrEqual(8)
    }
  })
})

test('the size of a pixel', () => {
  const formats = [
    'rgba32float',
    'rgba16float',
    'rgba8unorm',
    'r32float',
    'r32uint',
    'r32sint',
    'r8unorm',
  ] as const
  expect(formats.map(pixelBytesOf)).toEqual([16, 8, 4, 4, 4, 4, 1])
})
