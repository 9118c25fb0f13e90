import { totalmem } from 'node:os'
import { resultBytesOf, unitSpanOf } from '#protocol/job-plan.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource, UnitOutcome } from '#runner/job-source.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { mergeJobOf } from '#client/sdk/collect/merge-job.ts'
import { mergeResults, type RunUnit } from '#client/sdk/collect/merge-results.ts'
import type { CompleteJob } from '#client/sdk/job-folder.ts'
import { JoinedKernel, textOf } from '#client/sdk/joined-kernel.ts'
import { localCheckOf, localSourceOf } from '#client/sdk/local-source.ts'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { unlessAborted } from '#client/sdk/patience.ts'
import { jobError } from '#client/command/job-error.ts'

/** A unit that takes longer is not one for this machine; a kernel that never ends is not waited for. */
const unitMsMax = 10 * 60_000
/** Compiling takes milliseconds; some kernels keep a compiler busy for ever. */
const compileMsMax = 60_000

/**
 * This machine's GPU, or what computes in its place: the runner that contributors have, in a child process that is
 * started when it is first needed.
 */
export class LocalRunner {
  readonly #signal: AbortSignal
  #child: Promise<RunnerChild> | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** The adapter's name. @throws {MaskError} `noAdapter` */
  async adapter(): Promise<string> {
    return (await this.#opened()).adapter
  }

  /**
   * Runs a unit.
   *
   * @param kernel knows in which files the author wrote what the source holds as one text.
   * @throws {MaskError} `noAdapter`, `runFailed`, or what of the job is not valid
   */
  async run(source: JobSource, unit: number, kernel = kernelOf(source)): Promise<UnitOutcome> {
    const { child } = await this.#opened()
    try {
      return await unlessAborted(child.run(source, unit, { wallMs: unitMsMax }), this.#signal)
    } catch (error) {
      throw this.#signal.aborted ? error : jobError(error, kernel, `unit ${unit}`)
    }
  }

  /** Ends the child, whatever it is doing. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = await this.#child?.catch(() => undefined)
    await child?.[Symbol.asyncDispose]()
  }

  async #opened(): Promise<{ child: RunnerChild; adapter: string }> {
    this.#child ??= RunnerChild.start({ backend: 'default', memoryBytesMax: childBytesMax() })
    const child = await unlessAborted(this.#child, this.#signal).catch((cause: unknown) => {
      throw this.#signal.aborted ? cause : noAdapter(`Dawn does not start here: ${messageOf(cause)}`, cause)
    })
    const { adapter } = child
    if (adapter === undefined) throw noAdapter('This machine has no GPU that WebGPU can use.')
    return { child, adapter }
  }
}

/**
 * Compiles a job's kernels as contributors' browsers will, without a GPU.
 *
 * @returns why nothing was compiled, where that is this machine's fault.
 * @throws {MaskError} `kernelInvalid` with the compiler's messages, what else is not valid, or `runFailed`.
 */
export async function compileHere(job: CompleteJob, signal: AbortSignal): Promise<string | undefined> {
  let child: RunnerChild
  try {
    child = await RunnerChild.start({ backend: 'null', memoryBytesMax: childBytesMax() })
  } catch (error) {
    return `Dawn does not start here: ${messageOf(error)}`
  }
  const compile: RunUnit = async (source, unit) => {
    const known = [job.kernel, job.check?.kernel].find((kernel) => kernel?.text === source.wgsl)
    const kernel = known ?? kernelOf(source)
    try {
      return await unlessAborted(child.run(source, unit, { wallMs: compileMsMax }), signal)
    } catch (error) {
      // Nothing computes on the null backend, so nothing is written.
      if (error instanceof RunnerError && error.code === 'unwritten') return { result: new Uint8Array() }
      throw signal.aborted ? error : jobError(error, kernel, `unit ${unit}`)
    }
  }
  try {
    await compile(localSourceOf(job), 0)
    await compileMerge(job, compile)
    await compileCheck(job, compile)
  } finally {
    await child[Symbol.asyncDispose]()
  }
  return undefined
}

/** By merging two results of zeros. */
async function compileMerge({ manifest, files }: CompleteJob, compile: RunUnit): Promise<void> {
  const { reduce } = manifest.collect
  if (!reduce) return
  const job = mergeJobOf(manifest, textOf(files, reduce.wgsl))
  await mergeResults(
    job,
    [1, 2].map(() => new Uint8Array(job.bytes)),
    2,
    compile,
  )
}

/** Over a result of zeros. */
async function compileCheck(job: CompleteJob, compile: RunUnit): Promise<void> {
  const zeros = new Uint8Array(resultBytesOf(job.manifest, unitSpanOf(job.manifest, 0).count))
  const source = localCheckOf(job, 0, zeros)
  if (source) await compile(source, 0)
}

function childBytesMax(): number {
  return Math.floor(0.75 * totalmem())
}

function noAdapter(message: string, cause?: unknown): MaskError {
  return new MaskError('noAdapter', message, {
    next: 'Install a Vulkan driver, or chromium, whose software one is found by itself, or name a driver with VK_ICD_FILENAMES=<its .json>.',
    cause,
  })
}

function kernelOf({ manifest, wgsl }: JobSource): JoinedKernel {
  const name = manifest.wgsl.join(' + ')
  return new JoinedKernel([name], new Map([[name, new TextEncoder().encode(wgsl)]]))
}
