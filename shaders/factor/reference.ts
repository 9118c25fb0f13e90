import { assert } from '#protocol/assert.ts'

/** A row as the kernel leaves it: n, size, and the prime factors of n² + 1 below 2³² with zeros behind them. */
export function factorRow(n: number): number[] {
  const primes = primeFactorsOf(n)
  const words = primes.filter((prime) => prime < 2 ** 32)
  const zeros = Array.from({ length: 11 - words.length }, () => 0)
  return [n, sizeOf(primes.at(-1) ?? 0), ...words, ...zeros]
}

/** The different prime factors of n² + 1, from the smallest on. */
function primeFactorsOf(n: number): number[] {
  const parts = partsOf(n)
  const product = parts.reduce((value, part) => value * BigInt(part), 1n)
  assert(product === BigInt(n) ** 2n + 1n, 'the parts make up the number, and none was rounded')
  return [...new Set(parts.flatMap(dividedByTrial))].sort((left, right) => left - right)
}

/**
 * n² + 1 as a product of numbers that trial division can take apart. Where n is 2m² that is Sophie Germain's identity,
 * 4m⁴ + 1 = (2m² + 2m + 1)(2m² − 2m + 1); for 2³¹ − 1 the half of it divides 2¹²² + 1, whose factors are in
 * Cunningham's tables.
 */
function partsOf(n: number): number[] {
  if (n === 2 ** 31 - 1) return [2, 5, 733, 1709, 368140581013]
  const m = Math.sqrt(n / 2)
  return Number.isInteger(m) ? [2 * m * m + 2 * m + 1, 2 * m * m - 2 * m + 1] : [n * n + 1]
}

/** By the definition: what divides it, from 2 on. */
function dividedByTrial(value: number): number[] {
  const primes: number[] = []
  let rest = value
  for (let divisor = 2; divisor * divisor <= rest; divisor += divisor === 2 ? 1 : 2)
    for (; rest % divisor === 0; rest /= divisor) primes.push(divisor)
  return rest > 1 ? [...primes, rest] : primes
}

/** ⌊1000 log₂⌋, of 15 binary digits. */
function sizeOf(value: number): number {
  return Math.floor((Math.floor(2 ** 15 * Math.log2(value)) * 1000) / 2 ** 15)
}
