import type { KernelCase } from '#shaders/kernel-case.ts'
import { packBodies, unpackBodies, type Body, type Vector } from '#shaders/n-body/body.ts'
import { galaxyPair } from '#shaders/n-body/galaxy.ts'
import { packedGalaxies } from '#shaders/n-body/prepare.ts'
import { encounter, energy, place, result, type Params } from '#shaders/n-body/reference.ts'

/** As job.json has them. */
const job = {
  bodies: 4094,
  sources: 254,
  steps: 96,
  time_step: 0.065,
  softening: 0.2,
  separation: 3,
  width: 192,
  field: 8,
}

/** Rows of encounters.csv. */
const closeAndTilted = { unit: 1, pericentre: 0.8, cosine: 0.5, sine: 0.8660254 }
const flat = { unit: 4, pericentre: 1.1, cosine: 1, sine: 0 }
const farAndTilted = { unit: 10, pericentre: 1.5, cosine: -0.5, sine: 0.8660254 }

const small = packBodies(galaxyPair({ heavyPairs: 15, lightPairs: 17, softening: 0.2 }))
const cores = [0, 1] as const

export const cases: readonly KernelCase[] = [
  aCase('empty: no steps show the galaxies where they begin', { steps: 0, width: 96 }, farAndTilted),
  aCase('one: a body alone goes straight on', { ...all(1), width: 31 }, flat, packBodies([core(0)])),
  aCase(
    'odd: 130 bodies that all pull, which workgroups do not fill, in 7 steps',
    { ...all(130), steps: 7, width: 61 },
    closeAndTilted,
    small,
  ),
  aCase(
    'odd: some pull and some do not, and some are outside the picture',
    { bodies: 130, sources: 62, steps: 41, width: 50, field: 3 },
    farAndTilted,
    small,
  ),
  aCase('largest: as the job has it', {}, closeAndTilted),
  energyCase(),
  parabolaCase(),
]

type Row = typeof flat

function all(bodies: number) {
  return { bodies, sources: bodies }
}

function core(galaxy: 0 | 1): Body {
  return { position: [0, 0, 0], mass: 1, velocity: [0, 0, 0], galaxy }
}

function aCase(title: string, changes: Partial<typeof job>, row: Row, galaxies?: Uint8Array): KernelCase {
  const params = { ...job, ...changes }
  return {
    title,
    // A part of a mosaic of its own size.
    changes: { parameters: params, collect: { kind: 'raw', buffer: 'picture' } },
    ...(galaxies && { files: () => new Map([['galaxies.f32', galaxies]]) }),
    unit: row.unit,
    expected: () => encounter(unpackBodies(galaxies ?? packedGalaxies()), { ...params, ...row }),
  }
}

/** In short steps the energy at the end is the one at the begin, which takes no integrator to work out. */
function energyCase(): KernelCase {
  const params = { ...job, ...all(130), steps: 300, time_step: 0.02, width: 64 }
  const given = aCase('control: all pull all, and energy is conserved', params, flat, small)
  const begin = energy(place(unpackBodies(small), { ...params, ...flat }), { ...params, ...flat })
  return {
    ...given,
    expected: () => {
      const bytes = given.expected().slice()
      bytes.set(new Uint8Array(Float32Array.of(begin, begin).buffer), bytes.length - 8)
      return bytes
    },
  }
}

/**
 * Two bare cores, from one side of their parabola to the other. By Barker's equation that takes 2 q^(3/2) (t + t³/3) with
 * t = √(separation / q − 1), here 1; then they are where they began, mirrored. On a parabola the energy is 0.
 */
function parabolaCase(): KernelCase {
  const q = flat.pericentre
  const steps = 1000
  const time = 2 * q ** 1.5 * (1 + 1 / 3)
  const changes = {
    ...all(2),
    steps,
    time_step: time / steps,
    softening: 1e-3,
    separation: 2 * q,
    width: 65,
  }
  const params: Params = { ...job, ...changes, ...flat }
  const ends: readonly Vector[] = [
    [0, -q, 0],
    [0, q, 0],
  ]
  const bodies = cores.map((galaxy) => ({ ...core(galaxy), position: ends[galaxy] ?? [0, 0, 0] }))
  const given = aCase(
    "control: two points keep to the parabola, by Barker's equation",
    changes,
    flat,
    packBodies(cores.map(core)),
  )
  return { ...given, expected: () => result(bodies, params, [0, 0]) }
}
