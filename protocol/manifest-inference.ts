import { requireComplete, type CompleteManifest } from './complete-manifest.ts'
import type { Draft, InferredFact, JobFacts } from './inference/draft.ts'
import { checkData, inferData } from './inference/infer-data.ts'
import { inferRequires } from './inference/infer-requires.ts'
import { inferResults } from './inference/infer-results.ts'
import { inferSteps } from './inference/infer-steps.ts'
import { checkManifest } from './manifest-checks.ts'
import type { Manifest } from './manifest-schema.ts'
import type { Reflection } from './wgsl/reflection.ts'

export type { InferredFact, JobFacts } from './inference/draft.ts'

/**
 * Fills in what an author's manifest leaves out, from the kernel's declarations and the sizes of the data, and checks
 * that manifest, kernel and data fit together. A complete manifest comes out as it went in, with nothing inferred.
 *
 * @throws {Refusal} `manifestInvalid` or `expressionInvalid`: where, what, and what to write.
 */
export function completeManifest(
  manifest: Manifest | CompleteManifest,
  reflection: Reflection,
  facts: JobFacts,
): { readonly manifest: CompleteManifest; readonly inferred: readonly InferredFact[] } {
  // The draft's steps are written into, so it is a copy.
  const draft: Draft = { manifest: structuredClone(manifest) as Manifest, reflection, facts, inferred: [] }
  inferData(draft)
  const dispatches = inferSteps(draft)
  inferResults(draft, dispatches)
  inferRequires(draft, dispatches)
  checkData(draft)
  checkManifest(draft.manifest)
  return { manifest: requireComplete(draft.manifest), inferred: draft.inferred }
}
