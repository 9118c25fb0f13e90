import { add, dot, pullOn, scale, type Body, type Vector } from '#shaders/n-body/body.ts'

/** The job's parameters and the columns of its list, named as in the kernel's uniform struct. */
export interface Params {
  readonly sources: number
  readonly steps: number
  readonly time_step: number
  readonly softening: number
  readonly separation: number
  /** Of the square picture, pixels. */
  readonly width: number
  readonly field: number
  readonly pericentre: number
  readonly cosine: number
  readonly sine: number
}

const SPOT = 2.5
const CORE_SHINE = 40
const CORE_MASS = 0.1
const COLOURS: readonly [Vector, Vector] = [
  [1, 0.5, 0.16],
  [0.2, 0.52, 1],
]
const NIGHT: Vector = [0.0005, 0.0008, 0.0025]
const HALF_BRIGHT = 4

/** A unit's result bytes: the picture, then the energies at the begin and at the end. */
export function encounter(galaxies: readonly Body[], params: Params): Uint8Array {
  const begin = place(galaxies, params)
  let bodies = begin
  for (let step = 0; step < params.steps; step++) bodies = advance(bodies, params)
  return result(bodies, params, [energy(begin, params), energy(bodies, params)])
}

/** These bodies' picture and these energies, laid out as a unit's result. */
export function result(
  bodies: readonly Body[],
  params: Params,
  energies: readonly [number, number],
): Uint8Array {
  return new Uint8Array([...picture(bodies, params), ...new Uint8Array(Float32Array.from(energies).buffer)])
}

/** Both galaxies on a parabola around each other, before they are closest; the second one's disc tilted. */
export function place(galaxies: readonly Body[], params: Params): Body[] {
  const { pericentre, separation, cosine, sine } = params
  // Two unit masses: r = 2q / (1 + cos f), and the angular momentum of their distance, by their reduced mass, is √(4q).
  const angle = -Math.acos((2 * pericentre) / separation - 1)
  const momentum = Math.sqrt(4 * pericentre)
  const outwards: Vector = [Math.cos(angle), Math.sin(angle), 0]
  const onwards: Vector = [-Math.sin(angle), Math.cos(angle), 0]
  const apart = scale(outwards, separation)
  const velocity = add(
    scale(outwards, (2 / momentum) * Math.sin(angle)),
    scale(onwards, momentum / separation),
  )
  const tilted = ([x, y, z]: Vector): Vector => [x, cosine * y - sine * z, sine * y + cosine * z]
  return galaxies.map((body) => {
    const turned = body.galaxy === 1 ? tilted : (vector: Vector) => vector
    const side = body.galaxy === 1 ? 0.5 : -0.5
    return {
      ...body,
      position: add(turned(body.position), scale(apart, side)),
      velocity: add(turned(body.velocity), scale(velocity, side)),
    }
  })
}

/** One leapfrog step: drift for half of it, kick, drift for the other half. */
function advance(bodies: readonly Body[], params: Params): Body[] {
  const half = params.time_step / 2
  const drift = (body: Body) => ({ ...body, position: add(body.position, scale(body.velocity, half)) })
  const drifted = bodies.map(drift)
  const sources = drifted.slice(0, params.sources)
  return drifted
    .map((body) => {
      const kick = scale(pullOn(body.position, sources, params.softening), params.time_step)
      return { ...body, velocity: add(body.velocity, kick) }
    })
    .map(drift)
}

/** Kinetic energy of all bodies, and the potential of every pair of sources. */
export function energy(bodies: readonly Body[], { sources, softening }: Params): number {
  let sum = 0
  for (const { mass, velocity } of bodies) sum += 0.5 * mass * dot(velocity, velocity)
  const heavy = bodies.slice(0, sources)
  for (const [index, a] of heavy.entries()) {
    for (const b of heavy.slice(index + 1)) {
      const apart = add(a.position, scale(b.position, -1))
      sum -= (a.mass * b.mass) / Math.sqrt(dot(apart, apart) + softening * softening)
    }
  }
  return sum
}

/** Width × width pixels of red, green, blue, alpha in bytes: every body a round spot, added up and exposed. */
function picture(bodies: readonly Body[], { width, field }: Params): Uint8Array {
  const light = Array.from({ length: width * width }, (): Vector => [0, 0, 0])
  for (const body of bodies) {
    const x = width / 2 + (body.position[0] * width) / field
    const y = width / 2 - (body.position[1] * width) / field
    const shine = body.mass > CORE_MASS ? CORE_SHINE : 1
    for (const [column, row] of pixelsAround(x, y, width)) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y) / SPOT
      const spot = shine * Math.max(0, 1 - distance ** 2) ** 2
      const at = row * width + column
      light[at] = add(light[at] ?? [0, 0, 0], scale(COLOURS[body.galaxy], spot))
    }
  }
  const exposed = (value: number, night: number) =>
    Math.round(255 * Math.min(1, Math.sqrt(night + value / (value + HALF_BRIGHT))))
  return Uint8Array.from(
    light.flatMap(([red, green, blue]) => [
      exposed(red, NIGHT[0]),
      exposed(green, NIGHT[1]),
      exposed(blue, NIGHT[2]),
      255,
    ]),
  )
}

function pixelsAround(x: number, y: number, width: number): [number, number][] {
  const span = (middle: number) => {
    const first = Math.max(0, Math.floor(middle - SPOT - 1))
    const last = Math.min(width - 1, Math.ceil(middle + SPOT + 1))
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
  }
  return span(y).flatMap((row) => span(x).map((column): [number, number] => [column, row]))
}
