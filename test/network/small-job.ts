import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prepare } from '#shaders/path-tracer/prepare.ts'

const pathTracer = new URL('../../shaders/path-tracer', import.meta.url).pathname

/**
 * Writes a job folder with a smaller picture of the bunny: the same kernel and mesh, fewer pixels and paths.
 *
 * @param tilesPerSide the job has the square of it as units, of 32 × 32 pixels each
 */
export async function writeSmallJob(
  folder: string,
  options: { tilesPerSide: number; samples: number },
): Promise<string> {
  const job = JSON.parse(await readFile(join(pathTracer, 'job.json'), 'utf8')) as Record<string, unknown>
  const side = 32
  const pixels = options.tilesPerSide * side
  const units = options.tilesPerSide ** 2
  const params = {
    unit_begin: '$unit.begin',
    unit_count: '$unit.count',
    image_width: pixels,
    image_height: pixels,
    tile_size: side,
    samples: options.samples,
    bounces: 2,
    seed: 1,
  }
  Object.assign(job, {
    name: `Small bunny, ${units} units`,
    buffers: {
      mesh: { from: 'input:mesh' },
      params: {
        uniform: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, `${value}:u32`])),
      },
      out_pixels: { bytes: `16*${side}*${side}*$unit.count`, result: true },
    },
    passes: [
      {
        do: [
          {
            entry: 'render',
            bind: { '0.0': 'params', '0.1': 'mesh', '0.2': 'out_pixels' },
            workgroups: ['4', '4', '1'],
          },
        ],
      },
    ],
    units: { range: [0, units], granule: 1 },
    collect: {
      kind: 'image',
      buffer: 'out_pixels',
      width: pixels,
      height: pixels,
      tile: [side, side],
      format: 'rgba32float',
      toneMap: 'srgb',
    },
    price: { perUnitMask: '0.002', budgetMask: '1' },
  })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'job.json'), JSON.stringify(job))
  await copyFile(join(pathTracer, 'kernel.wgsl'), join(folder, 'kernel.wgsl'))
  for (const [name, bytes] of await prepare()) await writeFile(join(folder, name), bytes)
  return folder
}
