import type { KernelCase } from '#shaders/kernel-case.ts'
import { spanRow } from '#shaders/prime-search/reference.ts'

/** A unit of `count` spans from span `begin` on. */
function spans(title: string, first: number, length: number, begin: number, count: number): KernelCase {
  return {
    title,
    changes: { parameters: { first, length }, units: { range: [begin, begin + count], granule: count } },
    unit: 0,
    expected: () => rows(first, length, begin, count),
  }
}

function rows(first: number, length: number, begin: number, count: number): Uint8Array {
  const words = Array.from({ length: count }, (_, index) => spanRow({ first, length }, begin + index))
  return new Uint8Array(Uint32Array.from(words.flat()).buffer)
}

/** The multiple of 64 at or below. */
const aligned = (n: number) => n - (n % 64)

export const cases: readonly KernelCase[] = [
  spans('empty: no prime in 64 numbers of the gap behind 4652353', 4_652_416, 64, 0, 1),
  spans('empty: spans that do not end below 2³² are zeros', 2 ** 32 - 128, 64, 0, 3),
  spans('one: the first 64 numbers', 0, 64, 0, 1),
  spans('odd: seven spans of 192 numbers that begin in the middle', 64 * 15_625, 192, 11, 7),
  spans('largest: the last two spans that end below 2³²', 2 ** 32 - 64 - 2 * 2048, 2048, 0, 2),
  spans('largest: the widest gap below 2³², from 3842610773 to 3842611109', aligned(3_842_610_773), 64, 0, 1),
  {
    title: 'largest: ten spans as the job counts them',
    unit: 9,
    expected: () => rows(0, 40_000, 90, 10),
  },
  spans(
    'control: 3215031751 passes the bases 2, 3, 5 and 7, and is no prime',
    aligned(3_215_031_751),
    64,
    0,
    1,
  ),
  spans('control: 2047, 3277 and 4033 pass the base 2, and are no primes', 1984, 2112, 0, 1),
]
