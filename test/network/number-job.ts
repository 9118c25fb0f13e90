import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `elements` numbers a unit, each mixed `rounds` times; in the unit `endlessFrom` and later ones without end. */
const kernel = /* wgsl */ `
struct Unit { index: u32, count: u32, rounds: u32, endless_from: u32 }
@group(0) @binding(0) var<uniform> unit: Unit;
@group(0) @binding(1) var<storage, read_write> mixed: array<u32>;
@group(0) @binding(2) var<storage, read_write> scratch: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= unit.count) { return; }
  var number = id.x + 977u * unit.index;
  var round = 0u;
  loop {
    if (unit.index < unit.endless_from && round >= unit.rounds) { break; }
    number = number * 1664525u + 1013904223u;
    round += 1u;
  }
  scratch[0] = 1u;
  mixed[id.x] = number;
}
`

const elementsUsual = 4_096

export interface NumberJob {
  readonly units: number
  readonly rounds: number
  readonly elements?: number
  /** Results that must agree; 1: audited. Two unless said. */
  readonly quorum?: 1 | 2
  /** The first unit whose kernel does not end. Unit 0, which the coordinator tries out, should. */
  readonly endlessFrom?: number
  /** Bytes of scratch memory, as an expression of the manifest. */
  readonly scratchBytes?: string
}

/** What the kernel makes of a unit, computed here: `rounds` steps of a linear generator are one step of another. */
export function mixedNumbers(unit: number, { rounds, elements = elementsUsual }: NumberJob): Uint32Array {
  let [factor, summand] = [1, 0]
  for (let round = 0; round < rounds; round += 1) {
    factor = Math.imul(factor, 1_664_525)
    summand = Math.imul(summand, 1_664_525) + 1_013_904_223
  }
  return Uint32Array.from(
    { length: elements },
    (_, index) => Math.imul(index + Math.imul(977, unit), factor) + summand,
  )
}

/** Writes a job folder whose units keep a GPU busy as long as asked for. */
export async function writeNumberJob(folder: string, name: string, options: NumberJob): Promise<string> {
  const { units, rounds, elements = elementsUsual, endlessFrom = 0xffff_ffff, scratchBytes = '4' } = options
  const job = {
    name,
    summary: 'Mixes numbers, for a test.',
    cause: 'other',
    licence: 'MIT',
    wgsl: ['kernel.wgsl'],
    buffers: {
      unit: {
        uniform: { index: '$unit.index', count: elements, rounds, endless_from: endlessFrom },
      },
      mixed: { bytes: 4 * elements, result: true },
      scratch: { bytes: scratchBytes },
    },
    units: { range: [0, units] },
    passes: [{ entry: 'main', invocations: [elements] }],
    quorum: options.quorum ?? 2,
    verify: { mixed: { compare: 'exact' } },
    collect: { kind: 'array', buffer: 'mixed', type: 'u32' },
    price: { perUnitMask: '0.002', budgetMask: '2' },
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'job.json'), JSON.stringify(job))
  await writeFile(join(folder, 'kernel.wgsl'), kernel)
  return folder
}
