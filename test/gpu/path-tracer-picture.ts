/**
 * Renders the path tracer's whole job through Dawn, tile after tile, and writes the picture beside the kernel:
 *
 *     node test/gpu/path-tracer-picture.ts [file.png]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { encode } from 'fast-png'
import { jobParams } from '#shaders/path-tracer/cases.ts'
import { prepare } from '#shaders/path-tracer/prepare.ts'
import { DawnChild } from '#test/gpu/dawn-child.ts'
import { kernelFile, tileRun } from '#test/gpu/path-tracer-run.ts'

const file = process.argv[2] ?? new URL('picture.png', kernelFile)
const tilesAcross = jobParams.image_width / jobParams.tile_size
const tileCount = tilesAcross * (jobParams.image_height / jobParams.tile_size)
const mesh = (await prepare()).get('bunny.bin') ?? new Uint8Array()
const wgsl = readFileSync(kernelFile, 'utf8')
const rgb = new Uint8Array(jobParams.image_width * jobParams.image_height * 3)
let renderingMs = 0

await using dawn = await DawnChild.start()
for (let tile = 0; tile < tileCount; tile++) {
  const outcome = await dawn.run(tileRun(wgsl, mesh, { ...jobParams, unit_begin: tile }), 120_000)
  renderingMs += outcome.durationMs
  paste(new Float32Array(outcome.bytes.buffer), tile)
}
writeFileSync(
  file,
  encode({ width: jobParams.image_width, height: jobParams.image_height, data: rgb, channels: 3 }),
)
process.stdout.write(`${tileCount} tiles in ${(renderingMs / 1000).toFixed(1)} s on the device\n`)

/** Copies a tile's linear RGBA into its place in the picture, as sRGB bytes. */
function paste(pixels: Float32Array, tile: number) {
  const size = jobParams.tile_size
  const left = (tile % tilesAcross) * size
  const top = Math.floor(tile / tilesAcross) * size
  for (let place = 0; place < size * size; place++) {
    const at = (top + Math.floor(place / size)) * jobParams.image_width + left + (place % size)
    for (let channel = 0; channel < 3; channel++)
      rgb[at * 3 + channel] = srgb(pixels[place * 4 + channel] ?? 0)
  }
}

/** IEC 61966-2-1. */
function srgb(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear))
  return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055))
}
