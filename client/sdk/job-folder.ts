import { checkerOf, checkFilesOf } from '#protocol/checker.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { ContentId } from '#protocol/ids.ts'
import { planJob, type JobPlan } from '#protocol/job-plan.ts'
import { encodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { completeManifest, type InferredFact, type JobFacts } from '#protocol/manifest-inference.ts'
import { parseManifest, type InputPlan, type Manifest } from '#protocol/manifest.ts'
import { parseUnitList, type UnitList } from '#protocol/unit-list.ts'
import { checkManifestOf, type CheckJob } from '#protocol/verify-kernel.ts'
import { checkCollect } from '#client/sdk/collect.ts'
import { mergeJobOf } from '#client/sdk/collect/merge-job.ts'
import { fileOf, JoinedKernel, textOf } from '#client/sdk/joined-kernel.ts'
import { withoutRefusals } from '#client/sdk/mask-error.ts'
import { slicedFile, wholeFile, type StoredFile } from '#client/sdk/stored-file.ts'

/** A job as its author holds it: what `job.json` says and the files it names. */
export interface JobFolder {
  readonly manifest: unknown
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** A job that is checked and has nothing left to infer. */
export interface CompleteJob {
  readonly manifest: CompleteManifest
  /** What the author left out, and what it was taken for. */
  readonly inferred: readonly InferredFact[]
  readonly plan: JobPlan
  readonly kernel: JoinedKernel
  /** By name. */
  readonly inputs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  readonly list: UnitList | undefined
  /** The verify kernel, where the job has one. */
  readonly check: (Omit<CheckJob, 'inferred'> & { readonly kernel: JoinedKernel }) | undefined
  readonly files: JobFolder['files']
}

/** A job ready to be sent. */
export interface PackedJob {
  readonly spec: JobSpec
  readonly specId: ContentId
  readonly plan: JobPlan
  readonly inferred: readonly InferredFact[]
  /** In the order in which they must be stored: the spec, which names the others, is last. */
  readonly files: readonly StoredFile[]
}

/** Checks, plans and packs a job. Throws a `MaskError` that names the field or the file. */
export function packFolder(folder: JobFolder): PackedJob {
  return packComplete(completeFolder(folder))
}

/** Reads kernel and data, fills in what `job.json` leaves out, and checks that all of it fits together. */
export function completeFolder({ manifest: written, files }: JobFolder): CompleteJob {
  return withoutRefusals(() => {
    const author = parseManifest(written)
    const kernel = new JoinedKernel(author.wgsl, files)
    const inputs = new Map(
      Object.entries(author.inputs).map(([name, input]) => [name, fileOf(files, fileNameOf(input))]),
    )
    const list =
      'list' in author.units ? parseUnitList(fileOf(files, author.units.list), author.units.list) : undefined
    const inputBytes = new Map([...inputs].map(([name, { length }]) => [name, length]))
    const facts = { inputBytes, list }
    const { manifest, inferred, check } = withCheck(
      completeManifest(author, kernel.reflect(), facts),
      facts,
      files,
    )
    const plan = planJob(manifest)
    checkCollect(manifest)
    const { reduce } = manifest.collect
    if (reduce) mergeJobOf(manifest, textOf(files, reduce.wgsl))
    return { manifest, inferred, plan, kernel, inputs, list, check, files }
  })
}

/** Packs a complete job. @throws {MaskError} `tooLarge` */
export function packComplete(job: CompleteJob): PackedJob {
  const { manifest, inferred, plan, kernel, inputs, check, files } = job
  const whole = (name: string, bytesMax: number) => wholeFile(name, fileOf(files, name), bytesMax)
  const { units, collect } = manifest
  const text = kernelFile(manifest.wgsl, kernel)
  const list = 'list' in units ? whole(units.list, limits.listBytesMax) : undefined
  const reduce = collect.reduce ? whole(collect.reduce.wgsl, limits.wgslBytesMax) : undefined
  const verify = check && kernelFile(check.manifest.wgsl, check.kernel)
  const stored = Object.entries(manifest.inputs).map(([name, { file, slice }]) => {
    const bytes = inputs.get(name) ?? new Uint8Array()
    if (slice) return { name, ...slicedFile(file, bytes) }
    const one = wholeFile(file, bytes, limits.blobBytesMax)
    return { name, file: one, input: one.id }
  })
  const spec: JobSpec = {
    version: protocolVersion,
    manifest,
    kernel: text.id,
    inputs: Object.fromEntries(stored.map(({ name, input }) => [name, input])),
    ...(list && { list: list.id }),
    ...(reduce && { reduce: reduce.id }),
    ...(verify && { check: verify.id }),
  }
  const before = [
    text,
    ...(reduce ? [reduce] : []),
    ...(verify ? [verify] : []),
    ...(list ? [list] : []),
    ...stored.map(({ file }) => file),
  ]
  return packSpec(spec, plan, inferred, before)
}

/** Packs a job whose kernel and data the coordinator already has. */
export function packStored(spec: JobSpec): PackedJob {
  return withoutRefusals(() => packSpec(spec, planJob(spec.manifest), [], []))
}

/** The data files that `job.json` names, for whoever reads them: inputs and the units list. */
export function dataFilesOf({
  inputs,
  units,
}: Manifest): { readonly name: string; readonly bytesMax: number }[] {
  const files = Object.values(inputs).map((input) => {
    const sliced = typeof input !== 'string' && input.slice !== undefined
    return { name: fileNameOf(input), bytesMax: sliced ? limits.slicedInputBytesMax : limits.blobBytesMax }
  })
  return 'list' in units ? [...files, { name: units.list, bytesMax: limits.listBytesMax }] : files
}

/** The WGSL files that `job.json` names, those of `reduce` and of a verify kernel included. */
export function kernelFilesOf({ wgsl, collect, verify }: Manifest): string[] {
  const checker = checkerOf({ verify })
  const others = [
    ...(collect?.reduce ? [collect.reduce.wgsl] : []),
    ...(checker ? checkFilesOf(checker.plan) : []),
  ]
  return [...new Set([...wgsl, ...others])]
}

/** A device that gets the job must be able to check it as well, so the job requires what its verify kernel does. */
function withCheck(
  { manifest, inferred }: ReturnType<typeof completeManifest>,
  facts: JobFacts,
  files: JobFolder['files'],
): Pick<CompleteJob, 'manifest' | 'inferred' | 'check'> {
  const checker = checkerOf(manifest)
  if (!checker) return { manifest, inferred, check: undefined }
  const kernel = new JoinedKernel(checkFilesOf(checker.plan), files)
  const { inferred: more, ...job } = checkManifestOf(manifest, kernel.reflect(), facts)
  return {
    manifest: { ...manifest, requires: job.manifest.requires },
    inferred: [...inferred, ...more],
    check: { ...job, kernel },
  }
}

function kernelFile(names: readonly string[], { text }: JoinedKernel) {
  return wholeFile(names.join(' + '), new TextEncoder().encode(text), limits.wgslBytesMax)
}

function packSpec(
  spec: JobSpec,
  plan: JobPlan,
  inferred: readonly InferredFact[],
  before: readonly StoredFile[],
): PackedJob {
  const file = wholeFile('job spec', encodeJobSpec(spec), limits.manifestBytesMax)
  return { spec, specId: file.id, plan, inferred, files: [...before, file] }
}

function fileNameOf(input: InputPlan): string {
  return typeof input === 'string' ? input : input.file
}
