import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { unitCountOf, unitSpanOf } from '#protocol/job-plan.ts'
import type { CurrentJob, Rectangle } from '#web/core/contributor-view.ts'
import { jobOutputOf, patchesOf } from '#web/core/picture-layout.ts'
import type { UnitOrder } from '#web/core/session-state.ts'

/** More outlines than this are no outline any more. */
const areasMax = 64

/** A job as its contributor is shown it. */
export function currentJobOf(order: UnitOrder, manifest: CompleteManifest, wgsl: string): CurrentJob {
  const { name, summary, cause, units } = manifest
  const { job: id, requester, payWei } = order
  const about = { id, name, summary, cause, requester, wgsl, payWei }
  return { ...about, unitCount: unitCountOf(units), output: jobOutputOf(manifest) }
}

/** Where a unit lies in the job's picture; nowhere when there is none, or when it lies all over it. */
export function areasOf(manifest: CompleteManifest, unit: number): Rectangle[] {
  const output = jobOutputOf(manifest)
  if (output.kind !== 'picture') return []
  const patches = patchesOf(output.shape, unitSpanOf(manifest, unit))
  if (patches.length > areasMax) return []
  return patches.map(({ x, y, width, height }) => ({ x, y, width, height }))
}
