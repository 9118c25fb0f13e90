import type { Triangle } from '#shaders/path-tracer/mesh.ts'
import {
  discPoint,
  sampleIndex,
  samplePair,
  spherePoint,
  type Pair,
} from '#shaders/path-tracer/reference-random.ts'
import {
  add,
  cross,
  dot,
  mix,
  multiply,
  normalize,
  scale,
  subtract,
  type Vector,
} from '#shaders/path-tracer/vector.ts'

/** The kernel's uniform struct, field by field. */
export interface Params {
  /** The tile, counted row by row from the top left. */
  readonly unit_begin: number
  readonly unit_count: number
  readonly image_width: number
  readonly image_height: number
  /** Pixels along a side of a tile. */
  readonly tile_size: number
  /** Paths for each pixel. */
  readonly samples: number
  /** Reflections along a path at most. */
  readonly bounces: number
  readonly seed: number
}

/** Linear-light red, green and blue; alpha is 1 inside the picture and 0 outside. */
export type Pixel = readonly [number, number, number, number]

const CAMERA_POSITION: Vector = [-0.75, 0.95, 3]
const CAMERA_TARGET: Vector = [0, 0.46, 0]
const CAMERA_SPREAD = 0.207
const CLAY_COLOUR: Vector = [0.58, 0.21, 0.085]
const GLAZE_LEAST = 0.04
const GLAZE_MOST = 0.64
const GLAZE_EXPONENT = 64
const GLAZE_BLUR = 0.12
const FLOOR_COLOUR: Vector = [0.42, 0.395, 0.37]
const FADE_BEGIN = 1
const FADE_END = 8
const SKY_HORIZON: Vector = [0.6, 0.55, 0.495]
const SKY_ZENITH: Vector = [0.14, 0.19, 0.3]
const KEY_DIRECTION: Vector = [-0.5834, 0.7998, 0.1411]
const KEY_RADIUS = 0.16
const KEY_COLOUR: Vector = [1.55, 1.34, 1.07]
const LIFT = 2e-4
const UP: Vector = [0, 1, 0]
const BLACK: Vector = [0, 0, 0]

interface Surface {
  readonly position: Vector
  /** Perpendicular to the flat triangle, on the side that the ray came from. */
  readonly face: Vector
  /** Interpolated between the corners: what shading uses. */
  readonly normal: Vector
  readonly colour: Vector
  /** Share of light mirrored by the glaze. */
  readonly glaze: number
}

/** One tile, row by row, as the kernel leaves it in `out_pixels`: tile_size² × RGBA. */
export function renderTile(scene: readonly Triangle[], params: Params): Float32Array {
  const { tile_size: size, image_width: width } = params
  const tilesAcross = Math.max(1, Math.ceil(width / size))
  const left = (params.unit_begin % tilesAcross) * size
  const top = Math.floor(params.unit_begin / tilesAcross) * size
  const pixels = Array.from({ length: size * size }, (_, index) =>
    renderPixel(scene, params, left + (index % size), top + Math.floor(index / size)),
  )
  return Float32Array.from(pixels.flat())
}

/** The pixel in column x from the left and row y from the top. Tests every ray against every triangle. */
export function renderPixel(scene: readonly Triangle[], params: Params, x: number, y: number): Pixel {
  if (x >= params.image_width || y >= params.image_height) return [0, 0, 0, 0]
  let sum = BLACK
  for (let sample = 0; sample < params.samples; sample++) {
    sum = add(sum, pathRadiance(scene, params, x, y, sample))
  }
  return [...scale(sum, 1 / Math.max(1, params.samples)), 1]
}

/** Light arriving at the camera along one path: the key light from every surface, the sky where the path leaves. */
function pathRadiance(
  scene: readonly Triangle[],
  params: Params,
  x: number,
  y: number,
  sample: number,
): Vector {
  const index = sampleIndex(x, y, sample, params.samples)
  const choose = (decision: number) => samplePair(index, decision, params.seed)
  let origin = CAMERA_POSITION
  let direction = cameraDirection(params, x, y, choose(0))
  let throughput: Vector = [1, 1, 1]
  let radiance = BLACK
  for (let bounce = 0; bounce <= params.bounces; bounce++) {
    const hit = closestHit(scene, origin, direction)
    const floorDistance = direction[1] < -1e-6 ? -origin[1] / direction[1] : Infinity
    if (!hit && floorDistance === Infinity) {
      return add(radiance, multiply(throughput, sky(direction)))
    }
    let surface: Surface
    if (hit && hit.distance < floorDistance) {
      surface = bunnySurface(hit, direction)
    } else {
      const [floorX, , floorZ] = add(origin, scale(direction, floorDistance))
      surface = { position: [floorX, 0, floorZ], face: UP, normal: UP, colour: FLOOR_COLOUR, glaze: 0 }
      const fade = smoothstep(FADE_BEGIN, FADE_END, Math.hypot(floorX, floorZ))
      radiance = add(radiance, scale(multiply(throughput, SKY_HORIZON), fade))
      throughput = scale(throughput, 1 - fade)
    }
    origin = add(surface.position, scale(surface.face, LIFT))
    const key = keyLight(scene, surface, origin, direction, choose(3 * bounce + 1))
    radiance = add(radiance, multiply(throughput, key))
    const around = spherePoint(choose(3 * bounce + 2))
    if (choose(3 * bounce + 3)[0] < surface.glaze) {
      const mirrored = subtract(direction, scale(surface.normal, 2 * dot(direction, surface.normal)))
      direction = above(surface, normalize(add(mirrored, scale(around, GLAZE_BLUR))))
    } else {
      throughput = multiply(throughput, surface.colour)
      direction = above(surface, normalize(add(surface.normal, scale(around, 0.9999))))
    }
  }
  return radiance
}

function cameraDirection(params: Params, x: number, y: number, jitter: Pair): Vector {
  const forward = normalize(subtract(CAMERA_TARGET, CAMERA_POSITION))
  const right = normalize(cross(forward, UP))
  const up = cross(right, forward)
  const across = ((2 * (x + jitter[0]) - params.image_width) / params.image_height) * CAMERA_SPREAD
  const down = ((2 * (y + jitter[1]) - params.image_height) / params.image_height) * CAMERA_SPREAD
  return normalize(subtract(add(forward, scale(right, across)), scale(up, down)))
}

function sky(direction: Vector): Vector {
  return mix(SKY_HORIZON, SKY_ZENITH, smoothstep(0, 1, direction[1]))
}

/** Light of one point of the key light that the surface sends back against the direction. */
function keyLight(
  scene: readonly Triangle[],
  surface: Surface,
  origin: Vector,
  direction: Vector,
  choice: Pair,
): Vector {
  const axisX = normalize(cross(KEY_DIRECTION, UP))
  const axisY = cross(axisX, KEY_DIRECTION)
  const [x, y] = discPoint(choice)
  const offset = add(scale(axisX, KEY_RADIUS * x), scale(axisY, KEY_RADIUS * y))
  const towardsKey = normalize(add(KEY_DIRECTION, offset))
  const facing = dot(surface.normal, towardsKey)
  if (facing <= 0) return BLACK
  if (closestHit(scene, origin, towardsKey)) return BLACK
  const halfway = normalize(subtract(towardsKey, direction))
  const highlight = Math.max(0, dot(surface.normal, halfway)) ** GLAZE_EXPONENT * ((GLAZE_EXPONENT + 8) / 8)
  const reflectance = mix(surface.colour, [highlight, highlight, highlight], surface.glaze)
  return scale(multiply(KEY_COLOUR, reflectance), facing)
}

export interface Hit {
  readonly triangle: Triangle
  readonly distance: number
  /** How much of each corner is in the point hit; they add up to one. */
  readonly weights: Vector
}

/** The nearest triangle along the ray, if any. */
export function closestHit(scene: readonly Triangle[], origin: Vector, direction: Vector): Hit | undefined {
  let best: Hit | undefined
  for (const triangle of scene) {
    const hit = triangleHit(triangle, origin, direction)
    if (hit && hit.distance < (best?.distance ?? Infinity)) best = hit
  }
  return best
}

/** Möller & Trumbore, "Fast, minimum storage ray/triangle intersection" (1997). */
export function triangleHit(triangle: Triangle, origin: Vector, direction: Vector): Hit | undefined {
  const [a, b, c] = triangle.corners
  const edgeB = subtract(b, a)
  const edgeC = subtract(c, a)
  const p = cross(direction, edgeC)
  const determinant = dot(edgeB, p)
  if (determinant === 0) return undefined
  const offset = subtract(origin, a)
  const weightB = dot(offset, p) / determinant
  if (weightB < 0 || weightB > 1) return undefined
  const q = cross(offset, edgeB)
  const weightC = dot(direction, q) / determinant
  const distance = dot(edgeC, q) / determinant
  if (weightC < 0 || weightB + weightC > 1 || distance <= 0) return undefined
  return { triangle, distance, weights: [1 - weightB - weightC, weightB, weightC] }
}

function bunnySurface({ triangle, weights }: Hit, direction: Vector): Surface {
  const [a, b, c] = triangle.corners
  const flat = blend(triangle.corners, weights)
  const face = normalize(cross(subtract(b, a), subtract(c, a)))
  const side = dot(face, direction) > 0 ? -1 : 1
  const normal = scale(normalize(blend(triangle.normals, weights)), side)
  // Hanika's answer to the shadow terminator: where the normals bulge, rays leave from the bulge.
  const bulge = blend(
    [
      sunk(flat, a, triangle.normals[0]),
      sunk(flat, b, triangle.normals[1]),
      sunk(flat, c, triangle.normals[2]),
    ],
    weights,
  )
  return {
    position: subtract(flat, scale(bulge, side)),
    face: scale(face, side),
    normal,
    colour: CLAY_COLOUR,
    glaze: glaze(normal, direction),
  }
}

/** From the plane through the corner with this normal down to the point, or nothing if the point is above it. */
function sunk(point: Vector, corner: Vector, normal: Vector): Vector {
  return scale(normal, Math.min(0, dot(subtract(point, corner), normal)))
}

function blend([a, b, c]: readonly [Vector, Vector, Vector], weights: Vector): Vector {
  return add(add(scale(a, weights[0]), scale(b, weights[1])), scale(c, weights[2]))
}

/** How much the glaze mirrors grows towards grazing angles (Schlick 1994). */
function glaze(normal: Vector, direction: Vector): number {
  const grazing = Math.min(1, Math.max(0, 1 + dot(normal, direction)))
  return GLAZE_LEAST + (GLAZE_MOST - GLAZE_LEAST) * grazing ** 5
}

/** A smooth normal can point a ray under the flat triangle: mirror it back out. */
function above(surface: Surface, direction: Vector): Vector {
  return subtract(direction, scale(surface.face, 2 * Math.min(0, dot(direction, surface.face))))
}

function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)))
  return t * t * (3 - 2 * t)
}
