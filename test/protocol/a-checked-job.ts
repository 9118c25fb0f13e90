import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { completeManifest } from '#protocol/manifest-inference.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { checkManifestOf, type CheckJob } from '#protocol/verify-kernel.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'

type Fields = Readonly<Record<string, unknown>>

/** Whole roots: slow to find by looking, quick to check. */
export const rootsWgsl = /* wgsl */ `
struct Params { unit_begin: u32, step: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> roots: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&roots)) { return; }
  let number = numbers[params.unit_begin + id.x];
  var root = 0u;
  while ((root + params.step) * (root + params.step) <= number) { root += params.step; }
  roots[id.x] = root;
}`

/** Has other fields, in another order, than the kernel's struct. */
export const rootsCheckWgsl = /* wgsl */ `
struct Params { unit_count: u32, unit_begin: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> roots: array<u32>;
@group(0) @binding(3) var<storage, read_write> verdict: atomic<u32>;
@compute @workgroup_size(64) fn check(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.unit_count) { return; }
  let root = roots[id.x];
  let number = numbers[params.unit_begin + id.x];
  if (root > 65535u || root * root > number || (root < 65535u && (root + 1u) * (root + 1u) <= number)) {
    atomicAdd(&verdict, 1u);
  }
}`

/** `job.json` of roots of a hundred numbers, in units of thirty. */
export function rootsJson(changes: Fields = {}): Fields {
  return {
    name: 'Roots',
    summary: 'Roots of numbers, rounded down.',
    cause: 'other',
    licence: 'MIT',
    wgsl: ['roots.wgsl'],
    parameters: { step: 1 },
    inputs: { numbers: 'numbers.u32' },
    units: { range: [0, 100], granule: 30 },
    quorum: 1,
    verify: { roots: { compare: 'checker', wgsl: 'check.wgsl' } },
    price: { perUnitMask: '0.5', budgetMask: '10' },
    ...changes,
  }
}

/** The numbers, and what they are the squares of. */
export const someSquares = Uint32Array.from({ length: 100 }, (_, index) => index * index + (index % 3))

const facts = { inputBytes: new Map([['numbers', 400]]) }

export function completeRoots(changes: Fields = {}, wgsl = rootsWgsl): CompleteManifest {
  return completeManifest(parseManifest(rootsJson(changes)), reflect(wgsl), facts).manifest
}

export function checkOfRoots(check = rootsCheckWgsl, changes: Fields = {}, wgsl = rootsWgsl): CheckJob {
  return checkManifestOf(completeRoots(changes, wgsl), reflect(check), facts)
}
