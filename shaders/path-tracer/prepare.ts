import { buildBvh } from '#shaders/path-tracer/bvh.ts'
import { bunnyTriangles } from '#shaders/path-tracer/mesh.ts'
import { packScene } from '#shaders/path-tracer/scene-blob.ts'

/** The job's data files by name: the bunny with its hierarchy, the same bytes on every machine. */
export function prepare(): Promise<Map<string, Uint8Array>> {
  return Promise.resolve(new Map([['bunny.bin', packScene(buildBvh(bunnyTriangles()))]]))
}
