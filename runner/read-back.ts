import { paddedBytesOf, type TextureShape } from './texture-shape.ts'
import { rowsWithoutPadding } from './texture-transfer.ts'
import type { UnitPlan } from './unit-plan.ts'

/** Where each part of a result lies in the read-back buffer. */
export function readbackPartsOf(plan: UnitPlan): {
  readonly bytes: number
  readonly parts: readonly {
    readonly name: string
    readonly offset: number
    readonly bytes: number
    readonly shape: TextureShape | undefined
  }[]
} {
  let end = 0
  const parts = plan.parts.map(({ name, bytes }) => {
    const shape = plan.bufferBytes.has(name) ? undefined : plan.textures.get(name)
    const offset = shape ? Math.ceil(end / 256) * 256 : end
    const taken = shape ? paddedBytesOf(shape) : bytes
    end = offset + taken
    return { name, offset, bytes: taken, shape }
  })
  return { bytes: Math.max(4, end), parts }
}

/** A unit's result out of its read-back buffer: the parts without gaps and padding. */
export function resultOf(readback: Uint8Array<ArrayBuffer>, plan: UnitPlan): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(plan.resultBytes)
  let offset = 0
  for (const [place, { offset: from, bytes, shape }] of readbackPartsOf(plan).parts.entries()) {
    const target = result.subarray(offset, offset + (plan.parts[place]?.bytes ?? 0))
    const part = readback.subarray(from, from + bytes)
    if (shape) rowsWithoutPadding(part, shape, target)
    else target.set(part)
    offset += target.length
  }
  return result
}
