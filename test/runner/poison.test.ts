import { expect, test } from 'vitest'
import type { Comparator, ElementType } from '#protocol/manifest-schema.ts'
import { isUnwritten } from '#runner/poison.ts'

const exact: Comparator = { compare: 'exact' }
const near = (as: ElementType | ElementType[]): Comparator => ({
  compare: 'tolerance',
  atol: 0,
  rtol: 0,
  outliers: 0,
  as,
})
const unwritten = (words: number[], comparator: Comparator) =>
  isUnwritten(new Uint8Array(Uint32Array.from(words).buffer), { comparator })
const poison = 0xffff_ffff

test('[G4] one poisoned float shows; whole numbers may be -1, unless there is nothing else', () => {
  expect(unwritten([1, poison, 3], near('f32'))).toBe(true)
  expect(unwritten([1, 2, 3], near('f32'))).toBe(false)
  for (const comparator of [exact, near('i32'), near('u8')]) {
    expect(unwritten([1, poison, 3], comparator)).toBe(false)
    expect(unwritten([poison, poison], comparator)).toBe(true)
  }
})

test('[G4] half floats and rows of mixed elements are looked at where their floats are', () => {
  expect(unwritten([0x3c00_ffff], near('f16'))).toBe(true)
  expect(unwritten([0x3c00_3c00], near('f16'))).toBe(false)
  expect(unwritten([poison, 1, poison, 2], near(['u32', 'f32']))).toBe(false)
  expect(unwritten([1, poison, 2, 3], near(['u32', 'f32']))).toBe(true)
})

test('[G4] a part of a result starts where it starts', () => {
  const bytes = new Uint8Array(Uint32Array.of(poison, 1, 2).buffer)
  expect(isUnwritten(bytes.subarray(4), { comparator: near('f32') })).toBe(false)
})
