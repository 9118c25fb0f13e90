import { step, toNumber, type Fixed } from '#shaders/mandelbrot/fixed-point.ts'
import { CENTRE, PERIOD } from '#shaders/mandelbrot/view.ts'

/** How close the orbit has to come back: far less than f32 sees of any difference in the view. */
const RETURN_MAX = 1e-30

/** The job's data file: one period of the centre's orbit, as f32 real and imaginary parts, the same on every machine. */
export function prepare(): Promise<Map<string, Uint8Array>> {
  let z: readonly [Fixed, Fixed] = [0n, 0n]
  const bytes = new DataView(new ArrayBuffer(8 * PERIOD))
  for (let at = 0; at < PERIOD; at++) {
    bytes.setFloat32(8 * at, toNumber(z[0]), true)
    bytes.setFloat32(8 * at + 4, toNumber(z[1]), true)
    z = step(z, CENTRE)
  }
  const miss = Math.hypot(toNumber(z[0]), toNumber(z[1]))
  if (miss > RETURN_MAX) throw new Error(`the centre's orbit misses 0 by ${miss} after ${PERIOD} steps`)
  return Promise.resolve(new Map([['orbit.f32', new Uint8Array(bytes.buffer)]]))
}
