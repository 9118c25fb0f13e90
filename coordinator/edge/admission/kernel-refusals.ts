import { unreachable } from '#protocol/assert.ts'
import { Refusal, type RefusalReason } from '#protocol/refusal.ts'
import { ChildFailure } from '#runner/dawn/child-failure.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { kernelPlace, placed } from './kernel-place.ts'

/** What was being done with a job when something went wrong. */
export type Stage = 'inspection' | 'validation' | 'canary' | 'check'

/** The adapter at hand cannot run the job, which says nothing against the job. */
export class Unprovable extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'Unprovable'
  }
}

/**
 * What an error in one of the stages means for the job.
 *
 * @returns a refusal for its author, `Unprovable`, or the error itself where it is our own fault.
 */
export function judgementOf(error: unknown, stage: Stage, files: readonly string[]): unknown {
  if (error instanceof Refusal) return placed(files, error)
  if (error instanceof ChildFailure) return childRefusal(error, stage)
  if (error instanceof RunnerError) return runnerRefusal(error, files)
  return error
}

const doing: Readonly<Record<Stage, string>> = {
  inspection: 'Reading the kernel',
  validation: 'Validating the kernel',
  canary: 'Running unit 0 on a software adapter',
  check: 'Checking unit 0 on a software adapter',
}
const simplify =
  'Shorten the text, unrolled code, constant arrays and private memory; then halve it until it passes.'

function childRefusal({ code, message }: ChildFailure, stage: Stage): Refusal {
  const what = doing[stage]
  switch (code) {
    case 'crashed':
      return refuse('kernelInvalid', `${what} crashed the compiler. ${message}`, simplify)
    case 'timedOut':
      return stage === 'canary' || stage === 'check'
        ? refuse(
            'kernelTooHeavy',
            `${what} had no end: compiling it or one single workgroup takes too long. ${message}`,
            'Bound every loop, and do less in one invocation. Where workgroups wait for one another, say "tiling": "none".',
          )
        : refuse('kernelTooHeavy', `${what} took too long. ${message}`, simplify)
    case 'outOfMemory':
      return refuse(
        'kernelTooHeavy',
        `${what} took too much memory. ${message}`,
        `${simplify} Or make the units smaller.`,
      )
    default:
      return unreachable(code)
  }
}

function runnerRefusal(error: RunnerError, files: readonly string[]): unknown {
  switch (error.code) {
    case 'compileFailed':
      return compilerRefusal(error, files)
    case 'invalidJob':
      return webGpuRefusal(error.message, files)
    case 'unwritten':
      return new Refusal('resultUnwritten', error.message, {
        where: 'buffers',
        next: 'Write every element, or say "init": "zero" for a result that is left alone in parts.',
      })
    case 'hung':
    case 'unitTooCoarse':
    case 'deviceLost':
      return refuse(
        'kernelTooHeavy',
        `Unit 0 does not run on a software adapter: ${shortened(error.message)}`,
        'Do less in one workgroup.',
      )
    case 'notCapable':
    case 'tooLargeForDevice':
    case 'noWebGpu':
    case 'noAdapter':
    case 'softwareAdapterOnly':
      return new Unprovable(shortened(error.message))
    default:
      return unreachable(error.code)
  }
}

function compilerRefusal({ message, compilerMessages }: RunnerError, files: readonly string[]): Refusal {
  const [first] = compilerMessages
  if (!first) return refuse('kernelInvalid', shortened(message), 'Correct the kernel.')
  const where = kernelPlace(files, first)
  const others = compilerMessages.length - 1
  const more = others > 0 ? ` (and ${others} more)` : ''
  return new Refusal('kernelInvalid', `${where}: ${shortened(first.text)}${more}`, {
    where,
    next: 'Correct the kernel; npx mask check shows every message.',
  })
}

/** What WebGPU says when it makes pipelines, bind groups and dispatches; of a pipeline it may be about the kernel. */
function webGpuRefusal(message: string, files: readonly string[]): Refusal {
  const [, line, column, text] = /:(\d+):(\d+) error: (.*)/.exec(message) ?? []
  if (line !== undefined && column !== undefined && text !== undefined) {
    const where = kernelPlace(files, { line: Number(line), column: Number(column) })
    return new Refusal('kernelInvalid', `${where}: ${shortened(text)}`, {
      where,
      next: 'Correct the kernel.',
    })
  }
  return new Refusal('manifestInvalid', `WebGPU does not accept the job: ${shortened(message)}`, {
    where: 'passes',
    next: 'Correct job.json where it binds and dispatches the kernel.',
  })
}

const wordsCharactersMax = 400

/** A message's first paragraph: what follows quotes the kernel, whose lines may be as long as it pleases. */
function shortened(message: string): string {
  const [first = ''] = message.split('\n')
  return first.length > wordsCharactersMax ? `${first.slice(0, wordsCharactersMax)} …` : first
}

function refuse(reason: RefusalReason, message: string, next: string): Refusal {
  return new Refusal(reason, message, { where: 'wgsl', next })
}
