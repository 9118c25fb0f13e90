import { checkerOf, checkFilesOf } from './checker.ts'
import { isScratch, resultNamesOf, type CompleteInput, type CompleteManifest } from './complete-manifest.ts'
import { namesIn } from './inference/infer-bindings.ts'
import { checkResultSizes, unitCountOf } from './job-plan.ts'
import { completeManifest, type InferredFact, type JobFacts } from './manifest-inference.ts'
import type { BufferPlan, CheckerPlan, Manifest, StepPlan } from './manifest-schema.ts'
import { Refusal } from './refusal.ts'
import { textureFacts } from './texture-formats.ts'
import type { BufferBinding, Reflection, TypeLayout } from './wgsl/reflection.ts'

/** What a verify kernel writes: all zero for a good result, anything else for a bad one. */
const verdictName = 'verdict'

/** A job's verify kernel as a job of its own, whose unit u says whether a result of the job's unit u is good. */
export interface CheckJob {
  /** Its inputs are the job's, and for each of the job's results one whose bytes come with each run. */
  readonly manifest: CompleteManifest
  /** The input that takes each result, by the result's name. */
  readonly candidates: ReadonlyMap<string, string>
  /** What was taken for granted about the verify kernel, with the places where it could have been said. */
  readonly inferred: readonly InferredFact[]
}

/**
 * Makes the job that checks: the verify kernel's bindings get, by name, the job's results (as bytes to read, a
 * texture's as its rows), its inputs, its buffers, textures and samplers, and `verdict`.
 *
 * @param reflection of the verify kernel.
 * @throws {Refusal} with a place inside `verify.<result>`, and what to write.
 */
export function checkManifestOf(job: CompleteManifest, reflection: Reflection, facts: JobFacts): CheckJob {
  const checker = checkerOf(job)
  if (!checker) throw new Refusal('manifestInvalid', 'The job has no verify kernel.', { where: 'verify' })
  const place = new Place(checker.result, checker.plan)
  requireVerdict(job, reflection, place)
  requireSizes(checker.plan, place)
  const candidates = new Map(resultNamesOf(job).map((name) => [name, freeInput(job, name)]))
  const written = writtenManifest(job, checker.plan, reflection, candidates)
  return place.placed(() => {
    const { manifest, inferred } = completeManifest(written, reflection, facts)
    checkResultSizes(manifest, unitCountOf(manifest.units))
    requireWhole(manifest, candidates, place)
    return { manifest, candidates, inferred: inferred.map((fact) => place.inside(fact)) }
  })
}

function writtenManifest(
  job: CompleteManifest,
  plan: CheckerPlan,
  reflection: Reflection,
  candidates: ReadonlyMap<string, string>,
): Manifest {
  const { name, summary, cause, licence, parameters, requires, units, price } = job
  const declared = new Map(reflection.bindings.map((binding) => [binding.name, binding]))
  const wanted = new Set([...declared.keys(), ...namesInSteps(plan.passes ?? [])])
  const given = [...candidates].map(([result, input]): [string, CompleteInput] => [
    input,
    { file: input, given: bytesOf(job, result) },
  ])
  const inputs: Manifest['inputs'] = { ...job.inputs, ...Object.fromEntries(given) }
  const buffers: Record<string, BufferPlan> = {}
  for (const [buffer, jobs] of Object.entries(job.buffers))
    if (wanted.has(buffer) && !candidates.has(buffer))
      buffers[buffer] = 'uniform' in jobs ? fittingUniform(jobs, declared.get(buffer)) : jobs
  for (const [result, input] of candidates)
    if (wanted.has(result)) buffers[result] = { from: `input:${input}` }
  const textures = Object.entries(job.textures).filter(([texture]) => {
    return wanted.has(texture) && !candidates.has(texture)
  })
  const samplers = Object.entries(job.samplers).filter(([sampler]) => wanted.has(sampler))
  return {
    ...{ name, summary, cause, licence, parameters, requires, price },
    units: 'list' in units ? { ...units, columns: [...units.columns] } : units,
    wgsl: [...checkFilesOf(plan)],
    inputs,
    buffers: { ...buffers, ...plan.buffers, [verdictName]: { result: true, init: 'zero' } },
    textures: Object.fromEntries(textures),
    samplers: Object.fromEntries(samplers),
    passes: plan.passes && structuredClone(plan.passes),
    tiling: 'auto',
    quorum: 1,
    verify: { [verdictName]: { compare: 'exact' } },
    collect: { kind: 'raw', buffer: verdictName },
  }
}

/** The job's kernel may have a larger struct: only the fields that this one has. */
function fittingUniform(
  plan: Extract<BufferPlan, { uniform: unknown }>,
  declared: Reflection['bindings'][number] | undefined,
): BufferPlan {
  const { uniform } = plan
  if (declared?.kind !== 'uniform' && declared?.kind !== 'storage') return plan
  const { type } = declared
  if (type.kind !== 'struct' || typeof uniform !== 'object' || Array.isArray(uniform)) return plan
  const fitting = Object.entries(uniform).filter(([field]) => type.fields.some(({ name }) => name === field))
  return fitting.length > 0 ? { uniform: Object.fromEntries(fitting) } : plan
}

/** The size of a result as an expression: it depends on the unit's count alone. */
function bytesOf({ buffers, textures }: CompleteManifest, result: string): number | string {
  const buffer = Object.hasOwn(buffers, result) ? buffers[result] : undefined
  if (buffer && isScratch(buffer)) return buffer.bytes
  const { size = [], format = 'r32uint' } = textures[result] ?? {}
  return [...size.map((side) => `(${side})`), textureFacts(format).texelBytes].join('*')
}

/** The result's own name where no input has it. */
function freeInput({ inputs }: CompleteManifest, result: string): string {
  let name = result
  while (Object.hasOwn(inputs, name)) name += '_'
  return name
}

function namesInSteps(steps: readonly StepPlan[]): string[] {
  return steps.flatMap((step) => {
    if ('do' in step) return namesInSteps(step.do)
    if ('copy' in step) return step.copy
    if ('clear' in step) return [step.clear]
    const indirect =
      step.indirect === undefined ? [] : [step.indirect.slice(0, step.indirect.lastIndexOf('@'))]
    return [...Object.values(step.bind).flatMap(namesIn), ...indirect]
  })
}

function requireVerdict(job: CompleteManifest, { bindings }: Reflection, place: Place): void {
  const { inputs, buffers, textures, samplers } = job
  if ([inputs, buffers, textures, samplers].some((kind) => Object.hasOwn(kind, verdictName)))
    throw place.refusal(
      `"${verdictName}" is what a verify kernel writes, and the job has something of that name`,
      'Rename it in the job.',
    )
  const verdict = bindings.find(({ name }) => name === verdictName)
  if (verdict?.kind === 'storage' && verdict.access === 'read_write' && holdsWholeNumbers(verdict)) return
  throw place.refusal(
    `the kernel needs a variable "${verdictName}" in var<storage, read_write>, of u32: zero says good`,
    `Declare var<storage, read_write> ${verdictName}: array<u32>, or atomic<u32>.`,
  )
}

/** Whoever runs the check must come to the same manifest, and has not seen the size of every file. */
function requireSizes({ buffers = {} }: CheckerPlan, place: Place): void {
  for (const [name, buffer] of Object.entries(buffers))
    if (isScratch(buffer) && buffer.bytes === undefined && (buffer.init ?? 'zero') !== 'zero')
      throw place.refusal(
        `"${name}" starts as an input and has no size of its own`,
        `Say "bytes" of "${name}".`,
      )
}

function holdsWholeNumbers({ type }: BufferBinding): boolean {
  const element: TypeLayout = type.kind === 'array' ? type.element : type
  return (element.kind === 'scalar' || element.kind === 'atomic') && element.scalar === 'u32'
}

/** What the verify kernel does not look at could be anything. */
function requireWhole(
  { buffers, passes }: CompleteManifest,
  candidates: ReadonlyMap<string, string>,
  place: Place,
): void {
  const bound = new Set(namesInSteps(passes))
  if (!bound.has(verdictName))
    throw place.refusal(`no dispatch of the kernel uses "${verdictName}"`, 'Let it write its verdict.')
  for (const [result, input] of candidates) {
    const seen = [...bound].some((name) => {
      const buffer = Object.hasOwn(buffers, name) ? buffers[name] : undefined
      return buffer && 'from' in buffer && buffer.from === `input:${input}`
    })
    if (!seen)
      throw place.refusal(
        `the kernel does not look at "${result}", which could then be anything`,
        `Declare var<storage, read> ${result}, and check it.`,
      )
  }
}

/** Where in `job.json` a verify kernel is said. */
class Place {
  readonly #where: string
  readonly #file: string

  constructor(result: string, plan: CheckerPlan) {
    this.#where = `verify.${result}`
    this.#file = checkFilesOf(plan).join(' + ')
  }

  refusal(message: string, next: string): Refusal {
    return new Refusal('manifestInvalid', `job.json, ${this.#where}: ${this.#file}: ${message}.`, {
      where: this.#where,
      next,
    })
  }

  /** What the verify kernel has of its own is said inside of the comparator, the rest in the job. */
  inside({ where, what }: InferredFact): InferredFact {
    return { where: /^(passes|buffers)/.test(where) ? `${this.#where}.${where}` : where, what }
  }

  placed<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Refusal) || error.where?.startsWith(this.#where)) throw error
      const { where } = this.inside({ where: error.where ?? this.#where, what: '' })
      const message = error.message.replace(/^job\.json, [^:]*: /, '')
      throw new Refusal(error.reason, `job.json, ${where}: ${this.#file}: ${message}`, {
        where,
        next: error.next ?? 'Correct the verify kernel.',
        cause: error,
      })
    }
  }
}
