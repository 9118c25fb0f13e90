import { dot, pullOn, type Body, type Vector } from '#shaders/n-body/body.ts'

/** Mass of bulge and halo, as one body in the middle; the heavy stars of the disc share the rest of 1. */
const CORE_MASS = 0.9

/** The disc reaches from here to 1, as many stars in each ring of the same width. */
const INNER_RADIUS = 0.1

/** The disc's thickness from top to bottom. */
const THICKNESS = 0.04

export interface Recipe {
  /** Pairs of stars in each galaxy that pull. */
  readonly heavyPairs: number
  /** Pairs of stars too light to pull: they show where the others' pull takes them. */
  readonly lightPairs: number
  readonly softening: number
}

/** Two galaxies, each as if alone, at rest around the origin; those bodies that pull come before those that do not. */
export function galaxyPair(recipe: Recipe): Body[] {
  const first = lonelyGalaxy(0, recipe)
  const second = lonelyGalaxy(1, recipe)
  return [...first.sources, ...second.sources, ...first.tracers, ...second.tracers]
}

/**
 * A heavy core, and pairs of stars on opposite sides of it in a thin disc that turns counter-clockwise seen from above.
 * Each star is as fast as a circle in the pull of all others needs it to be.
 * Only + − × ÷ √, so every machine gets the same bits.
 */
function lonelyGalaxy(galaxy: 0 | 1, { heavyPairs, lightPairs, softening }: Recipe) {
  const random = randomNumbers(galaxy + 1)
  const heavyMass = (1 - CORE_MASS) / (2 * heavyPairs)
  const core: Body = { position: [0, 0, 0], mass: CORE_MASS, velocity: [0, 0, 0], galaxy }
  const sources = [core, ...discPairs(galaxy, heavyPairs, heavyMass, random)]
  const turning = (body: Body) => ({ ...body, velocity: circling(body.position, sources, softening) })
  return {
    sources: sources.map(turning),
    tracers: discPairs(galaxy, lightPairs, 0, random).map(turning),
  }
}

function discPairs(galaxy: 0 | 1, pairs: number, mass: number, random: () => number): Body[] {
  return Array.from({ length: pairs }, (): Body[] => {
    const [x, y, z] = discPlace(random)
    const atRest: Body = { position: [x, y, z], mass, velocity: [0, 0, 0], galaxy }
    return [atRest, { ...atRest, position: [-x, -y, -z] }]
  }).flat()
}

/** A direction out of a square's points within the circle, a radius of its own. */
function discPlace(random: () => number): Vector {
  for (;;) {
    const [x, y] = [2 * random() - 1, 2 * random() - 1]
    const length = Math.sqrt(x * x + y * y)
    if (length > 1 || length < 0.01) continue
    const radius = INNER_RADIUS + (1 - INNER_RADIUS) * random()
    return [(radius * x) / length, (radius * y) / length, THICKNESS * (random() - 0.5)]
  }
}

/** v² = r · (pull inwards), at right angles to the radius. */
function circling(place: Vector, bodies: readonly Body[], softening: number): Vector {
  const radius = Math.sqrt(place[0] ** 2 + place[1] ** 2)
  if (radius === 0) return [0, 0, 0]
  const inwards = -dot(pullOn(place, bodies, softening), [place[0] / radius, place[1] / radius, 0])
  const speed = Math.sqrt(Math.max(0, radius * inwards))
  return [(-speed * place[1]) / radius, (speed * place[0]) / radius, 0]
}

/** From 0 to below 1, in steps of 2⁻³²: the 32-bit generator PCG-RXS-M-XS (O'Neill 2014). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 747796405) + 2891336453) >>> 0
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737)
    return (((word >>> 22) ^ word) >>> 0) / 2 ** 32
  }
}
