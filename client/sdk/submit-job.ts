import { jobViewSchema, type JobView } from '#protocol/api.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { ContentId, JobId } from '#protocol/ids.ts'
import { jobIdOf, jobSaltOf, type JobSpec } from '#protocol/job-spec.ts'
import { ensureBalance, fundJob, missingFunds } from '#client/sdk/fund-job.ts'
import type { HttpApi } from '#client/sdk/http-api.ts'
import { packFolder, packStored, type JobFolder, type PackedJob } from '#client/sdk/job-folder.ts'
import type { JobBlob, StoredFile } from '#client/sdk/stored-file.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { connectRequester } from '#client/sdk/connect-requester.ts'
import { addressOf, type Requester } from '#client/sdk/requester.ts'

/** A new kernel is compiled and tried before its job is taken, behind other people's. */
const examinationMs = 240_000
/** Below this, asking whether the coordinator has a blob costs more than sending it. */
const askFirstBytes = 64 * 1024
/** Pieces of a file under way at the same time. */
const uploadsMax = 4

/** What has been done so far, for whoever shows it. */
export type SubmitStep =
  | { readonly kind: 'packed'; readonly job: JobId; readonly nonce: Hex; readonly packed: PackedJob }
  | { readonly kind: 'uploaded'; readonly file: StoredFile; readonly sentBytes: number }
  | { readonly kind: 'registered'; readonly view: JobView }
  | { readonly kind: 'funded'; readonly amountWei: bigint; readonly transaction: Hex | undefined }

export type SubmitOptions = Requester & {
  readonly signal?: AbortSignal | undefined
  /** 32 bytes. The same nonce continues the same job and pays only what is missing; a new one buys the job again. */
  readonly nonce?: Hex | undefined
  readonly onStep?: (step: SubmitStep) => void
}

/** A fresh nonce: 32 random bytes. */
export function randomNonce(): Hex {
  return toHex(crypto.getRandomValues(new Uint8Array(32)))
}

/**
 * Packs, uploads, registers and funds a job. Every step may be repeated, so a submission that broke off anywhere is
 * continued by the same call with the same nonce.
 */
export async function submitJob(
  api: HttpApi,
  network: Parameters<typeof connectRequester>[1],
  job: JobFolder | JobSpec,
  options: SubmitOptions,
): Promise<JobId> {
  const { signal, onStep = () => undefined, nonce = randomNonce() } = options
  const packed = 'files' in job ? packFolder(job) : packStored(job)
  const { budgetWei } = packed.plan
  const requester = connectRequester(api, network, options)
  const salt = jobSaltOf(packed.specId, nonce)
  const id = jobIdOf(addressOf(options), salt)
  onStep({ kind: 'packed', job: id, nonce, packed })

  // Before anything is stored: whoever cannot pay should hear it first.
  const amountWei = await missingFunds(network, requester, id, budgetWei)
  if (amountWei > 0n) await ensureBalance(api, network, requester, amountWei, signal)

  const stored = new Set<ContentId>()
  for (const file of packed.files) onStep(await upload(api, file, stored, signal))
  const request = { spec: packed.specId, requester: requester.address, nonce }
  const view = await api.post('/api/v1/jobs', request, jobViewSchema, {
    signal,
    answerMs: examinationMs,
    patienceMs: examinationMs,
  })
  checkRegistered(view, id, salt, packed)
  checkWanted(view)
  onStep({ kind: 'registered', view })

  signal?.throwIfAborted()
  const transaction = amountWei > 0n ? await fundJob(network, requester, salt, amountWei) : undefined
  onStep({ kind: 'funded', amountWei, transaction })
  return id
}

/** Stores the blobs of a file that are not there yet, a few at a time; `stored` knows those of earlier files. */
async function upload(
  api: HttpApi,
  file: StoredFile,
  stored: Set<ContentId>,
  signal: AbortSignal | undefined,
): Promise<SubmitStep> {
  let sentBytes = 0
  const missing = missingBlobs(file, stored)
  const one = async () => {
    // All take from the same list; a failure closes it for the others.
    for (const { id, bytes } of missing) {
      const path = `/api/v1/blobs/${id}`
      if (bytes.length >= askFirstBytes && (await api.has(path, { signal }))) continue
      await api.put(path, bytes, { signal })
      sentBytes += bytes.length
    }
  }
  await Promise.all(Array.from({ length: uploadsMax }, one))
  return { kind: 'uploaded', file, sentBytes }
}

function* missingBlobs({ blobs }: StoredFile, stored: Set<ContentId>): Generator<JobBlob, void, undefined> {
  for (const blob of blobs) {
    if (stored.has(blob.id)) continue
    stored.add(blob.id)
    yield blob
  }
}

/** Money sent to a cancelled job would only come back. */
function checkWanted({ id, control }: JobView): void {
  if (control !== 'cancelled') return
  throw new MaskError(
    'wrongState',
    'The job with this nonce was cancelled, which cannot be undone. Nothing was paid.',
    {
      where: id,
      next: 'Submit it with another nonce.',
    },
  )
}

/** The money goes to this very id and salt, so the coordinator must mean the same job. */
function checkRegistered(view: JobView, id: JobId, salt: Hex, packed: PackedJob): void {
  const { unitCount, unitPriceWei, budgetWei } = packed.plan
  const same =
    view.id === id &&
    view.salt === salt &&
    view.spec === packed.specId &&
    view.unitCount === unitCount &&
    view.unitPriceWei === unitPriceWei &&
    view.budgetWei === budgetWei
  if (same) return
  throw new MaskError(
    'jobMismatch',
    'The coordinator registered another job than the one sent. Nothing was paid.',
    {
      where: view.id,
      next: 'Check that client and coordinator have the same version.',
    },
  )
}
