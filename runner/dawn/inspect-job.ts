import { completeManifest, type JobFacts } from '#protocol/manifest-inference.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { unitCountOf } from '#protocol/job-plan.ts'
import { Refusal } from '#protocol/refusal.ts'
import { checkManifestOf, type CheckJob } from '#protocol/verify-kernel.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import type { JobProgram } from '../job-program.ts'
import { programOf } from '../program-builder.ts'
import { planUnit } from '../unit-plan.ts'
import { walkSteps, type LiveVariables } from '../walk-steps.ts'
import { checkBinding, checkDispatch, checkNeeds } from './ceilings.ts'

/**
 * Looks at a job without running it: whether manifest, kernel and data fit together with nothing left to be inferred,
 * and whether anything about it is more than WebGPU devices have. No GPU is needed.
 *
 * @returns what the kernel says about itself.
 * @throws {Refusal} `kernelInvalid`, `manifestInvalid`, `expressionInvalid`, `tooLarge` or `notPortable`.
 */
export function inspectJob(manifest: CompleteManifest, wgsl: string, facts: JobFacts): Reflection {
  const reflection = reflect(wgsl)
  const { inferred } = completeManifest(manifest, reflection, facts)
  const [gap] = inferred
  if (gap)
    throw new Refusal('manifestInvalid', `job.json, ${gap.where}: not said, where ${gap.what} would do.`, {
      where: gap.where,
      next: 'Write it out, or submit with the mask command, which does.',
    })
  reflection.bindings.forEach(checkBinding)
  const program = programOf(manifest, reflection)
  for (const unit of new Set([0, unitCountOf(manifest.units) - 1])) {
    const plan = planUnit(manifest, unit, facts.list?.rows[unit])
    checkSteps(program, { ...plan.variables })
    checkNeeds(program, plan, facts.inputBytes)
  }
  return reflection
}

/** A verify kernel as the job that it makes, and what it says about itself. */
export interface InspectedCheck {
  readonly check: Omit<CheckJob, 'inferred'>
  readonly reflection: Reflection
}

/**
 * Looks at a job's verify kernel in the same way.
 *
 * @param manifest the job's.
 * @param wgsl the verify kernel's text.
 * @throws as `inspectJob`, with places inside of `verify`.
 */
export function inspectCheck(manifest: CompleteManifest, wgsl: string, facts: JobFacts): InspectedCheck {
  const { inferred, ...check } = checkManifestOf(manifest, reflect(wgsl), facts)
  const gap = inferred.find(({ where }) => where.startsWith('requires'))
  if (gap)
    throw new Refusal('manifestInvalid', `job.json, ${gap.where}: the verify kernel needs ${gap.what}.`, {
      where: gap.where,
      next: 'Write it out, or submit with the mask command, which does.',
    })
  return { check, reflection: inspectJob(check.manifest, wgsl, facts) }
}

function checkSteps(program: JobProgram, variables: LiveVariables): void {
  const checked = new Set<string>()
  for (const step of walkSteps(program, variables)) {
    if (step.kind !== 'dispatch') continue
    // A repeat does the same again and again.
    const key = JSON.stringify([step.dispatch.number, step.overrides, step.grid])
    if (!checked.has(key)) checkDispatch(program.reflection, step)
    if (checked.size < checkedMax) checked.add(key)
  }
}

const checkedMax = 10_000
