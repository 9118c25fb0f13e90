import { contentIdOf } from '#protocol/content-id.ts'
import type { ContentId } from '#protocol/ids.ts'
import { planJob, type JobPlan } from '#protocol/job-plan.ts'
import { encodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { checkCollect } from '#client/sdk/collect.ts'
import { MaskError, withoutRefusals } from '#client/sdk/mask-error.ts'

/** A job as its author holds it: what `job.json` says and the files it names. */
export interface JobFolder {
  readonly manifest: unknown
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** A blob to be stored before the job, with a name to show. */
export interface JobBlob {
  readonly name: string
  readonly id: ContentId
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A job ready to be sent. */
export interface PackedJob {
  readonly spec: JobSpec
  readonly specId: ContentId
  readonly plan: JobPlan
  /** In the order in which they must be stored: the spec, which names the others, is last. */
  readonly blobs: readonly JobBlob[]
}

/** Checks, plans and packs a job. Throws a `MaskError` that names the field or the file. */
export function packFolder(folder: JobFolder): PackedJob {
  return withoutRefusals(() => {
    const manifest = parseManifest(folder.manifest)
    const plan = planJob(manifest)
    checkCollect(manifest)
    const kernel = blobOf(
      manifest.wgsl.join(' + '),
      joinWgsl(manifest.wgsl, folder.files),
      limits.wgslBytesMax,
    )
    const inputs = Object.entries(manifest.inputs).map(([input, { file }]) => {
      return { input, blob: blobOf(file, fileOf(folder.files, file), limits.blobBytesMax) }
    })
    const ids = Object.fromEntries(inputs.map(({ input, blob }) => [input, blob.id]))
    const spec: JobSpec = { version: protocolVersion, manifest, kernel: kernel.id, inputs: ids }
    return packSpec(spec, plan, [kernel, ...inputs.map(({ blob }) => blob)])
  })
}

/** Packs a job whose kernel and inputs the coordinator already has. */
export function packStored(spec: JobSpec): PackedJob {
  return withoutRefusals(() => packSpec(spec, planJob(spec.manifest), []))
}

function packSpec(spec: JobSpec, plan: JobPlan, blobs: readonly JobBlob[]): PackedJob {
  const blob = blobOf('job spec', encodeJobSpec(spec), limits.manifestBytesMax)
  return { spec, specId: blob.id, plan, blobs: [...blobs, blob] }
}

/** The WGSL parts in order, joined with a newline: one module. */
function joinWgsl(names: readonly string[], files: JobFolder['files']): Uint8Array {
  const parts = names.map((name) => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(fileOf(files, name))
    } catch (cause) {
      if (cause instanceof MaskError) throw cause
      const next = 'Save the file as UTF-8.'
      throw new MaskError('malformed', `${name} is not UTF-8 text.`, { where: name, next, cause })
    }
  })
  return new TextEncoder().encode(parts.join('\n'))
}

function fileOf(files: JobFolder['files'], name: string): Uint8Array {
  const bytes = files.get(name)
  if (bytes) return bytes
  const next = 'Put the file into the job folder, or take its name out of job.json.'
  throw new MaskError('fileMissing', `The job names the file ${name}, which is missing.`, {
    where: name,
    next,
  })
}

function blobOf(name: string, bytes: Uint8Array, bytesMax: number): JobBlob {
  if (bytes.length > bytesMax)
    throw new MaskError('tooLarge', `${name} has ${bytes.length} bytes; at most ${bytesMax} are allowed.`, {
      where: name,
      next: 'Make it smaller or split the job.',
    })
  return { name, id: contentIdOf(bytes), bytes: new Uint8Array(bytes) }
}
