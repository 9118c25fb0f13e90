import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { parametersOf, unitCountOf, unitSpanOf, unitVariablesOf } from '#protocol/job-plan.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import { programOf } from './program-builder.ts'
import { writeScalar } from './scalar-encoding.ts'

/**
 * Checks without a GPU that the manifest fits the kernel: entry points, slots, overrides, and that every uniform has
 * the fields and values that its variable takes; as far as they can be known before a unit runs, in range.
 *
 * @throws {Refusal} `manifestInvalid` or `expressionInvalid`, naming the field.
 */
export function checkUniforms(manifest: CompleteManifest, reflection: Reflection): void {
  const { uniforms } = programOf(manifest, reflection)
  const scenes = 'list' in manifest.units ? [parametersOf(manifest)] : unitScenes(manifest)
  const view = new DataView(new ArrayBuffer(4))
  for (const { leaves } of uniforms.values())
    for (const { field, scalar, amount } of leaves)
      for (const variables of scenes)
        if ([...amount.variables].every((name) => Object.hasOwn(variables, name)))
          writeScalar(view, 0, scalar, amount.valueIn(variables), field)
}

/** The first unit and the last; without the counters, whose values only the steps know. */
function unitScenes(manifest: CompleteManifest): Record<string, number>[] {
  return [0, unitCountOf(manifest.units) - 1].map((index) => {
    const variables = Object.entries(unitVariablesOf(manifest, unitSpanOf(manifest, index)))
    return Object.fromEntries(variables.filter(([name]) => name !== '$i'))
  })
}
