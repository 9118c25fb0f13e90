import { unreachable } from '#protocol/assert.ts'
import { isScratch, type CompleteManifest } from '#protocol/complete-manifest.ts'
import type { DispatchProgram, ResourceUse, SlotProgram, StepProgram } from './job-program.ts'

/** How each buffer and texture of the manifest is used, by name. */
export function usesOf(manifest: CompleteManifest, steps: readonly StepProgram[]): Map<string, ResourceUse> {
  const uses = new Map<string, ResourceUse>()
  for (const name of [...Object.keys(manifest.buffers), ...Object.keys(manifest.textures)])
    uses.set(name, unused())
  const useOf = (name: string): ResourceUse => {
    const known = uses.get(name)
    if (known) return known
    const use = unused()
    uses.set(name, use)
    return use
  }
  const visit = (step: StepProgram): void => {
    switch (step.kind) {
      case 'repeat':
        step.steps.forEach(visit)
        return
      case 'copy':
        useOf(step.from).copySource = true
        Object.assign(useOf(step.to), { copyTarget: true, written: true })
        return
      case 'clear':
        Object.assign(useOf(step.name), { copyTarget: true, written: true })
        return
      case 'dispatch':
        visitDispatch(step, useOf)
        return
      default:
        unreachable(step)
    }
  }
  steps.forEach(visit)
  for (const [name, buffer] of Object.entries(manifest.buffers))
    if (isScratch(buffer))
      Object.assign(useOf(name), {
        copyTarget: true,
        copySource: buffer.result === true || useOf(name).copySource,
      })
  for (const [name, texture] of Object.entries(manifest.textures))
    if (texture.result) useOf(name).copySource = true
  return uses
}

function visitDispatch(dispatch: DispatchProgram, useOf: (name: string) => ResourceUse): void {
  if (dispatch.counts.kind === 'indirect') useOf(dispatch.counts.buffer).indirect = true
  for (const slot of dispatch.slots) for (const name of slot.names) visitSlot(slot, useOf(name))
}

function visitSlot({ declared }: SlotProgram, use: ResourceUse): void {
  use.declared.add(declared)
  switch (declared.kind) {
    case 'uniform':
      use.uniform = true
      return
    case 'storage':
      use.storage = true
      use.written ||= declared.access === 'read_write'
      return
    case 'texture':
      use.sampled = true
      return
    case 'storageTexture':
      use.storage = true
      use.written ||= declared.access !== 'read'
      return
    case 'sampler':
    case 'externalTexture':
      return
    default:
      unreachable(declared)
  }
}

function unused(): ResourceUse {
  return {
    uniform: false,
    storage: false,
    sampled: false,
    indirect: false,
    copySource: false,
    copyTarget: false,
    written: false,
    declared: new Set(),
  }
}
