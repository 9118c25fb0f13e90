import type { JobSource } from '#runner/job-source.ts'
import type { Runner } from '#runner/runner.ts'

/** Additions, multiplications, minima and comparisons of f32 in the kernel's `box_distance` and `triangle_hit`. */
const flopsPerBox = 26
const flopsPerTriangle = 58

/** What a unit computes, counted by the kernel itself: boxes and triangles tested. Shading is left out. */
export async function pathTracerFlops(runner: Runner, source: JobSource): Promise<number> {
  const { result } = await runner.run(
    { ...source, key: 'path-tracer, counted', wgsl: counting(source.wgsl) },
    0,
  )
  let flops = 0
  for (const [index, count] of new Float32Array(result.buffer).entries()) {
    if (index % 4 === 0) flops += count * flopsPerBox
    if (index % 4 === 1) flops += count * flopsPerTriangle
  }
  return flops
}

/** The kernel with counters, which come out in place of the colours. */
function counting(wgsl: string): string {
  const edits = [
    ['fn box_distance(word: u32, ray: GridRay, limit: f32) -> f32 {', '$& boxes += 1u;'],
    ['fn triangle_hit(triangle: u32, ray: GridRay) -> Hit {', '$& triangles += 1u;'],
    [
      'out_pixels[place] = vec4f(sum / f32(max(1u, params.samples)), 1.0);',
      'out_pixels[place] = vec4f(f32(boxes), f32(triangles), sum.x, 1.0);',
    ],
  ] as const
  const counted = edits.reduce((text, [found, written]) => {
    if (!text.includes(found)) throw new Error(`the path tracer no longer has: ${found}`)
    return text.replace(found, written)
  }, wgsl)
  return `var<private> boxes: u32;\nvar<private> triangles: u32;\n${counted}`
}
