import type { CheckerPlan, Comparator } from './manifest-schema.ts'

/** The verify kernel of a job, and the result of whose comparator it is said; undefined where results are compared. */
export function checkerOf({
  verify,
}: {
  readonly verify: Readonly<Record<string, Comparator>>
}): { readonly result: string; readonly plan: CheckerPlan } | undefined {
  for (const [result, plan] of Object.entries(verify)) if (plan.compare === 'checker') return { result, plan }
  return undefined
}

/** The WGSL files that make a verify kernel, in the order in which they are joined. */
export function checkFilesOf({ wgsl }: CheckerPlan): readonly string[] {
  return typeof wgsl === 'string' ? [wgsl] : wgsl
}
