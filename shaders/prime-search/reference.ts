/** Where the spans lie: span s is the numbers from first + s × length on, `length` of them. */
export interface Params {
  readonly first: number
  readonly length: number
}

/** One span as the kernel leaves it in `spans`: begin, primes, twins, largest gap, largest prime, expected. */
export function spanRow({ first, length }: Params, span: number): number[] {
  const begin = first + span * length
  const end = begin + length
  if (end >= 2 ** 32) return [0, 0, 0, 0, 0, 0]
  const primes: number[] = []
  for (let n = begin; n < end; n++) if (isPrime(n)) primes.push(n)
  const gaps = primes.map((prime, index) => (primes[index + 1] ?? primeAfter(end)) - prime)
  return [
    begin,
    primes.length,
    gaps.filter((gap) => gap === 2).length,
    Math.max(0, ...gaps),
    primes.at(-1) ?? 0,
    expectedPrimes(begin, length),
  ]
}

/** By the definition: nothing from 2 to the root divides it. */
function isPrime(n: number): boolean {
  if (n < 2) return false
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
}

function primeAfter(end: number): number {
  let n = end
  while (!isPrime(n)) n++
  return n
}

/** length / ln x at the middle of the span, in the kernel's whole numbers: 1 / ln 2 is 47274 / 2¹⁵, to six digits. */
function expectedPrimes(begin: number, length: number): number {
  const middle = begin + Math.floor(length / 2)
  return Math.floor((length * 47274) / Math.floor(2 ** 15 * Math.log2(middle)))
}
