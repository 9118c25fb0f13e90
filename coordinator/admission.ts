import type { JobRequest } from '#protocol/api.ts'
import { assert } from '#protocol/assert.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { planJob, resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { decodeJobSpec, jobIdOf, jobSaltOf, type JobSpec, type StoredInput } from '#protocol/job-spec.ts'
import type { ContentId } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { needsOf } from '#protocol/needs.ts'
import { piecesOf } from '#protocol/pieces.ts'
import { Refusal } from '#protocol/refusal.ts'
import { parseUnitList } from '#protocol/unit-list.ts'
import type { JobRow } from './core/records.ts'
import type { JobTerms } from './core/state.ts'
import type { Blobs } from './edge/blobs/blobs.ts'
import { dataBytesOf } from './job-data.ts'

/** A job that holds together, with what its kernel's examination needs. */
export interface AdmittedJob {
  readonly terms: JobTerms
  readonly spec: JobSpec
  readonly kernel: Uint8Array
}

/**
 * Decides whether a job may enter: its spec and all that it names must be stored here and within limits.
 *
 * @throws {Refusal} that says which part is missing or wrong.
 */
export async function admitJob(blobs: Blobs, request: JobRequest): Promise<AdmittedJob> {
  const spec = await readSpec(blobs, request.spec)
  const kernel = await blobs.get(spec.kernel)
  if (!kernel) throw missing('the kernel', spec.kernel)
  if (kernel.length > limits.wgslBytesMax)
    throw new Refusal(
      'tooLarge',
      `The kernel has ${kernel.length} bytes; at most ${limits.wgslBytesMax} are allowed.`,
      { where: 'wgsl', next: 'Shorten it.' },
    )
  for (const [name, input] of Object.entries(spec.inputs)) await requireInput(blobs, name, input)
  if (spec.list !== undefined) await requireList(blobs, spec.manifest, spec.list)
  if (spec.reduce !== undefined && !(await blobs.has(spec.reduce)))
    throw missing('the merging kernel', spec.reduce)
  if (spec.check !== undefined) await requireCheck(blobs, spec.check)
  const salt = jobSaltOf(request.spec, request.nonce)
  const id = jobIdOf(request.requester, salt)
  const row = { id, spec: request.spec, salt, requester: request.requester }
  const terms = { ...termsOf(spec, row, await dataBytesOf(blobs, spec)), nonce: request.nonce }
  return { terms, spec, kernel }
}

/** The terms of a job that was admitted before, from its row and its spec blob. */
export async function readTerms(blobs: Blobs, row: JobRow): Promise<JobTerms> {
  const spec = await readSpec(blobs, row.spec)
  return termsOf(spec, row, await dataBytesOf(blobs, spec))
}

async function readSpec(blobs: Blobs, cid: ContentId): Promise<JobSpec> {
  const bytes = await blobs.get(cid)
  if (!bytes) throw missing('the job spec', cid)
  return decodeJobSpec(bytes)
}

/** A sliced input is stored in pieces; every one must be here, or a volunteer would look for it in vain. */
async function requireInput(blobs: Blobs, name: string, input: StoredInput): Promise<void> {
  const what = `the input "${name}"`
  if (typeof input === 'string') {
    if (!(await blobs.has(input))) throw missing(what, input)
    return
  }
  const digests = await blobs.get(input.pieces)
  if (!digests) throw missing(`the list of pieces of ${what}`, input.pieces)
  const pieces = piecesOf(digests, input.bytes)
  for (const [place, cid] of pieces.entries())
    if (!(await blobs.has(cid))) throw missing(`piece ${place + 1} of ${pieces.length} of ${what}`, cid)
}

/** Contributors download and compile it as they do the kernel. */
async function requireCheck(blobs: Blobs, cid: ContentId): Promise<void> {
  const bytes = await blobs.sizeOf(cid)
  if (bytes === undefined) throw missing('the verify kernel', cid)
  if (bytes > limits.wgslBytesMax)
    throw new Refusal(
      'tooLarge',
      `The verify kernel has ${bytes} bytes; at most ${limits.wgslBytesMax} are allowed.`,
      { where: 'verify', next: 'Shorten it.' },
    )
}

async function requireList(blobs: Blobs, { units }: CompleteManifest, cid: ContentId): Promise<void> {
  const bytes = await blobs.get(cid)
  if (!bytes) throw missing('the units list', cid)
  assert('list' in units, 'only a list of units has a blob')
  const { columns, rows } = parseUnitList(bytes, units.list)
  if (rows.length !== units.count || columns.join() !== units.columns.join())
    throw new Refusal(
      'listInvalid',
      `${units.list} has ${rows.length} rows of ${columns.join(', ')}; the job spec says ${units.count} of ${units.columns.join(', ')}.`,
      { where: units.list, next: 'Leave "columns" and "count" out of job.json, or correct them.' },
    )
}

/** All units but the last have one shape, so two looks at the manifest serve every decision. */
function termsOf(
  { manifest }: JobSpec,
  { id, spec, salt, requester }: Pick<JobTerms, 'id' | 'spec' | 'salt' | 'requester'>,
  dataBytes: number,
): JobTerms {
  const plan = planJob(manifest)
  const last = plan.unitCount - 1
  const parts = resultPartsOf(manifest, unitSpanOf(manifest, 0).count)
  const lastParts = resultPartsOf(manifest, unitSpanOf(manifest, last).count)
  const resultPartsOfUnit = (unit: number) => (unit === last ? lastParts : parts)
  return {
    id,
    spec,
    salt,
    requester,
    name: manifest.name,
    plan,
    needs: needsOf(manifest, requester, dataBytes),
    // The examination says; of a job that was admitted before, its row.
    spottable: false,
    resultPartsOf: resultPartsOfUnit,
  }
}

function missing(what: string, cid: ContentId): Refusal {
  return new Refusal('blobMissing', `The blob of ${what}, ${cid}, is not stored here.`, {
    where: cid,
    next: 'Store it with PUT /api/v1/blobs/{cid} first.',
  })
}
