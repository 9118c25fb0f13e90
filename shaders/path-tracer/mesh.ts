import bunny from 'bunny'
import { add, cross, normalize, scale, subtract, type Vector } from '#shaders/path-tracer/vector.ts'

/**
 * Corners lie on whole multiples of this, in bunny heights: 16 bits reach from −1 to 1, and both the grid and its
 * differences are exact in f32. A pixel of the picture is about eighty steps wide.
 */
export const GRID_STEP = 1 / 32768

/** A triangle with a smooth normal (unit length, pointing outwards) at each corner. */
export interface Triangle {
  readonly corners: readonly [Vector, Vector, Vector]
  readonly normals: readonly [Vector, Vector, Vector]
}

/**
 * The Stanford bunny, standing on the plane y = 0, one unit tall, centred over the origin.
 * 3674 triangles, counter-clockwise seen from outside, corners on the grid of GRID_STEP.
 * Only + − × ÷ √, so every machine gets the same bits.
 */
export function bunnyTriangles(): Triangle[] {
  const positions = standing(bunny.positions)
  const normals = vertexNormals(positions, bunny.cells)
  return bunny.cells.map(([a, b, c]) => ({
    corners: [at(positions, a), at(positions, b), at(positions, c)],
    normals: [at(normals, a), at(normals, b), at(normals, c)],
  }))
}

function standing(positions: readonly Vector[]): Vector[] {
  const low = positions.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])])
  const high = positions.reduce((a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])])
  const foot: Vector = [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2]
  const height = high[1] - low[1]
  return positions.map((position) => snapped(scale(subtract(position, foot), 1 / height)))
}

/** Normals of the faces around each vertex, summed with their areas as weights (the cross product's length). */
function vertexNormals(positions: readonly Vector[], cells: readonly Vector[]): Vector[] {
  const sums = positions.map((): Vector => [0, 0, 0])
  for (const [a, b, c] of cells) {
    const edge = subtract(at(positions, b), at(positions, a))
    const face = cross(edge, subtract(at(positions, c), at(positions, a)))
    for (const vertex of [a, b, c]) sums[vertex] = add(at(sums, vertex), face)
  }
  return sums.map(normalize)
}

function at(list: readonly Vector[], index: number): Vector {
  const vector = list[index]
  if (!vector) throw new Error(`the mesh names vertex ${index}, but it has only ${list.length}`)
  return vector
}

function snapped([x, y, z]: Vector): Vector {
  return [snap(x), snap(y), snap(z)]
}

function snap(value: number): number {
  return Math.round(value / GRID_STEP) * GRID_STEP
}
