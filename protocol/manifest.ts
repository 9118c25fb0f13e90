import * as v from 'valibot'
import { checkManifest } from './manifest-checks.ts'
import { manifestSchema, type Manifest } from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

export type { Comparator, DispatchPlan, ImagePlan, Manifest } from './manifest-schema.ts'

/**
 * Parses and checks a manifest, names and cross-references included.
 *
 * @throws {Refusal} `manifestInvalid` naming the field, what is wrong and what to do.
 */
export function parseManifest(value: unknown): Manifest {
  const parsed = v.safeParse(manifestSchema, value)
  if (!parsed.success) {
    const issue = parsed.issues[0]
    const where = v.getDotPath(issue) ?? 'the manifest'
    throw new Refusal('manifestInvalid', `job.json, ${where}: ${issue.message}.`, {
      where,
      next: 'Correct the field and try again.',
    })
  }
  checkManifest(parsed.output)
  return parsed.output
}
