import { expect, test } from 'vitest'
import { variablesOf } from '#protocol/job-plan.ts'
import { Refusal } from '#protocol/refusal.ts'
import { encodeUniform } from '#web/edge/runner/uniform-encoding.ts'

const variables = variablesOf({ index: 3, begin: 300, count: 100 })
const encode = (fields: Record<string, string>) => encodeUniform(fields, variables)

test('[G11] fields lie one after the other in the manifest’s order, little-endian, 4 bytes each', () => {
  const bytes = encode({ z: '$unit.begin:u32', a: '0-$unit.count:i32', m: '$unit.index/2:f32' })
  const view = new DataView(bytes.buffer)
  expect(view.getUint32(0, true)).toBe(300)
  expect(view.getInt32(4, true)).toBe(-100)
  expect(view.getFloat32(8, true)).toBe(1.5)
  expect(view.getUint32(12, true)).toBe(0)
})

test('[G11] the size is a multiple of 16, and never nothing', () => {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, '1:u32']))
  expect([0, 1, 4, 5, 8, 9].map((count) => encode(fields(count)).length)).toEqual([16, 16, 16, 32, 32, 48])
})

test('[G11] the limits of each scalar', () => {
  expect([...encode({ high: '4294967295:u32', low: '0-2147483648:i32' }).slice(0, 8)]).toEqual([
    255, 255, 255, 255, 0, 0, 0, 128,
  ])
  for (const field of ['4294967296:u32', '0-1:u32', '0.5:u32', '2147483648:i32', '1/3:i32', '1/0:f32'])
    expect(() => encode({ field }), field).toThrow(Refusal)
  const tooLarge = ['9'.repeat(39), 'f32'].join(':')
  expect(() => encode({ tooLarge })).toThrow(/"tooLarge".*f32/)
})
