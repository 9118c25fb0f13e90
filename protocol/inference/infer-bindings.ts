import type { BindingPlan } from '../manifest-schema.ts'
import type { ResourceBinding } from '../wgsl/reflection.ts'
import { note, refuse, type Draft, type PlannedDispatch } from './draft.ts'
import { inferResource } from './infer-resources.ts'

/** Binds every slot that the entry point uses: as said, or by the variable's name. */
export function inferBindings(draft: Draft, { where, plan, entry }: PlannedDispatch): void {
  const bind: Record<string, BindingPlan> = {}
  for (const slot of Object.keys(plan.bind)) {
    const declared = draft.reflection.bindings.some((binding) => slotOf(binding) === slot)
    if (!declared)
      throw refuse(
        `${where}.bind.${slot}`,
        `the kernel declares nothing at @group(${slot.replace('.', ') @binding(')})`,
        `It has: ${draft.reflection.bindings.map(describe).join(', ') || 'no bindings'}.`,
      )
  }
  for (const binding of entry.bindings) {
    const slot = slotOf(binding)
    const said = Object.hasOwn(plan.bind, slot) ? plan.bind[slot] : undefined
    if (said === undefined) {
      note(draft, `${where}.bind.${slot}`, `"${binding.name}", by its name in the kernel`)
      bind[slot] = binding.name
    } else bind[slot] = said
    for (const name of namesIn(said ?? binding.name))
      inferResource(draft, name, binding, `${where}.bind.${slot}`)
  }
  Object.assign(plan, { bind })
}

export function slotOf({ group, binding }: ResourceBinding): string {
  return `${group}.${binding}`
}

/** The resources that a slot may hold. */
export function namesIn(binding: BindingPlan): readonly string[] {
  if (typeof binding === 'string') return [binding]
  return 'swap' in binding ? binding.swap : [binding.buffer]
}

function describe(binding: ResourceBinding): string {
  return `${slotOf(binding)} (${binding.name})`
}
