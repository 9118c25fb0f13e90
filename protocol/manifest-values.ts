import * as v from 'valibot'
import { instantMsOf } from './instant.ts'
import { limits } from './limits.ts'
import { parseMask } from './money.ts'

/** The kinds of values that the fields of a manifest have. */

/** With what an editor shows beside the field. */
export const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description))

export const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be an identifier of at most 64 characters'),
)
export const fileName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, 'must be a plain file name inside the job folder'),
)
export const amount = v.union(
  [
    v.pipe(v.number(), v.finite()),
    v.pipe(v.string(), v.minLength(1), v.maxLength(limits.expressionCharactersMax)),
  ],
  'must be a number or an expression',
)
export const text = (charactersMax: number) =>
  v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(charactersMax))
export const positive = v.pipe(v.number(), v.integer(), v.minValue(1))
export const natural = v.pipe(v.number(), v.integer(), v.minValue(0))
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
export const mask = v.pipe(
  v.string(),
  v.check((sum) => (parseMask(sum) ?? 0n) > 0n, 'must be an amount of MASK above zero, e.g. "0.002"'),
)
export const dateTime = v.pipe(
  v.string(),
  v.check(
    (text) => instantMsOf(text) !== undefined,
    'must be a date and time with its offset, e.g. "2031-05-01T18:00+02:00"',
  ),
)
export const inputReference = v.pipe(
  v.string(),
  v.regex(/^input:[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be input:<name>'),
)
