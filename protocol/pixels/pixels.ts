import { assert, unreachable } from '../assert.ts'
import type { ImagePlan } from '../manifest-schema.ts'
import { colourTable, type ColourMapName } from './colour-maps.ts'
import { widenHalfFloats } from './half-float.ts'

/** What of an image plan decides how its numbers become colours. */
export type PixelPlan = Pick<ImagePlan, 'format' | 'toneMap' | 'colourMap'>

/** The values that the two ends of a colour map stand for. */
export interface ValueSpan {
  readonly from: number
  readonly to: number
}

/** The size of one pixel as the kernel writes it. */
export function pixelBytesOf(format: ImagePlan['format']): number {
  switch (format) {
    case 'rgba32float':
      return 16
    case 'rgba16float':
      return 8
    case 'rgba8unorm':
    case 'r32float':
    case 'r32uint':
    case 'r32sint':
      return 4
    case 'r8unorm':
      return 1
    default:
      return unreachable(format)
  }
}

/**
 * Pixels as a kernel writes them, as 8-bit sRGB with opacity, 4 bytes each; what is outside the range is cut off.
 * Four channels go through the tone map (`srgb` for floats, `linear` for bytes, unless the plan says), where what is
 * no number becomes 0; one channel goes through the colour map, where it becomes transparent.
 *
 * @param bytes whole pixels in the plan's format, little-endian.
 * @param span the ends of the colour map that the plan leaves open; where it is left out too, the values of `bytes`.
 * @example pixelsOf({ format: 'r8unorm' }, new Uint8Array([0, 255]), { from: 0, to: 1 }) // [0,0,0,255, 255,255,255,255]
 */
export function pixelsOf(
  plan: PixelPlan,
  bytes: Uint8Array,
  span?: ValueSpan,
): Uint8ClampedArray<ArrayBuffer> {
  const values = valuesOf(plan.format, bytes)
  if (isColour(plan.format)) {
    const toneMap = plan.toneMap ?? (plan.format === 'rgba8unorm' ? 'linear' : 'srgb')
    return toneMapped(values, toneMap)
  }
  const { name = 'grey', from, to } = plan.colourMap ?? {}
  const open = span ?? spanOf(values) ?? { from: 0, to: 1 }
  return colourMapped(values, name, { from: from ?? open.from, to: to ?? open.to })
}

/**
 * The smallest and largest number among one-channel pixels, for a colour map without `from` and `to`; together with
 * those of `earlier` ones. Undefined where there is none, and for formats that need no span.
 */
export function valueSpanOf(plan: PixelPlan, bytes: Uint8Array, earlier?: ValueSpan): ValueSpan | undefined {
  return isColour(plan.format) ? earlier : spanOf(valuesOf(plan.format, bytes), earlier)
}

function isColour(format: ImagePlan['format']): boolean {
  return format.startsWith('rgba')
}

/** The numbers in the bytes; `unorm` ones from 0 to 1. */
function valuesOf(format: ImagePlan['format'], bytes: Uint8Array): ArrayLike<number> & Iterable<number> {
  assert(bytes.length % pixelBytesOf(format) === 0, 'an image holds whole pixels')
  // Typed arrays want their bytes aligned; a part of a message need not be.
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const place = [whole.buffer, whole.byteOffset] as const
  switch (format) {
    case 'rgba32float':
    case 'r32float':
      return new Float32Array(...place, bytes.length / 4)
    case 'r32uint':
      return new Uint32Array(...place, bytes.length / 4)
    case 'r32sint':
      return new Int32Array(...place, bytes.length / 4)
    case 'rgba16float':
      return widenHalfFloats(new Uint16Array(...place, bytes.length / 2))
    case 'rgba8unorm':
    case 'r8unorm':
      return Float32Array.from(bytes, (byte) => byte / 255)
    default:
      return unreachable(format)
  }
}

function toneMapped(values: ArrayLike<number>, toneMap: 'srgb' | 'linear'): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(values.length)
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN
    // Opacity has no curve. Storing into a clamped array rounds, cuts off and turns NaN into 0.
    rgba[index] = 255 * (toneMap === 'linear' || index % 4 === 3 ? value : srgbOf(value))
  }
  return rgba
}

/** The transfer function of IEC 61966-2-1. */
function srgbOf(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}

function colourMapped(
  values: ArrayLike<number>,
  name: ColourMapName,
  { from, to }: ValueSpan,
): Uint8ClampedArray<ArrayBuffer> {
  const table = colourTable(name)
  const rgba = new Uint8ClampedArray(4 * values.length)
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN
    if (Number.isNaN(value)) continue
    const share = from === to ? Number(value > to) : (value - from) / (to - from)
    const entry = 3 * Math.round(255 * Math.min(1, Math.max(0, share)))
    for (let channel = 0; channel < 3; channel += 1) rgba[4 * index + channel] = table[entry + channel] ?? 0
    rgba[4 * index + 3] = 255
  }
  return rgba
}

function spanOf(values: Iterable<number>, earlier?: ValueSpan): ValueSpan | undefined {
  let { from, to } = earlier ?? { from: Infinity, to: -Infinity }
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < from) from = value
    if (value > to) to = value
  }
  return from <= to ? { from, to } : undefined
}
