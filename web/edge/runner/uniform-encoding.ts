import { unreachable } from '#protocol/assert.ts'
import { evaluate, parseExpression, type Variables } from '#protocol/expression.ts'
import { Refusal } from '#protocol/refusal.ts'

type Scalar = 'u32' | 'i32' | 'f32'

/**
 * A uniform buffer's bytes for one unit: its fields in the manifest's order, 4 bytes each, little-endian,
 * padded with zeros to a multiple of 16 as WGSL's uniform address space wants.
 *
 * @param fields name → `"<expression>:<scalar>"`, as in the manifest.
 * @throws {Refusal} `expressionInvalid` for a value that its scalar cannot hold.
 * @example encodeUniform({ offset: '$unit.begin:u32', scale: '0.5:f32' }, variables) // 16 bytes
 */
export function encodeUniform(
  fields: Readonly<Record<string, string>>,
  variables: Variables,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(fields)
  const bytes = new Uint8Array(Math.max(16, Math.ceil(entries.length / 4) * 16))
  const view = new DataView(bytes.buffer)
  entries.forEach(([name, field], index) => {
    const colon = field.lastIndexOf(':')
    const value = evaluate(parseExpression(field.slice(0, colon)), variables)
    writeScalar(view, index * 4, field.slice(colon + 1) as Scalar, value, name)
  })
  return bytes
}

function writeScalar(view: DataView, offset: number, scalar: Scalar, value: number, name: string): void {
  const misfit = (range: string) =>
    new Refusal('expressionInvalid', `The uniform field "${name}" is ${value}; ${scalar} holds ${range}.`)
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
    default:
      unreachable(scalar)
  }
}
