import { unreachable } from '#protocol/assert.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { ScalarName } from '#protocol/wgsl/reflection.ts'

/**
 * Writes one number, little-endian.
 *
 * @param field for the refusal: what the number is.
 * @throws {Refusal} `expressionInvalid` for a value that the scalar cannot hold.
 */
export function writeScalar(
  view: DataView,
  offset: number,
  scalar: ScalarName,
  value: number,
  field: string,
): void {
  const misfit = (range: string) =>
    new Refusal('expressionInvalid', `The uniform "${field}" is ${value}; ${scalar} holds ${range}.`, {
      where: `buffers.${field}`,
    })
  switch (scalar) {
    case 'u32':
      if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
        throw misfit('whole numbers from 0 to 4294967295')
      view.setUint32(offset, value, true)
      return
    case 'i32':
      if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff)
        throw misfit('whole numbers from -2147483648 to 2147483647')
      view.setInt32(offset, value, true)
      return
    case 'f32':
      if (!Number.isFinite(Math.fround(value))) throw misfit('magnitudes up to about 3.4e38')
      view.setFloat32(offset, value, true)
      return
    case 'f16':
      if (Math.abs(value) >= 65_520) throw misfit('magnitudes up to 65504')
      view.setUint16(offset, halfBitsOf(value), true)
      return
    default:
      unreachable(scalar)
  }
}

/** The IEEE 754 binary16 nearest to a value that it can hold; ties go to the even one. */
function halfBitsOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude === 0) return sign
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)))
  // In units of the last of ten fraction bits. The logarithm may be one off at powers of two; the sum below is right all the same.
  const units = roundToEven(magnitude / 2 ** (exponent - 10))
  return sign + (exponent + 14) * 1024 + units
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1
  return rest < 0.5 ? floor : floor + 1
}
