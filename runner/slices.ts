import type { JobSource } from './job-source.ts'
import type { UnitPlan } from './unit-plan.ts'

/** Of each sliced input the unit's bytes. @throws what `source` throws */
export async function loadSlices(
  source: JobSource,
  plan: UnitPlan,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const slices = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const [name, { begin, end }] of plan.slices) slices.set(name, await source.loadSlice(name, begin, end))
  return slices
}

/** Bytes of all slices of a unit. */
export function sliceBytesOf({ slices }: UnitPlan): number {
  return [...slices.values()].reduce((sum, { begin, end }) => sum + end - begin, 0)
}
