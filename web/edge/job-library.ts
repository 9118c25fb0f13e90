import type { ContentId, JobId } from '#protocol/ids.ts'
import { decodeJobSpec } from '#protocol/job-spec.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { BlobCache } from './blob-cache.ts'
import type { JobSource } from './runner/job-runner.ts'

/** A job's manifest and kernel, and where its inputs are. */
export interface LoadedJob {
  readonly manifest: Manifest
  readonly wgsl: string
  /** For the runner; `job` tells apart two jobs of one spec. */
  sourceFor(job: JobId): JobSource
}

const specsKept = 8

/** Fetches what a spec names. Manifests and kernels of the last few specs are kept; inputs only in the blob cache. */
export class JobLibrary {
  readonly #blobs: Pick<BlobCache, 'load'>
  readonly #jobs = new Map<ContentId, Promise<LoadedJob>>()

  constructor(blobs: Pick<BlobCache, 'load'>) {
    this.#blobs = blobs
  }

  /** @throws {DataUnavailableError}; {Refusal} for a spec that cannot be understood. */
  async load(spec: ContentId): Promise<LoadedJob> {
    const loading = this.#jobs.get(spec) ?? this.#load(spec)
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

  async #load(spec: ContentId): Promise<LoadedJob> {
    const { manifest, kernel, inputs } = decodeJobSpec(await this.#blobs.load(spec))
    const text = await this.#blobs.load(kernel)
    if (text.length > limits.wgslBytesMax)
      throw new Refusal(
        'tooLarge',
        `The kernel has ${text.length} bytes; at most ${limits.wgslBytesMax} are run.`,
      )
    const wgsl = new TextDecoder().decode(text)
    const loadInput = async (name: string) => {
      const id = Object.hasOwn(inputs, name) ? inputs[name] : undefined
      if (id === undefined) throw new Refusal('blobMissing', `The spec names no blob for "${name}".`)
      return this.#blobs.load(id)
    }
    return { manifest, wgsl, sourceFor: (job) => ({ key: job, manifest, wgsl, loadInput }) }
  }
}
