import type { CompleteDispatch, CompleteManifest } from './complete-manifest.ts'
import { evaluateAmount, evaluateCount, type Variables } from './expression.ts'
import { unitSpanOf, unitVariablesOf } from './job-plan.ts'
import { Refusal } from './refusal.ts'
import { spotsPerUnit } from './spots-per-unit.ts'
import type { EntryPoint, Reflection } from './wgsl/reflection.ts'
import { workgroupSizeOf } from './wgsl/workgroup.ts'

/** A spot of a unit: [unit, spot]. */
export type SpotPlace = readonly [unit: number, spot: number]

/**
 * The workgroups [begin, end) of a spot, counted along x, then y, then z. Together the spots cover the grid; of a grid
 * with fewer workgroups than spots several take the same one, so that none is ever without work.
 *
 * @param workgroups of the unit's whole grid.
 */
export function spotRangeOf(
  spot: number,
  workgroups: number,
): { readonly begin: number; readonly end: number } {
  const begin = Math.floor((spot * workgroups) / spotsPerUnit)
  const end = Math.floor(((spot + 1) * workgroups) / spotsPerUnit)
  return { begin, end: Math.min(workgroups, Math.max(end, begin + 1)) }
}

/**
 * The one dispatch that makes a unit: only then a part of its workgroups leaves the bytes that the whole would leave
 * there. `undefined` for other jobs, for those whose workgroups wait for one another, and for results that cannot be
 * compared number by number.
 */
export function onlyDispatchOf(
  manifest: Pick<CompleteManifest, 'tiling' | 'passes' | 'verify'>,
): CompleteDispatch | undefined {
  if (manifest.tiling === 'none') return undefined
  if (Object.values(manifest.verify).some(({ compare }) => !comparableInParts.has(compare))) return undefined
  let steps = manifest.passes
  for (;;) {
    const [step] = steps
    if (!step || steps.length !== 1 || 'copy' in step || 'clear' in step) return undefined
    if (!('do' in step)) return step.indirect === undefined ? step : undefined
    if (step.repeat !== 1) return undefined
    steps = step.do
  }
}

const comparableInParts: ReadonlySet<string> = new Set(['exact', 'tolerance'])

/**
 * How many workgroups unit 0 has, if it can be cut into spots of at least one each; `undefined` if it cannot. Whether its
 * spots then give what the whole gives is for a measurement to say: a kernel may read its result, or add to it.
 *
 * @param row unit 0's row of a units list.
 */
export function spotWorkgroupsOf(
  manifest: CompleteManifest,
  reflection: Reflection,
  row?: readonly number[],
): number | undefined {
  const dispatch = onlyDispatchOf(manifest)
  const entry = reflection.entryPoints.find(({ name }) => name === dispatch?.entry)
  if (!dispatch || !entry) return undefined
  const variables = unitVariablesOf(manifest, unitSpanOf(manifest, 0), row)
  try {
    const workgroups = workgroupsOf(dispatch, entry, reflection, variables)
    return workgroups >= spotsPerUnit ? workgroups : undefined
  } catch (error) {
    // A size that only a compiler can work out.
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function workgroupsOf(
  { workgroups, invocations, overrides }: CompleteDispatch,
  entry: EntryPoint,
  reflection: Reflection,
  variables: Variables,
): number {
  const counts = (workgroups ?? invocations ?? []).map((amount) => evaluateCount(amount, variables))
  const values = Object.entries(overrides).map(([name, amount]) => {
    const declared = reflection.overrides.find((each) => each.name === name || String(each.id) === name)
    const value = typeof amount === 'boolean' ? Number(amount) : evaluateAmount(amount, variables)
    return [declared?.name ?? name, value] as const
  })
  const size = workgroups ? [] : workgroupSizeOf(reflection, entry, Object.fromEntries(values))
  return counts.reduce((product, count, axis) => product * Math.ceil(count / (size[axis] ?? 1)), 1)
}
