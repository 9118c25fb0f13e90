import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { ContentId, JobId } from '#protocol/ids.ts'
import { decodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { parseUnitList, type UnitList } from '#protocol/unit-list.ts'
import { checkManifestOf } from '#protocol/verify-kernel.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { VerifyKernel } from '#runner/check-source.ts'
import type { JobSource } from '#runner/job-source.ts'
import type { BlobCache } from './blob-cache.ts'
import { SlicedInput } from './sliced-input.ts'

type Blobs = Pick<BlobCache, 'load'>

/** A job's manifest and kernel, and where its inputs are. */
export interface LoadedJob {
  readonly manifest: CompleteManifest
  readonly wgsl: string
  /** For the runner; `job` tells apart two jobs of one spec. */
  sourceFor(job: JobId): JobSource
  /** The job's verify kernel. @throws {DataUnavailableError}; {Refusal} where there is none or it does not fit. */
  loadCheck(): Promise<VerifyKernel>
}

const specsKept = 8

/** Fetches what a spec names. Manifests and kernels of the last few specs are kept; inputs only in the blob cache. */
export class JobLibrary {
  readonly #blobs: Blobs
  readonly #jobs = new Map<ContentId, Promise<LoadedJob>>()

  constructor(blobs: Blobs) {
    this.#blobs = blobs
  }

  /** @throws {DataUnavailableError}; {Refusal} for a spec that cannot be understood. */
  async load(spec: ContentId): Promise<LoadedJob> {
    const loading = this.#jobs.get(spec) ?? loadJob(this.#blobs, spec)
    this.#jobs.delete(spec)
    this.#jobs.set(spec, loading)
    for (const oldest of this.#jobs.keys()) if (this.#jobs.size > specsKept) this.#jobs.delete(oldest)
    try {
      return await loading
    } catch (error) {
      this.#jobs.delete(spec)
      throw error
    }
  }
}

async function loadJob(blobs: Blobs, id: ContentId): Promise<LoadedJob> {
  const spec = decodeJobSpec(await blobs.load(id))
  const { manifest } = spec
  const wgsl = await loadKernel(blobs, spec.kernel)
  const inputs = inputsOf(blobs, spec)
  let check: Promise<VerifyKernel> | undefined
  return {
    manifest,
    wgsl,
    sourceFor: (job) => ({ key: job, manifest, wgsl, ...inputs }),
    loadCheck: async () => {
      check ??= loadCheck(blobs, spec)
      try {
        return await check
      } catch (error) {
        check = undefined
        throw error
      }
    },
  }
}

async function loadCheck(blobs: Blobs, { manifest, check }: JobSpec): Promise<VerifyKernel> {
  if (check === undefined) throw absent('a verify kernel')
  const wgsl = await loadKernel(blobs, check)
  return { ...checkManifestOf(manifest, reflect(wgsl), { inputBytes: new Map() }), wgsl }
}

async function loadKernel(blobs: Blobs, id: ContentId): Promise<string> {
  const text = await blobs.load(id)
  if (text.length > limits.wgslBytesMax)
    throw new Refusal(
      'tooLarge',
      `The kernel has ${text.length} bytes; at most ${limits.wgslBytesMax} are run.`,
    )
  return new TextDecoder().decode(text)
}

function inputsOf(
  blobs: Blobs,
  { manifest, inputs, list }: JobSpec,
): Pick<JobSource, 'loadInput' | 'loadSlice' | 'loadList'> {
  const sliced = new Map<string, SlicedInput>()
  for (const [name, stored] of Object.entries(inputs))
    if (typeof stored !== 'string') sliced.set(name, new SlicedInput(blobs, stored))
  let units: Promise<UnitList> | undefined
  return {
    loadInput: async (name) => {
      const stored = Object.hasOwn(inputs, name) ? inputs[name] : undefined
      if (typeof stored !== 'string') throw absent(`"${name}" as a whole`)
      return blobs.load(stored)
    },
    loadSlice: async (name, begin, end) => {
      const input = sliced.get(name)
      if (!input) throw absent(`"${name}" in pieces`)
      return input.load(begin, end)
    },
    loadList: async () => {
      if (list === undefined || !('list' in manifest.units)) throw absent('a units list')
      const file = manifest.units.list
      units ??= blobs.load(list).then((bytes) => parseUnitList(bytes, file))
      try {
        return await units
      } catch (error) {
        units = undefined
        throw error
      }
    },
  }
}

function absent(what: string): Refusal {
  return new Refusal('blobMissing', `The spec does not store ${what}.`)
}
