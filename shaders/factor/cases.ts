import type { KernelCase } from '#shaders/kernel-case.ts'
import { factorRow } from '#shaders/factor/reference.ts'

/** A unit of the numbers n² + 1 for `count` numbers from `n` on. */
function rows(title: string, n: number, count: number): KernelCase {
  return {
    title,
    changes: { parameters: { first: n - 5 }, units: { range: [5, 5 + count], granule: count } },
    unit: 0,
    expected: () => {
      const words = Array.from({ length: count }, (_, index) => factorRow(n + index))
      return new Uint8Array(Uint32Array.from(words.flat()).buffer)
    },
  }
}

export const cases: readonly KernelCase[] = [
  rows('odd: 77 numbers, among them powers of 5 and of 13', 5, 77),
  rows('largest: 2 × 32767², which is two factors of 31 digits each', 2 * 32_767 ** 2, 1),
  rows('largest: 2³¹ − 1, which leaves a prime above 2³² beside four small ones', 2 ** 31 - 1, 1),
  rows('one: 47321² + 1 is twice the square of a prime', 47_321, 1),
  rows('control: six numbers of 52 digits', 66_000_000, 6),
]
