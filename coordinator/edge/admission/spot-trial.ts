import { assert } from '#protocol/assert.ts'
import { isScratch, type CompleteManifest } from '#protocol/complete-manifest.ts'
import { resultBytesOf, resultPartsOf, unitSpanOf, type ResultPart } from '#protocol/job-plan.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import {
  decodeSpots,
  encodedBytesOf,
  spotAgrees,
  spotsPerBundleMaxOf,
  type WrittenSpot,
} from '#protocol/spot-results.ts'
import { spotsPerUnit } from '#protocol/spots-per-unit.ts'
import { spotRangeOf, spotWorkgroupsOf } from '#protocol/spots.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import { ChildFailure } from '#runner/dawn/child-failure.ts'
import { poisonWord } from '#runner/poison.ts'
import { RunnerError } from '#runner/runner-error.ts'
import type { Canary, CanaryRun } from './canary.ts'

/**
 * The trial of spots. Spots of unit 0 are run as a checking volunteer would run them, spread over the unit, those first
 * that tell most; each must have written something, and that must agree with what the canary's run left there. Where
 * all of them were run, they must also have written all that the whole wrote.
 *
 * Of a unit that the canary came through, as many as `trialMs` allows, which is about what the canary's own two runs
 * may take; of a heavier one, `heavySpots` of those that the canary has reached.
 */
export const spotTrialRule = { trialMs: 12_000, spotsMin: 8, heavySpotsMin: 2 } as const

/**
 * Whether units of a job can be checked by spots. A job that fails in any way here is only that: not to be checked so.
 *
 * @param canary what has just run unit 0.
 * @throws what is our own fault.
 */
export async function isSpottable(
  canary: Canary,
  { report, result }: CanaryRun,
  reflection: Reflection,
): Promise<boolean> {
  const { source } = canary
  const { manifest } = source
  try {
    const row = 'list' in manifest.units ? (await source.loadList()).rows[0] : undefined
    const workgroups = spotWorkgroupsOf(manifest, reflection, row)
    if (workgroups === undefined) return false
    const inReach = spread.filter((spot) => spotRangeOf(spot, workgroups).end <= report.progress)
    const tried = await (report.complete ? trySpots(canary, inReach) : tryFew(canary, inReach))
    const parts = resultPartsOf(manifest, unitSpanOf(manifest, 0).count)
    return (
      tried.length >= (report.complete ? spotTrialRule.spotsMin : spotTrialRule.heavySpotsMin) &&
      tried.every(
        (spot) => spotAgrees(spot, result, parts) === 'agrees' && isCarriable(spot, result.length),
      ) &&
      (tried.length < spotsPerUnit || coverAll(tried, result, manifest, parts))
    )
  } catch (error) {
    if (error instanceof RunnerError || error instanceof ChildFailure || error instanceof Refusal)
      return false
    throw error
  }
}

/** All spots, so that the first few of them lie far apart: the bits of their numbers are turned round. */
const spread: readonly number[] = Array.from({ length: spotsPerUnit }, (_, index) => {
  let spot = 0
  for (let bit = 1; bit < spotsPerUnit; bit *= 2) spot = spot * 2 + (index & bit ? 1 : 0)
  return spot
})

/** Twice as many each time, so that the next ones take as long as all before them. */
async function trySpots(canary: Canary, spots: readonly number[]): Promise<WrittenSpot[]> {
  const tried: WrittenSpot[] = []
  const beganMs = performance.now()
  while (tried.length < spots.length) {
    const inTime = performance.now() - beganMs <= spotTrialRule.trialMs / 2
    if (!inTime && tried.length >= spotTrialRule.spotsMin) return tried
    tried.push(...(await run(canary, spots.slice(tried.length, Math.max(2, 2 * tried.length)))))
  }
  return tried
}

async function tryFew(canary: Canary, spots: readonly number[]): Promise<WrittenSpot[]> {
  const tried: WrittenSpot[] = []
  for (const spot of spots.slice(0, spotTrialRule.spotsMin)) tried.push(...(await run(canary, [spot])))
  return tried
}

async function run({ child, source, wallMs }: Canary, spots: readonly number[]) {
  const { manifest } = source
  const bytes = resultBytesOf(manifest, unitSpanOf(manifest, 0).count)
  const places = spots.map((spot) => [0, spot] as const)
  const { result } = await child.runSpots(source, places, { wallMs })
  const written = decodeSpots(
    result,
    places.map(() => bytes),
  )
  assert(written, 'a runner encodes what can be decoded')
  return written
}

/** A bundle of spots like this one has to fit into a message. */
function isCarriable(spot: WrittenSpot, resultBytes: number): boolean {
  return spotsPerBundleMaxOf(resultBytes) * encodedBytesOf(spot) <= limits.resultBytesMax
}

/** Whether what no spot wrote is still what the whole unit's result started as. */
function coverAll(
  spots: readonly WrittenSpot[],
  result: Uint8Array<ArrayBuffer>,
  manifest: CompleteManifest,
  parts: readonly ResultPart[],
): boolean {
  const words = new Uint32Array(result.buffer, result.byteOffset, result.length / 4)
  const written = new Uint8Array(words.length)
  for (const { runs } of spots)
    for (let pair = 0; pair < runs.length; pair += 2) {
      const [offset = 0, length = 0] = runs.subarray(pair, pair + 2)
      written.fill(1, offset / 4, (offset + length) / 4)
    }
  let word = 0
  for (const { name, bytes } of parts) {
    const start = startWordOf(manifest, name)
    for (const end = word + bytes / 4; word < end; word += 1)
      if (!written[word] && words[word] !== start) return false
  }
  return true
}

/** What every word of a result starts as; `undefined` where it is an input's bytes. */
function startWordOf({ buffers, textures }: CompleteManifest, name: string): number | undefined {
  const buffer = Object.hasOwn(buffers, name) ? buffers[name] : undefined
  if (buffer && isScratch(buffer)) {
    if (buffer.init === undefined) return poisonWord
    return buffer.init === 'zero' ? 0 : undefined
  }
  return textures[name]?.from === undefined ? 0 : undefined
}
