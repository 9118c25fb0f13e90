import * as v from 'valibot'
import { requirableFeatures, requirableLimits } from './device-needs.ts'
import { addressSchema, digestSchema, weiSchema } from './ids.ts'
import { limits } from './limits.ts'

/** What a job's manifest may name as its cause. */
export const causes = ['science', 'health', 'climate', 'arts', 'ml', 'data', 'other'] as const
export type Cause = (typeof causes)[number]
export const causeSchema = v.picklist(causes)

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const few = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(v.array(schema), v.maxLength(limits.offerListMax))

/** What a short benchmark measured on this device. Sorts devices and sizes first units; pay never depends on it. */
export const speedSchema = v.strictObject({
  /** f32 multiply-adds, counted as two operations each: 10⁹ a second. */
  gflops: amount,
  /** u32 operations: 10⁹ a second. */
  gops: amount,
  /** Bytes copied between buffers: 10⁹ a second. */
  copyGBps: amount,
  /** From the submit of an empty kernel to its end. */
  launchMs: amount,
})

/** What a provider has and wants. Stated with the greeting, and again whenever it changes. */
export const offerSchema = v.strictObject({
  features: few(v.picklist(requirableFeatures)),
  limits: v.pipe(
    v.record(v.picklist(requirableLimits), amount),
    v.check((record) => Object.keys(record).length <= requirableLimits.length, 'names limits of WebGPU'),
  ),
  /** GPU memory that one job may take. */
  memoryMiB: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_048_576)),
  speed: speedSchema,
  /** SHA-256 of the probe kernel's output: devices that share it round alike. */
  numericClass: digestSchema,
  /** With `only`, no other; `never` wins. */
  causes: v.strictObject({ only: v.optional(few(causeSchema)), never: few(causeSchema) }),
  requesters: v.strictObject({ only: v.optional(few(addressSchema)), never: few(addressSchema) }),
  /** Below this much pay for an hour of its GPU it takes no unit. */
  minimumWeiPerHour: weiSchema,
  /** Bytes it is still ready to download today; undefined: no cap. */
  dataBytesMax: v.optional(amount),
  /** Invitations to pools: secrets shared by their owners. */
  pools: few(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
})

export type Speed = v.InferOutput<typeof speedSchema>
export type Offer = v.InferOutput<typeof offerSchema>
