import type { JobRequest } from '#protocol/api.ts'
import { planJob, resultBufferOf, unitSpanOf } from '#protocol/job-plan.ts'
import { decodeJobSpec, jobIdOf, jobSaltOf, type JobSpec } from '#protocol/job-spec.ts'
import type { ContentId } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { JobRow } from './core/records.ts'
import type { JobTerms } from './core/state.ts'
import type { Blobs } from './edge/blobs/blobs.ts'

/**
 * Decides whether a job may enter: its spec and all that it names must be stored here and within limits.
 *
 * @throws {Refusal} that says which part is missing or wrong.
 */
export async function admitJob(blobs: Blobs, request: JobRequest): Promise<JobTerms> {
  const spec = await readSpec(blobs, request.spec)
  const kernel = await blobs.get(spec.kernel)
  if (!kernel) throw missing('the kernel', spec.kernel)
  if (kernel.length > limits.wgslBytesMax)
    throw new Refusal(
      'tooLarge',
      `The kernel has ${kernel.length} bytes; at most ${limits.wgslBytesMax} are allowed.`,
      { where: 'wgsl', next: 'Shorten it.' },
    )
  for (const [name, cid] of Object.entries(spec.inputs))
    if (!(await blobs.has(cid))) throw missing(`the input "${name}"`, cid)
  const salt = jobSaltOf(request.spec, request.nonce)
  return termsOf(spec, {
    id: jobIdOf(request.requester, salt),
    spec: request.spec,
    salt,
    requester: request.requester,
  })
}

/** The terms of a job that was admitted before, from its row and its spec blob. */
export async function readTerms(blobs: Blobs, row: JobRow): Promise<JobTerms> {
  return termsOf(await readSpec(blobs, row.spec), row)
}

async function readSpec(blobs: Blobs, cid: ContentId): Promise<JobSpec> {
  const bytes = await blobs.get(cid)
  if (!bytes) throw missing('the job spec', cid)
  return decodeJobSpec(bytes)
}

function termsOf(
  spec: JobSpec,
  { id, spec: cid, salt, requester }: Pick<JobTerms, 'id' | 'spec' | 'salt' | 'requester'>,
): JobTerms {
  return {
    id,
    spec: cid,
    salt,
    requester,
    name: spec.manifest.name,
    plan: planJob(spec.manifest),
    resultBytesOf: (unit) => resultBufferOf(spec.manifest, unitSpanOf(spec.manifest, unit)).bytes,
  }
}

function missing(what: string, cid: ContentId): Refusal {
  return new Refusal('blobMissing', `The blob of ${what}, ${cid}, is not stored here.`, {
    where: cid,
    next: 'Store it with PUT /api/v1/blobs/{cid} first.',
  })
}
