import * as v from 'valibot'
import { checkManifest } from './manifest-checks.ts'
import { manifestSchema, type Manifest } from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

export type * from './manifest-schema.ts'
export type { CompleteManifest } from './complete-manifest.ts'

/**
 * Parses and checks an author's manifest, names and cross-references included.
 *
 * @throws {Refusal} `manifestInvalid` naming the field, what is wrong and what to do.
 */
export function parseManifest(value: unknown): Manifest {
  const parsed = v.safeParse(manifestSchema, value)
  if (!parsed.success) {
    const { where, message } = worst(parsed.issues.map(placeOf))
    throw new Refusal('manifestInvalid', `job.json, ${where || 'the manifest'}: ${message}.`, {
      where: where || 'the manifest',
      next: 'Correct the field and try again.',
    })
  }
  checkManifest(parsed.output)
  return parsed.output
}

interface Place {
  readonly where: string
  readonly message: string
}

/** Where an issue is. That no form of a union fits says little; why the likeliest does not says more. */
function placeOf(issue: v.BaseIssue<unknown>): Place {
  const where = v.getDotPath(issue) ?? ''
  const here = { where, message: messageOf(issue) }
  const inside = likeliest(issue.issues ?? [])
  if (inside.length === 0) return here
  const deeper = worst(inside.map(placeOf))
  return { ...deeper, where: where === '' ? deeper.where : `${where}.${deeper.where}` }
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (isUnknownField(issue)) return 'there is no such field'
  return isMissingField(issue) ? 'the field is missing' : issue.message
}

/** Wrong values count first, then a field that no form has; that some form lacks its own field says nothing. */
function likeliest(issues: readonly v.BaseIssue<unknown>[]): readonly v.BaseIssue<unknown>[] {
  const placed = issues.filter((issue) => (issue.path ?? []).length > 0 && !isMissingField(issue))
  const wrong = placed.filter((issue) => !isUnknownField(issue))
  if (wrong.length > 0) return wrong
  return new Set(placed.map((issue) => v.getDotPath(issue))).size === 1 ? placed : []
}

function isUnknownField(issue: v.BaseIssue<unknown>): boolean {
  return issue.kind === 'schema' && issue.expected === 'never'
}

function isMissingField(issue: v.BaseIssue<unknown>): boolean {
  return issue.type.endsWith('object') && issue.received === 'undefined' && issue.expected !== 'never'
}

/** The one furthest inside. */
function worst(places: readonly Place[]): Place {
  return places.reduce((found, place) => (depthOf(place) > depthOf(found) ? place : found))
}

function depthOf({ where }: Place): number {
  return where.split('.').length
}
