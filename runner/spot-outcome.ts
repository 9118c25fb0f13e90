import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { WrittenSpot } from '#protocol/spot-results.ts'
import type { SpotsOutcome, UnitOutcome } from './job-source.ts'
import type { ResultFill } from './poison.ts'
import { showsInOneRun, writtenIn } from './written.ts'

/** What one spot came to. */
export interface SpotOutcome extends Omit<SpotsOutcome, 'result'> {
  readonly written: WrittenSpot
}

/**
 * Finds out what a spot writes, in one run where that shows it, else in two. Where all that one run wrote looks like
 * poison there is a second too, so that only what says nothing is empty.
 *
 * @param run runs the spot over results that start so.
 */
export async function outcomeOver(
  manifest: CompleteManifest,
  run: (resultFill: ResultFill) => Promise<UnitOutcome>,
): Promise<SpotOutcome> {
  const ones = await run('ones')
  const { gpuMs, submits, startedAfterMs } = ones
  const written = writtenIn(ones.result)
  if (showsInOneRun(manifest) && written.runs.length > 0) return { written, gpuMs, submits, startedAfterMs }
  const zeros = await run('zeros')
  return {
    written: writtenIn(ones.result, zeros.result),
    gpuMs: gpuMs + zeros.gpuMs,
    submits: submits + zeros.submits,
    startedAfterMs,
  }
}
