import * as v from 'valibot'
import { limits } from './limits.ts'
import { parseMask } from './money.ts'

const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be an identifier of at most 64 characters'),
)
const fileName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, 'must be a plain file name inside the job folder'),
)
const expression = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.expressionCharactersMax))
const text = (charactersMax: number) =>
  v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(charactersMax))
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const mask = v.pipe(
  v.string(),
  v.check((amount) => (parseMask(amount) ?? 0n) > 0n, 'must be an amount of MASK above zero, e.g. "0.002"'),
)

/** `"$unit.begin:u32"`: an expression and the scalar type it is written as. */
const uniformField = v.pipe(
  v.string(),
  v.regex(/^.{1,200}:(u32|i32|f32)$/, 'must be <expression>:u32, :i32 or :f32'),
)

const bufferSchema = v.union([
  v.strictObject({
    from: v.pipe(v.string(), v.regex(/^input:[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be input:<name>')),
  }),
  v.strictObject({ uniform: v.record(name, uniformField) }),
  v.strictObject({
    bytes: expression,
    result: v.optional(v.literal(true)),
    init: v.optional(v.literal('zero')),
  }),
])

const dispatchSchema = v.strictObject({
  entry: name,
  bind: v.record(v.pipe(v.string(), v.regex(/^[0-3]\.\d{1,3}$/, 'must be <group>.<binding>')), name),
  workgroups: v.pipe(v.array(expression), v.minLength(1), v.maxLength(3)),
})

const toleranceSchema = v.strictObject({
  compare: v.literal('tolerance'),
  atol: v.pipe(v.number(), v.minValue(0)),
  rtol: v.pipe(v.number(), v.minValue(0)),
  outliers: v.optional(share, 0),
})

const verifySchema = v.variant('compare', [v.strictObject({ compare: v.literal('exact') }), toleranceSchema])

const imageSchema = v.strictObject({
  kind: v.literal('image'),
  buffer: name,
  width: positive,
  height: positive,
  tile: v.tuple([positive, positive]),
  format: v.literal('rgba32float'),
  toneMap: v.optional(v.picklist(['srgb', 'linear']), 'srgb'),
})
const collectSchema = v.variant('kind', [
  imageSchema,
  v.strictObject({ kind: v.literal('raw'), buffer: name }),
])

/** The schema of `job.json`. Unknown fields are refused. */
export const manifestSchema = v.strictObject({
  name: text(limits.nameCharactersMax),
  summary: text(limits.summaryCharactersMax),
  cause: v.picklist(['science', 'health', 'climate', 'arts', 'ml', 'data', 'other']),
  licence: text(limits.nameCharactersMax),
  wgsl: v.pipe(v.array(fileName), v.minLength(1), v.maxLength(16)),
  inputs: v.optional(v.record(name, v.strictObject({ file: fileName, shared: v.literal(true) })), {}),
  buffers: v.record(name, bufferSchema),
  passes: v.pipe(
    v.array(v.strictObject({ do: v.pipe(v.array(dispatchSchema), v.minLength(1), v.maxLength(16)) })),
    v.minLength(1),
    v.maxLength(limits.passesMax),
  ),
  units: v.strictObject({
    range: v.tuple([v.pipe(v.number(), v.integer(), v.minValue(0)), positive]),
    granule: v.optional(positive, 1),
  }),
  quorum: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)), 2),
  verify: v.record(name, verifySchema),
  collect: collectSchema,
  price: v.strictObject({ perUnitMask: mask, budgetMask: mask }),
})

/** A checked job manifest. */
export type Manifest = v.InferOutput<typeof manifestSchema>
export type Comparator = v.InferOutput<typeof verifySchema>
export type DispatchPlan = v.InferOutput<typeof dispatchSchema>
export type ImagePlan = v.InferOutput<typeof imageSchema>
