import { note, refuse, type Draft, type PlannedDispatch } from './draft.ts'

/** How much to dispatch, where nothing says it: an invocation for each position of the unit. */
export function inferCounts(draft: Draft, { where, plan, entry }: PlannedDispatch): void {
  if (plan.workgroups || plan.invocations || plan.indirect !== undefined) return
  const [, y, z] = entry.workgroupSize
  const flat = [y, z].every(
    (size) => size === undefined || (size.kind === 'value' && Number(size.value.value) === 1),
  )
  if (!flat)
    throw refuse(
      where,
      `"${entry.name}" has workgroups of more than one dimension, and nothing says how many to dispatch`,
      'Add "workgroups" or "invocations".',
    )
  Object.assign(plan, { invocations: ['$unit.count'] })
  note(draft, `${where}.invocations`, '$unit.count, in whole workgroups')
}
