import { packBodies } from '#shaders/n-body/body.ts'
import { galaxyPair } from '#shaders/n-body/galaxy.ts'

/** As job.json has it. */
const SOFTENING = 0.2

/** Pairs of stars in each galaxy: with the cores 254 bodies that pull, and 4094 in all. */
const HEAVY_PAIRS = 63
const LIGHT_PAIRS = 960

/** The job's data file: two galaxies, each as if alone, the same bytes on every machine. */
export function prepare(): Promise<Map<string, Uint8Array>> {
  return Promise.resolve(new Map([['galaxies.f32', packedGalaxies()]]))
}

/** The same at once. */
export function packedGalaxies(): Uint8Array {
  return packBodies(galaxyPair({ heavyPairs: HEAVY_PAIRS, lightPairs: LIGHT_PAIRS, softening: SOFTENING }))
}
