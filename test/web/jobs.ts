import { requireComplete, type CompleteManifest } from '#protocol/complete-manifest.ts'
import { parseManifest } from '#protocol/manifest.ts'

/** A valid manifest of a kernel that maps one input word to one output word; parts may be replaced. */
export function aManifest(parts: Record<string, unknown> = {}): CompleteManifest {
  return requireComplete(
    parseManifest({
      name: 'double',
      summary: 'Doubles numbers.',
      cause: 'science',
      licence: 'MIT',
      wgsl: ['double.wgsl'],
      inputs: { numbers: { file: 'numbers.bin', shared: true } },
      buffers: {
        numbers: { from: 'input:numbers' },
        unit: { uniform: { begin: '$unit.begin:u32', count: '$unit.count:u32' } },
        out: { bytes: '4*$unit.count', result: true },
      },
      passes: [
        {
          entry: 'main',
          bind: { '0.0': 'numbers', '0.1': 'unit', '0.2': 'out' },
          workgroups: ['ceil($unit.count/64)'],
        },
      ],
      units: { range: [0, 1000], granule: 100 },
      verify: { out: { compare: 'exact' } },
      collect: { kind: 'raw', buffer: 'out' },
      price: { perUnitMask: '0.002', budgetMask: '1' },
      ...parts,
    }),
  )
}

export const doubleWgsl = /* wgsl */ `
struct Unit { begin: u32, count: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<uniform> unit: Unit;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= unit.count) { return; }
  out[id.x] = 2u * numbers[unit.begin + id.x];
}
`
