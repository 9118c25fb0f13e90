import { encodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { parseManifest } from '#protocol/manifest.ts'
import type { JobFolder } from '#client/sdk/job-folder.ts'
import { packFolder } from '#client/sdk/job-folder.ts'

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
      params: { uniform: { begin: '$unit.begin:u32' } },
      out: { bytes: '4*$unit.count', result: true },
    },
    passes: [
      {
        do: [{ entry: 'main', bind: { '0.0': 'params', '0.1': 'numbers', '0.2': 'out' }, workgroups: ['1'] }],
      },
    ],
    units: { range: [0, 4], granule: 1 },
    quorum: 2,
    verify: { out: { compare: 'exact' } },
    collect: { kind: 'raw', buffer: 'out' },
    price: { perUnitMask: '0.5', budgetMask: '3' },
    ...changes,
  }
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
      params: { uniform: { begin: '$unit.begin:u32' } },
      out: { bytes: `${16 * tile[0] * tile[1]}*$unit.count`, result: true },
    },
    units: { range: [0, tileCount], granule: 1 },
    collect: { kind: 'image', buffer: 'out', width, height, tile, format: 'rgba32float' },
    price: { perUnitMask: '0.5', budgetMask: '1000' },
    ...changes,
  })
}

/** The files the job names. */
export function someFiles(): Map<string, Uint8Array> {
  const text = (content: string) => new TextEncoder().encode(content)
  return new Map([
    ['first.wgsl', text('// first')],
    ['second.wgsl', text('// second')],
    ['numbers.bin', new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0])],
  ])
}

export function aFolder(changes: Fields = {}): JobFolder {
  return { manifest: aJobJson(changes), files: someFiles() }
}

/** A job's spec and its bytes, as stored. */
export function aSpec(manifest: Fields = aJobJson()): { spec: JobSpec; bytes: Uint8Array<ArrayBuffer> } {
  const { spec } = packFolder({ manifest: parseManifest(manifest), files: someFiles() })
  return { spec, bytes: encodeJobSpec(spec) }
}

/** The result of a unit of `aJobJson`: its index in four bytes. */
export function aResult(unit: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(unit + 100).buffer)
}
