import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One megabyte of words in and out, and as many turns of a mixing function between as the measurement wants. */
export const spinKernel = `
struct Params { turns: u32 }
@group(0) @binding(0) var<storage, read> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> mixed: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&mixed)) { return; }
  var word = words[id.x];
  for (var turn = 0u; turn < params.turns; turn += 1u) {
    word = word * 747796405u + 2891336453u;
    word ^= word >> 16u;
  }
  mixed[id.x] = word;
}
`

export const wordsPerUnit = 262_144
export const workgroupsPerUnit = wordsPerUnit / 64
export const unitBytes = 4 * wordsPerUnit

/** `job.json` of `units` such units. */
export function spinManifest(turns: number, units: number, changes: Record<string, unknown> = {}) {
  return {
    name: `Mixing words, ${turns} turns`,
    summary: 'Measures the network: one megabyte in, one megabyte out.',
    cause: 'other',
    licence: 'MIT',
    wgsl: ['kernel.wgsl'],
    parameters: { turns },
    inputs: { words: { file: 'words.u32', slice: { stride: 4 } } },
    buffers: { mixed: { bytes: '4*$unit.count', result: true } },
    units: { range: [0, units * wordsPerUnit], granule: wordsPerUnit },
    quorum: 1,
    verify: { mixed: { compare: 'exact' } },
    price: { perUnitMask: '0.002', budgetMask: '2' },
    ...changes,
  }
}

/** Writes it as a job folder; every unit has other words, so that nothing is fetched from a cache. */
export async function writeSpinJob(folder: string, turns: number, units: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'kernel.wgsl'), spinKernel)
  await writeFile(join(folder, 'job.json'), JSON.stringify(spinManifest(turns, units)))
  await writeFile(join(folder, 'words.u32'), new Uint8Array(someWords(units * wordsPerUnit, turns).buffer))
  return folder
}

/** Words that no two jobs share. */
export function someWords(count: number, seed: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count)
  let state = (seed * 2_654_435_761 + 1) >>> 0
  for (let index = 0; index < count; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    words[index] = state
  }
  return words
}
