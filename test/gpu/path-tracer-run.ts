import type { Params } from '#shaders/path-tracer/reference.ts'
import type { KernelRun } from '#test/gpu/dawn-child.ts'

export const kernelFile = new URL('../../shaders/path-tracer/kernel.wgsl', import.meta.url)

/** The dispatch that renders `unit_count` tiles; its result is unit_count × tile_size² × RGBA f32. */
export function tileRun(wgsl: string, mesh: Uint8Array, params: Params): KernelRun {
  const pixels = params.unit_count * params.tile_size ** 2
  const across = Math.ceil(params.tile_size / 8)
  return {
    wgsl,
    entry: 'render',
    bindings: [
      { group: 0, binding: 0, kind: 'uniform', bytes: uniformBytes(params) },
      { group: 0, binding: 1, kind: 'storage-read', bytes: mesh },
      // Poisoned, so that a pixel the kernel forgets cannot pass for black.
      { group: 0, binding: 2, kind: 'storage', bytes: new Uint8Array(16 * pixels).fill(0xff) },
    ],
    workgroups: [across, across, params.unit_count],
    result: { group: 0, binding: 2 },
  }
}

/** Eight u32 in the order of the kernel's struct. */
function uniformBytes(params: Params): Uint8Array {
  const { unit_begin, unit_count, image_width, image_height, tile_size, samples, bounces, seed } = params
  const words = [unit_begin, unit_count, image_width, image_height, tile_size, samples, bounces, seed]
  return new Uint8Array(Uint32Array.from(words).buffer)
}
