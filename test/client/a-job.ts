import { encodeJobSpec } from '#protocol/job-spec.ts'
import { completeFolder, packFolder, type JobFolder } from '#client/sdk/job-folder.ts'

type Fields = Record<string, unknown>

/** `job.json` of a small raw job of four units with four bytes each, changed where a test needs it. */
export function aJobJson(changes: Fields = {}): Fields {
  return {
    name: 'Squares',
    summary: 'Squares a few numbers.',
    cause: 'science',
    licence: 'MIT',
    wgsl: ['first.wgsl', 'second.wgsl'],
    inputs: { numbers: { file: 'numbers.bin', shared: true } },
    buffers: {
      numbers: { from: 'input:numbers' },
      params: { uniform: { begin: '$unit.begin' } },
      out: { bytes: '4*$unit.count', result: true },
    },
    passes: [{ entry: 'main', bind: { '0.0': 'params', '0.1': 'numbers', '0.2': 'out' }, workgroups: ['1'] }],
    units: { range: [0, 4], granule: 1 },
    quorum: 2,
    verify: { out: { compare: 'exact' } },
    collect: { kind: 'raw', buffer: 'out' },
    price: { perUnitMask: '0.5', budgetMask: '3' },
    ...changes,
  }
}

/** Fields without those that an author left out. */
export function without(json: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)))
}

/** An image of `width` × `height` in tiles of `tile`, one tile a unit. */
export function anImageJobJson(
  width: number,
  height: number,
  tile: [number, number],
  changes: Fields = {},
): Fields {
  const tileCount = Math.ceil(width / tile[0]) * Math.ceil(height / tile[1])
  return aJobJson({
    buffers: {
      numbers: { from: 'input:numbers' },
      params: { uniform: { begin: '$unit.begin' } },
      out: { bytes: `${16 * tile[0] * tile[1]}*$unit.count`, result: true },
    },
    units: { range: [0, tileCount], granule: 1 },
    collect: { kind: 'image', buffer: 'out', width, height, tile, format: 'rgba32float' },
    price: { perUnitMask: '0.5', budgetMask: '1000' },
    ...changes,
  })
}

/** The kernel in two parts: squares of the numbers from `begin` on, those that the input does not hold being its index. */
export const firstPart = `struct Params { begin: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;`
export const secondPart = `@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&out)) { return; }
  let position = params.begin + id.x;
  let number = select(position, numbers[position % arrayLength(&numbers)], position < arrayLength(&numbers));
  out[id.x] = number * number;
}`

/** Whether each number is the square of what the input says. */
export const squaresCheck = `struct Params { begin: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> out: array<u32>;
@group(0) @binding(3) var<storage, read_write> verdict: array<u32>;
@compute @workgroup_size(64) fn check(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&out)) { return; }
  let position = params.begin + id.x;
  let number = select(position, numbers[position % arrayLength(&numbers)], position < arrayLength(&numbers));
  verdict[id.x] = u32(out[id.x] != number * number);
}`

/** The job with a verify kernel in place of a second computation. */
export function aCheckedJobJson(changes: Fields = {}): Fields {
  const verify = { out: { compare: 'checker', wgsl: 'check.wgsl' } }
  return aJobJson({ quorum: 1, verify, price: { perUnitMask: '0.5', budgetMask: '30' }, ...changes })
}

export function someCheckedFiles(check = squaresCheck): Map<string, Uint8Array> {
  return new Map([...someFiles(), ['check.wgsl', textBytes(check)]])
}

export function textBytes(content: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(content))
}

/** The files the job names. */
export function someFiles(): Map<string, Uint8Array> {
  return new Map([
    ['first.wgsl', textBytes(firstPart)],
    ['second.wgsl', textBytes(secondPart)],
    ['numbers.bin', new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0])],
  ])
}

/** The manifest, with what it leaves out filled in. */
export function aCompleteManifest(
  json: Fields = aJobJson(),
  more: ReadonlyMap<string, Uint8Array> = new Map(),
) {
  return completeFolder({ manifest: json, files: new Map([...someFiles(), ...more]) }).manifest
}

export function aFolder(changes: Fields = {}): JobFolder {
  return { manifest: aJobJson(changes), files: someFiles() }
}

/** A job's spec and its bytes, as stored, and the files that it names. */
export function aSpec(manifest: Fields = aJobJson(), files: ReadonlyMap<string, Uint8Array> = someFiles()) {
  const packed = packFolder({ manifest, files })
  return { spec: packed.spec, bytes: encodeJobSpec(packed.spec), files: packed.files }
}

/** The result of a unit of `aJobJson`: its index in four bytes. */
export function aResult(unit: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(unit + 100).buffer)
}
