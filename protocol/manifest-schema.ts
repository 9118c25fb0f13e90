import * as v from 'valibot'
import { elementTypes } from './elements.ts'
import { digestSchema } from './ids.ts'
import { limits } from './limits.ts'
import {
  amount,
  dateTime,
  described,
  fileName,
  inputReference,
  mask,
  name,
  natural,
  positive,
  share,
  text,
} from './manifest-values.ts'
import { causeSchema } from './offer.ts'

/**
 * The one schema of `job.json`: what an author may write. What is left out is inferred from the kernel
 * (`manifest-inference.ts`); what a schema cannot say is checked in `manifest-checks.ts`. Unknown fields are refused.
 * Each description becomes a line of the JSON Schema for editors.
 */
const result = v.optional(v.literal(true))

const inputSchema = v.union(
  [
    fileName,
    v.strictObject({
      file: fileName,
      shared: v.optional(v.literal(true)),
      slice: v.optional(v.strictObject({ stride: positive })),
    }),
  ],
  'must be a file name, or { "file", "slice": { "stride" } }',
)

/** What stands in a uniform: a value, a list (vector, array, matrix) or an object (struct); nested as the type is. */
export type UniformValue =
  number | string | boolean | readonly UniformValue[] | { readonly [field: string]: UniformValue }
const uniformValue: v.GenericSchema<UniformValue> = v.lazy(() =>
  v.union([v.boolean(), amount, v.array(uniformValue), v.record(name, uniformValue)]),
)

const bufferSchema = v.union(
  [
    v.strictObject({ from: inputReference, result }),
    v.strictObject({ uniform: uniformValue }),
    v.strictObject({
      bytes: v.optional(amount),
      result,
      init: v.optional(v.union([v.literal('zero'), inputReference])),
    }),
  ],
  'must be { "from", "result" }, { "uniform" } or { "bytes", "result", "init" }',
)

const textureSchema = v.strictObject({
  from: v.optional(inputReference),
  format: v.picklist([
    'r8unorm', 'r8snorm', 'r8uint', 'r8sint', 'rg8unorm', 'rg8snorm', 'rg8uint', 'rg8sint',
    'rgba8unorm', 'rgba8unorm-srgb', 'rgba8snorm', 'rgba8uint', 'rgba8sint', 'bgra8unorm', 'bgra8unorm-srgb',
    'r16uint', 'r16sint', 'r16float', 'rg16uint', 'rg16sint', 'rg16float', 'rgba16uint', 'rgba16sint', 'rgba16float',
    'r32uint', 'r32sint', 'r32float', 'rg32uint', 'rg32sint', 'rg32float', 'rgba32uint', 'rgba32sint', 'rgba32float',
  ]),
  size: v.pipe(v.array(amount), v.minLength(1), v.maxLength(3)),
  dimension: v.optional(v.picklist(['1d', '2d', '2d-array', '3d', 'cube', 'cube-array'])),
  result,
}) // prettier-ignore

const address = v.picklist(['clamp-to-edge', 'repeat', 'mirror-repeat'])
const samplerSchema = v.strictObject({
  filter: v.optional(v.picklist(['nearest', 'linear']), 'nearest'),
  address: v.optional(v.union([address, v.pipe(v.array(address), v.minLength(1), v.maxLength(3))]), 'clamp-to-edge'),
  compare: v.optional(
    v.picklist(['never', 'less', 'equal', 'less-equal', 'greater', 'not-equal', 'greater-equal', 'always']),
  ),
}) // prettier-ignore

const bindingSchema = v.union(
  [
    name,
    v.strictObject({
      buffer: name,
      offset: v.optional(amount),
      size: v.optional(amount),
      dynamic: v.optional(amount),
    }),
    v.strictObject({ swap: v.pipe(v.array(name), v.minLength(2), v.maxLength(8)), by: v.optional(amount) }),
  ],
  'must be a name, { "buffer", "offset" | "dynamic", "size" } or { "swap": […] }',
)

const counts = v.pipe(v.array(amount), v.minLength(1), v.maxLength(3))
const dispatchSchema = v.strictObject({
  entry: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  bind: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[0-3]\.\d{1,3}$/, 'must be <group>.<binding>, e.g. "0.1"')),
      bindingSchema,
    ),
    {},
  ),
  overrides: v.optional(v.record(v.pipe(v.string(), v.maxLength(100)), v.union([amount, v.boolean()])), {}),
  workgroups: v.optional(counts),
  invocations: v.optional(counts),
  indirect: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}@\d{1,9}$/, 'must be <buffer>@<byte offset>, e.g. "counts@16"'),
    ),
  ),
})
const copySchema = v.strictObject({ copy: v.strictTuple([name, name]), bytes: v.optional(amount) })
const clearSchema = v.strictObject({ clear: name })

export type DispatchPlan = v.InferOutput<typeof dispatchSchema>
export type CopyPlan = v.InferOutput<typeof copySchema>
export type ClearPlan = v.InferOutput<typeof clearSchema>
/** Steps done again and again; `as` names the counter, `$i` counts the innermost. */
export interface RepeatPlan {
  readonly repeat: number | string
  readonly as?: string | undefined
  readonly do: readonly StepPlan[]
}
export type StepPlan = DispatchPlan | CopyPlan | ClearPlan | RepeatPlan

const stepSchema: v.GenericSchema<unknown, StepPlan> = v.lazy((input) => {
  const has = (field: string) => typeof input === 'object' && input !== null && field in input
  if (has('do')) return repeatSchema
  if (has('copy')) return copySchema
  if (has('clear')) return clearSchema
  return dispatchSchema
})
const repeatSchema = v.strictObject({
  repeat: v.optional(amount, 1),
  as: v.optional(name),
  do: v.pipe(v.array(stepSchema), v.minLength(1), v.maxLength(limits.stepsPerListMax)),
})

const targetMs = described(
  v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
  'How long its author thinks a unit takes on a common GPU, in milliseconds. Only the first forecasts use it.',
)
const unitsSchema = v.union(
  [
    v.strictObject({ range: v.strictTuple([natural, positive]), granule: v.optional(positive, 1), targetMs }),
    v.strictObject({
      list: fileName,
      columns: v.optional(v.pipe(v.array(name), v.minLength(1), v.maxLength(limits.listColumnsMax))),
      count: v.optional(positive),
      targetMs,
    }),
  ],
  'must be { "range": [begin, end], "granule" } or { "list": "<file>.csv" }',
)

const elementSchema = v.picklist(elementTypes)
const toleranceSchema = v.strictObject({
  compare: v.literal('tolerance'),
  atol: v.pipe(v.number(), v.minValue(0)),
  rtol: v.pipe(v.number(), v.minValue(0)),
  outliers: v.optional(share, 0),
  as: v.optional(v.union([elementSchema, v.pipe(v.array(elementSchema), v.minLength(1), v.maxLength(64))])),
})
const steps = v.pipe(v.array(stepSchema), v.minLength(1), v.maxLength(limits.stepsPerListMax))
const wgslFiles = v.pipe(v.array(fileName), v.minLength(1), v.maxLength(limits.wgslPartsMax))
/** A kernel of the requester's that says whether a result is right: a module of its own, with passes and buffers as a job has. */
const checkerSchema = v.strictObject({
  compare: v.literal('checker'),
  wgsl: described(
    v.union([fileName, wgslFiles], 'must be a file name or a list of them'),
    'WGSL files of the verify kernel.',
  ),
  passes: described(v.optional(steps), 'Its steps, where it has more than one entry point or dispatch.'),
  buffers: described(v.optional(v.record(name, bufferSchema)), 'Buffers of its own, by name.'),
})
const verifySchema = v.variant('compare', [
  v.strictObject({ compare: v.literal('exact') }),
  toleranceSchema,
  checkerSchema,
])

const buffer = v.optional(name)
const reduce = v.optional(v.strictObject({ wgsl: fileName }))
const imageSchema = v.strictObject({
  kind: v.literal('image'),
  buffer,
  reduce,
  width: positive,
  height: positive,
  tile: v.optional(v.strictTuple([positive, positive])),
  format: v.optional(
    v.picklist(['rgba32float', 'rgba16float', 'rgba8unorm', 'r32float', 'r32uint', 'r32sint', 'r8unorm']),
    'rgba32float',
  ),
  toneMap: v.optional(v.picklist(['srgb', 'linear'])),
  colourMap: v.optional(
    v.strictObject({
      name: v.picklist(['grey', 'viridis', 'inferno', 'turbo', 'twilight']),
      from: v.optional(v.number()),
      to: v.optional(v.number()),
    }),
  ),
})
const arraySchema = v.strictObject({
  kind: v.literal('array'),
  buffer,
  reduce,
  type: elementSchema,
  shape: v.optional(v.pipe(v.array(v.union([positive, v.literal(-1)])), v.minLength(1), v.maxLength(8))),
})
const plotSchema = v.strictObject({
  mark: v.picklist(['line', 'point', 'bar', 'area', 'histogram']),
  x: name,
  y: v.optional(name),
  colour: v.optional(name),
  title: v.optional(text(limits.nameCharactersMax)),
})
const tableSchema = v.strictObject({
  kind: v.literal('table'),
  buffer,
  reduce,
  columns: v.record(name, v.picklist(['f32', 'i32', 'u32'])),
  plot: v.optional(plotSchema),
})
const rawSchema = v.strictObject({ kind: v.literal('raw'), buffer, reduce })
const collectSchema = v.variant('kind', [imageSchema, arraySchema, tableSchema, rawSchema])

/** The schema of `job.json`. */
export const manifestSchema = v.strictObject({
  $schema: v.optional(v.string()),
  name: described(text(limits.nameCharactersMax), 'Title, shown to contributors.'),
  summary: described(text(limits.summaryCharactersMax), 'What is computed and why, shown to contributors.'),
  cause: causeSchema,
  licence: text(limits.nameCharactersMax),
  wgsl: described(wgslFiles, 'WGSL files, joined in this order into one module.'),
  parameters: described(
    v.optional(v.record(name, amount), {}),
    'Named numbers for expressions: $name. A later one may use earlier ones.',
  ),
  requires: described(
    v.optional(
      v.strictObject({
        features: v.optional(v.pipe(v.array(text(64)), v.maxLength(32)), []),
        limits: v.optional(v.record(text(64), positive), {}),
        memoryMiB: v.optional(positive),
        gflops: described(
          v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
          'The least speed at f32 that a device must have: 10⁹ operations a second.',
        ),
      }),
      {},
    ),
    'What a device must have that the kernel does not show by itself.',
  ),
  inputs: described(v.optional(v.record(name, inputSchema), {}), 'Data files by name.'),
  buffers: described(v.optional(v.record(name, bufferSchema), {}), 'Buffers by name.'),
  textures: described(v.optional(v.record(name, textureSchema), {}), 'Textures by name.'),
  samplers: described(v.optional(v.record(name, samplerSchema), {}), 'Samplers by name.'),
  passes: described(v.optional(steps), 'Steps in order: dispatches, copies, clears, repeats.'),
  units: described(unitsSchema, 'How the job falls into units.'),
  tiling: described(
    v.optional(v.picklist(['auto', 'none']), 'auto'),
    'none: workgroups of the kernel wait for one another.',
  ),
  quorum: described(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)), 2),
    'Agreeing results needed for a unit. 1: computed once, and checked by lot or by a verify kernel.',
  ),
  verify: described(v.optional(v.record(name, verifySchema), {}), 'How results are compared, by name.'),
  collect: described(v.optional(collectSchema), 'How unit results become the result of the job.'),
  price: v.strictObject({ perUnitMask: mask, budgetMask: mask }),
  deadline: described(
    v.optional(dateTime),
    'When everything is wanted, e.g. "2031-05-01T18:00+02:00". Late units are computed all the same.',
  ),
  pool: described(
    v.optional(digestSchema),
    'Only providers of this pool compute: SHA-256 of "mask/pool/" and the invitation, as 0x and 64 digits.',
  ),
})

/** A checked job manifest, as its author wrote it. */
export type Manifest = v.InferOutput<typeof manifestSchema>
export type InputPlan = Manifest['inputs'][string]
export type BufferPlan = Manifest['buffers'][string]
export type TexturePlan = Manifest['textures'][string]
export type SamplerPlan = Manifest['samplers'][string]
export type BindingPlan = v.InferOutput<typeof bindingSchema>
export type Comparator = v.InferOutput<typeof verifySchema>
export type CheckerPlan = v.InferOutput<typeof checkerSchema>
export type { ElementType } from './elements.ts'
export type CollectPlan = v.InferOutput<typeof collectSchema>
export type ImagePlan = v.InferOutput<typeof imageSchema>
export type ArrayPlan = v.InferOutput<typeof arraySchema>
export type TablePlan = v.InferOutput<typeof tableSchema>
