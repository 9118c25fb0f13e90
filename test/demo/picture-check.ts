import { decode } from 'fast-png'
import { pixelsOf } from '#protocol/pixels/pixels.ts'
import { jobParams } from '#shaders/path-tracer/cases.ts'
import { bunnyTriangles } from '#shaders/path-tracer/mesh.ts'
import { renderPixel } from '#shaders/path-tracer/reference.ts'

/** How many pixels of the picture were rendered again by the slow CPU reference. */
const samplePixels = 48
/** 8-bit steps two right answers may be apart: the tolerance of 1 % and rounding, through the sRGB curve. */
const stepsMax = 3
/** The share of samples that may lie further apart: a path that goes another way at an edge. */
const outliersMax = 0.05

export interface PictureCheck {
  readonly pixelsChecked: number
  readonly pixelsDisagreeing: number
  readonly largestSteps: number
  readonly faults: readonly string[]
}

/** Compares a sample of the PNG's pixels with the CPU reference of the path tracer's job. */
export function compareWithReference(png: Uint8Array): PictureCheck {
  const image = decode(png)
  if (
    image.width !== jobParams.image_width ||
    image.height !== jobParams.image_height ||
    image.channels !== 4
  )
    return {
      pixelsChecked: 0,
      pixelsDisagreeing: 0,
      largestSteps: 0,
      faults: [`the picture has ${image.width} × ${image.height} × ${image.channels}`],
    }
  const scene = bunnyTriangles()
  let pixelsDisagreeing = 0
  let largestSteps = 0
  for (let sample = 0; sample < samplePixels; sample += 1) {
    const [x, y] = samplePlace(sample, image.width, image.height)
    const linear = Float32Array.from(renderPixel(scene, jobParams, x, y))
    const expected = pixelsOf({ format: 'rgba32float', toneMap: 'srgb' }, new Uint8Array(linear.buffer))
    const offset = 4 * (y * image.width + x)
    const steps = Math.max(
      ...Array.from(expected, (value, channel) => Math.abs(value - (image.data[offset + channel] ?? 0))),
    )
    largestSteps = Math.max(largestSteps, steps)
    if (steps > stepsMax) pixelsDisagreeing += 1
  }
  const faults =
    pixelsDisagreeing > outliersMax * samplePixels
      ? [`${pixelsDisagreeing} of ${samplePixels} pixels differ from the CPU reference`]
      : []
  return { pixelsChecked: samplePixels, pixelsDisagreeing, largestSteps, faults }
}

/** Places spread evenly and without a pattern (R2 sequence, Roberts 2018). */
function samplePlace(index: number, width: number, height: number): [x: number, y: number] {
  const fraction = (value: number) => value - Math.floor(value)
  return [
    Math.floor(fraction(0.5 + index * 0.7548776662466927) * width),
    Math.floor(fraction(0.5 + index * 0.5698402909980532) * height),
  ]
}
