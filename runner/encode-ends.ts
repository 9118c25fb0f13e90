import { isScratch } from '#protocol/complete-manifest.ts'
import type { Lane } from './lane.ts'
import type { ResultFill } from './poison.ts'
import { readbackPartsOf } from './read-back.ts'
import { RunnerError } from './runner-error.ts'
import { inputOf, poisonBytes } from './shared-resources.ts'
import { clearTexture, copyTextureOut, extentOf } from './texture-transfer.ts'
import type { UnitPlan } from './unit-plan.ts'

/**
 * Gives a unit's own buffers and textures their first contents: scratch zeros or an input's bytes, results poison,
 * inputs that are written to a fresh copy.
 *
 * @param resultFill what all results start as instead.
 */
export function encodeBegin(
  encoder: GPUCommandEncoder,
  lane: Lane,
  plan: UnitPlan,
  resultFill: ResultFill | undefined,
): void {
  const { program, shared } = lane.job
  for (const [name, buffer] of Object.entries(program.manifest.buffers)) {
    if (isScratch(buffer)) beginScratch(encoder, lane, name, buffer, resultFill)
    else if ('from' in buffer) {
      const pristine = shared.inputs.get(inputOf(buffer.from))
      if (pristine && program.uses.get(name)?.written === true)
        encoder.copyBufferToBuffer(pristine, 0, lane.buffer(name).buffer, 0, pristine.size)
    }
  }
  for (const [name, shape] of plan.textures) {
    if (program.uses.get(name)?.written !== true) continue
    const { texture } = lane.texture(name)
    const pristine = shared.textures.get(name)
    if (resultFill && program.manifest.textures[name]?.result)
      clearTexture(encoder, texture, shape, resultFill === 'ones' ? shared.poison : shared.zeros)
    else if (pristine)
      encoder.copyTextureToTexture({ texture: pristine.texture }, { texture }, extentOf(shape))
    else if (program.manifest.textures[name]?.from === undefined)
      clearTexture(encoder, texture, shape, shared.zeros)
  }
}

function beginScratch(
  encoder: GPUCommandEncoder,
  lane: Lane,
  name: string,
  plan: { readonly result?: true | undefined; readonly init?: string | undefined },
  resultFill: ResultFill | undefined,
): void {
  const { buffer, bytes } = lane.buffer(name)
  const fill = plan.result ? (resultFill ?? (plan.init === undefined ? 'ones' : undefined)) : undefined
  if (fill === 'ones') {
    for (let offset = 0; offset < bytes; offset += poisonBytes)
      encoder.copyBufferToBuffer(
        lane.job.shared.poison,
        0,
        buffer,
        offset,
        Math.min(poisonBytes, bytes - offset),
      )
    return
  }
  encoder.clearBuffer(buffer, 0, bytes)
  if (fill === 'zeros' || plan.init === undefined || plan.init === 'zero') return
  const source = lane.job.shared.inputs.get(inputOf(plan.init))
  if (!source) throw new RunnerError('invalidJob', `"${name}" starts as an input that is not there whole.`)
  encoder.copyBufferToBuffer(source, 0, buffer, 0, Math.min(source.size, bytes))
}

/** Copies the results one after the other into the lane's read-back buffer. */
export function encodeFinish(encoder: GPUCommandEncoder, lane: Lane, plan: UnitPlan): void {
  for (const { name, offset, bytes, shape } of readbackPartsOf(plan).parts)
    if (shape) copyTextureOut(encoder, lane.texture(name).texture, shape, lane.readback, offset)
    else encoder.copyBufferToBuffer(lane.buffer(name).buffer, 0, lane.readback, offset, bytes)
}
