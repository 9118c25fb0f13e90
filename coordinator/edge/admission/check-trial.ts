import { checkerOf } from '#protocol/checker.ts'
import { corrupt, isGood } from '#protocol/check-task.ts'
import { resultBytesOf, unitSpanOf } from '#protocol/job-plan.ts'
import type { JobFacts } from '#protocol/manifest-inference.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import { checkSourceOf, type VerifyKernel } from '#runner/check-source.ts'
import type { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource } from '#runner/job-source.ts'
import { canaryRule, runCanary, type Canary, type CanaryRun } from './canary.ts'
import { kernelSource } from './kernel-source.ts'
import { judgementOf, Unprovable, type Stage } from './kernel-refusals.ts'

/**
 * The trial of a verify kernel. It runs over what the canary left of unit 0: to that it must say good, each of the two
 * times that a canary runs; and to `corruptions` wrong results made of it, and to one of zeros, it must say bad. Of a
 * unit that the canary did not come through, only that the wrong ones are found is asked.
 */
export const checkTrialRule = { corruptions: 4 } as const

/** A verify kernel under examination. */
export class CheckTrial {
  readonly #job: JobSource
  readonly #kernel: VerifyKernel
  readonly #hasLoops: boolean

  private constructor(job: JobSource, kernel: VerifyKernel, reflection: Reflection) {
    this.#job = job
    this.#kernel = kernel
    this.#hasLoops = reflection.entryPoints.some(({ loops }) => loops > 0)
  }

  /** Reads the verify kernel and compiles it, without a GPU. @throws {Refusal} with a place */
  static async validate(
    child: RunnerChild,
    { job, text, facts }: { readonly job: JobSource; readonly text: Uint8Array; readonly facts: JobFacts },
    wallMs: { readonly inspect: number; readonly compile: number },
  ): Promise<CheckTrial> {
    const { manifest } = job
    const { check, reflection, wgsl } = await placed(job, 'inspection', async () => {
      const source = kernelSource(text)
      const inspected = await child.inspectCheck({ manifest, wgsl: source }, facts, {
        wallMs: wallMs.inspect,
      })
      return { ...inspected, wgsl: source }
    })
    const trial = new CheckTrial(job, { ...check, wgsl }, reflection)
    const zeros = new Uint8Array(resultBytesOf(manifest, unitSpanOf(manifest, 0).count))
    try {
      await placed(job, 'validation', () => child.run(trial.#over(zeros), 0, { wallMs: wallMs.compile }))
    } catch (error) {
      // The validator's limits are the least there are; the inspection has judged by those of real devices.
      if (!(error instanceof Unprovable)) throw error
    }
    return trial
  }

  /**
   * Runs it, on a software adapter.
   *
   * @returns notes for people who look at the job.
   * @throws {Refusal} with a place; {Unprovable}
   */
  async run({ child, wallMs }: Omit<Canary, 'source'>, { report, result }: CanaryRun): Promise<string[]> {
    const sing = (bytes: Uint8Array<ArrayBuffer>) =>
      placed(this.#job, 'check', () =>
        runCanary({ child, wallMs, source: this.#over(bytes) }, this.#hasLoops),
      )
    const judge = async (bytes: Uint8Array<ArrayBuffer>) => {
      const options = { wallMs, stopAfterMs: canaryRule.dispatchMs }
      const outcome = await placed(this.#job, 'check', () => child.run(this.#over(bytes), 0, options))
      return isGood(outcome.result)
    }
    const first = await sing(report.complete ? result : wrongResult(result, 0))
    if (!first.report.complete)
      throw this.#refuse(
        'kernelTooHeavy',
        `checking unit 0 took more than ${canaryRule.dispatchMs} ms on a processor`,
        'Make checking cheaper than computing, or the units smaller.',
      )
    if (report.complete && !isGood(first.result))
      throw this.#refuse(
        'kernelInvalid',
        "the verify kernel says that unit 0's own result is bad",
        'Run npx mask try, which says the same, and correct one of the two kernels.',
      )
    for (let index = 0; index < checkTrialRule.corruptions; index += 1)
      if (await judge(wrongResult(result, index))) throw this.#credulous('a corrupted result')
    const zeros = new Uint8Array(result.length)
    if (result.some((byte) => byte !== 0) && (await judge(zeros))) throw this.#credulous('a result of zeros')
    return report.complete ? [] : ['Its verify kernel was tried with wrong results only.']
  }

  #over(result: Uint8Array<ArrayBuffer>): JobSource {
    return checkSourceOf(this.#job, this.#kernel, 0, result)
  }

  #credulous(what: string): Refusal {
    return this.#refuse(
      'kernelInvalid',
      `the verify kernel accepted ${what} of unit 0`,
      'Let it look at every element; whoever computes nothing would be paid otherwise.',
    )
  }

  #refuse(reason: 'kernelInvalid' | 'kernelTooHeavy', message: string, next: string): Refusal {
    const where = placeOf(this.#job)
    return new Refusal(reason, `job.json, ${where}: ${message}.`, { where, next })
  }
}

function wrongResult(result: Uint8Array<ArrayBuffer>, index: number): Uint8Array<ArrayBuffer> {
  return corrupt(result, Uint8Array.of(index))
}

function placeOf({ manifest }: JobSource): string {
  return `verify.${checkerOf(manifest)?.result ?? ''}`
}

/** What is said of the kernel or of the fields of a job's manifest is meant of the verify kernel's here. */
async function placed<T>(job: JobSource, stage: Stage, work: () => Promise<T>): Promise<T> {
  const checker = checkerOf(job.manifest)
  const files = [checker?.plan.wgsl ?? []].flat()
  try {
    return await work()
  } catch (error) {
    const judgement = judgementOf(error, stage, files)
    if (!(judgement instanceof Refusal)) throw judgement
    const { reason, message, next, where = '' } = judgement
    const known = [placeOf(job), 'requires', ...files].some((place) => where.startsWith(place))
    if (known) throw judgement
    throw new Refusal(reason, `The verify kernel, ${files.join(' + ')}: ${message}`, {
      where: placeOf(job),
      ...(next !== undefined && { next }),
      cause: judgement,
    })
  }
}
