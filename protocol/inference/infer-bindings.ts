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
  refuseSharedWrites(entry.bindings, bind, where)
  Object.assign(plan, { bind })
}

/** WebGPU lets no dispatch write to what it holds at another slot as well. */
function refuseSharedWrites(
  bindings: readonly ResourceBinding[],
  bind: Readonly<Record<string, BindingPlan>>,
  where: string,
): void {
  for (const writer of bindings.filter(isWritten))
    for (const other of bindings) {
      const name = bind[slotOf(writer)]
      if (other === writer || typeof name !== 'string' || bind[slotOf(other)] !== name) continue
      throw refuse(
        `${where}.bind.${slotOf(writer)}`,
        `"${name}" is at ${describe(other)} as well, and the kernel writes to ${writer.name} (line ${writer.position.line})`,
        'Bind two, and copy or swap them between dispatches.',
      )
    }
}

function isWritten(binding: ResourceBinding): boolean {
  return (binding.kind === 'storage' || binding.kind === 'storageTexture') && binding.access !== 'read'
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
