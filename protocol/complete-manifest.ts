import type {
  BindingPlan,
  BufferPlan,
  CollectPlan,
  Comparator,
  DispatchPlan,
  InputPlan,
  Manifest,
  RepeatPlan,
  StepPlan,
  TexturePlan,
  UniformValue,
} from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

/**
 * A manifest in which nothing is left to infer: what a job spec holds, what is priced, run and compared.
 * `manifest-inference.ts` makes one from an author's manifest and the kernel's declarations.
 */
export interface CompleteManifest extends Omit<
  Manifest,
  'inputs' | 'buffers' | 'textures' | 'passes' | 'units' | 'collect' | 'verify'
> {
  readonly inputs: Readonly<Record<string, CompleteInput>>
  readonly buffers: Readonly<Record<string, CompleteBuffer>>
  readonly textures: Readonly<
    Record<string, TexturePlan & { readonly dimension: NonNullable<TexturePlan['dimension']> }>
  >
  readonly passes: readonly CompleteStep[]
  readonly units: CompleteUnits
  readonly verify: Readonly<Record<string, Comparator>>
  readonly collect: CollectPlan & { readonly buffer: string }
}

/** In the long form. `given`: so many bytes come with each run, as a result does to its verify kernel; no author writes it. */
export type CompleteInput = Exclude<InputPlan, string> & { readonly given?: number | string }
export type ScratchPlan = Extract<BufferPlan, { bytes?: unknown }>
export type CompleteBuffer =
  | { readonly from: string }
  | Extract<BufferPlan, { uniform: unknown }>
  | (ScratchPlan & { readonly bytes: number | string })
/** Every slot of the entry point is bound, and the counts are said in one of three ways. */
export type CompleteDispatch = DispatchPlan & { readonly bind: Readonly<Record<string, BindingPlan>> }
export type CompleteStep =
  | Exclude<StepPlan, RepeatPlan | DispatchPlan>
  | CompleteDispatch
  | (Omit<RepeatPlan, 'do'> & { readonly do: readonly CompleteStep[] })
export type CompleteUnits =
  | Extract<Manifest['units'], { range: unknown }>
  | {
      readonly list: string
      readonly columns: readonly string[]
      readonly count: number
      readonly targetMs?: number | undefined
    }

/**
 * Takes a checked manifest for a complete one.
 *
 * @throws {Refusal} `manifestInvalid` naming what is still missing.
 */
export function requireComplete(manifest: Manifest): CompleteManifest {
  const inputs = Object.entries(manifest.inputs).map(([name, input]) => {
    if (typeof input === 'string') throw missing(`inputs.${name}`, 'the long form')
    return [name, input] as const
  })
  for (const [name, buffer] of Object.entries(manifest.buffers)) {
    if (isScratch(buffer) && buffer.bytes === undefined) throw missing(`buffers.${name}.bytes`, 'the size')
    if ('from' in buffer && buffer.result)
      throw missing(`buffers.${name}`, 'the long form, "init" and "bytes"')
  }
  for (const [name, texture] of Object.entries(manifest.textures))
    if (texture.dimension === undefined) throw missing(`textures.${name}.dimension`, 'the dimension')
  const results = resultNamesOf(manifest)
  if (results.length === 0) throw missing('buffers', 'a result')
  for (const name of results)
    if (!Object.hasOwn(manifest.verify, name)) throw missing(`verify.${name}`, 'a comparator')
  if (!manifest.passes) throw missing('passes', 'the steps')
  checkSteps(manifest.passes, 'passes')
  const { collect, units } = manifest
  if (collect?.buffer === undefined) throw missing('collect.buffer', 'the result to collect')
  if ('list' in units && (units.columns === undefined || units.count === undefined))
    throw missing('units', 'columns and count of the list')
  // All that the narrower type adds was looked at above.
  return { ...manifest, inputs: Object.fromEntries(inputs) } as unknown as CompleteManifest
}

function checkSteps(steps: readonly StepPlan[], where: string): void {
  for (const [index, step] of steps.entries()) {
    const place = `${where}.${index}`
    if ('do' in step) checkSteps(step.do, `${place}.do`)
    else if ('entry' in step && !step.workgroups && !step.invocations && step.indirect === undefined)
      throw missing(place, 'workgroups, invocations or indirect')
  }
}

/** The names of the results, buffers first, each in the manifest's order: the order of their bytes in a unit's result. */
export function resultNamesOf(manifest: {
  readonly buffers: Readonly<Record<string, BufferPlan | CompleteBuffer>>
  readonly textures: Readonly<Record<string, TexturePlan>>
}): string[] {
  const buffers = Object.entries(manifest.buffers).filter(([, buffer]) => isScratch(buffer) && buffer.result)
  const textures = Object.entries(manifest.textures).filter(([, texture]) => texture.result)
  return [...buffers, ...textures].map(([name]) => name)
}

/** Whether a buffer is the unit's own: scratch or a result. */
export function isScratch<Buffer extends BufferPlan | CompleteBuffer>(
  buffer: Buffer,
): buffer is Exclude<Buffer, { readonly from: string } | { readonly uniform: UniformValue }> {
  return !('from' in buffer) && !('uniform' in buffer)
}

function missing(where: string, what: string): Refusal {
  return new Refusal('manifestInvalid', `The job spec's manifest lacks ${what} (${where}).`, {
    where,
    next: 'Submit with the mask command, which completes it; or write it out.',
  })
}
