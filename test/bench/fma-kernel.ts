import { completeManifest } from '#protocol/manifest-inference.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { JobSource } from '#runner/job-source.ts'

const invocations = 65_536
const turns = 512
/** Four chains of four lanes, so that each has something to do while another waits. */
const flopsPerTurn = 4 * 4 * 2

export const fmaFlopsPerUnit = invocations * turns * flopsPerTurn

const wgsl = `
@group(0) @binding(0) var<storage, read_write> sums: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let seed = vec4f(f32(id.x), 1.0, 2.0, 3.0) * 1e-6;
  var a = seed; var b = seed + 0.1; var c = seed + 0.2; var d = seed + 0.3;
  for (var turn = 0u; turn < ${turns}u; turn += 1u) {
    a = fma(a, vec4f(0.999), b); b = fma(b, vec4f(0.998), c);
    c = fma(c, vec4f(0.997), d); d = fma(d, vec4f(0.996), a);
  }
  sums[id.x] = a + b + c + d;
}`

/** A unit of nothing but fused multiply-adds: what this device can do at most. */
export function fmaSource(): JobSource {
  const manifest = parseManifest({
    name: 'Ceiling',
    summary: 'Fused multiply-adds and nothing else.',
    cause: 'other',
    licence: 'MIT',
    wgsl: ['kernel.wgsl'],
    units: { range: [0, invocations], granule: invocations },
    price: { perUnitMask: '0.002', budgetMask: '1' },
  })
  const none = () => Promise.reject(new Error('there is no data'))
  return {
    key: 'ceiling',
    manifest: completeManifest(manifest, reflect(wgsl), { inputBytes: new Map() }).manifest,
    wgsl,
    loadInput: none,
    loadSlice: none,
    loadList: none,
  }
}
