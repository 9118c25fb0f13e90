import { unreachable } from './assert.ts'
import { widenHalfFloats } from './pixels/half-float.ts'

/** The numbers that results consist of, little-endian. */
export const elementTypes = ['f32', 'f16', 'i32', 'u32', 'i16', 'u16', 'i8', 'u8'] as const
export type ElementType = (typeof elementTypes)[number]

export const elementBytes: Readonly<Record<ElementType, number>> = {
  f32: 4,
  i32: 4,
  u32: 4,
  f16: 2,
  i16: 2,
  u16: 2,
  i8: 1,
  u8: 1,
}

export function isFloat(element: ElementType): boolean {
  return element === 'f32' || element === 'f16'
}

/** The number at a byte offset. @throws {RangeError} beyond the end */
export function numberAt(view: DataView, offset: number, element: ElementType): number {
  switch (element) {
    case 'f32':
      return view.getFloat32(offset, true)
    case 'f16':
      return widenHalfFloats(Uint16Array.of(view.getUint16(offset, true)))[0] ?? NaN
    case 'i32':
      return view.getInt32(offset, true)
    case 'u32':
      return view.getUint32(offset, true)
    case 'i16':
      return view.getInt16(offset, true)
    case 'u16':
      return view.getUint16(offset, true)
    case 'i8':
      return view.getInt8(offset)
    case 'u8':
      return view.getUint8(offset)
    default:
      return unreachable(element)
  }
}
