import type { Random } from './random.ts'

/**
 * A log-normal number: half of all are below `median`; `sigma` is the deviation of the logarithm. Made of additions,
 * multiplications, divisions and square roots alone, whose bits are the same on every machine; those of `Math.exp`,
 * `Math.log` and `Math.cos` need not be.
 */
export function logNormal(random: Random, median: number, sigma: number): number {
  return median * exponential(sigma * normal(random))
}

/** Normal, by Box and Muller (1958). */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * naturalLogarithm(1 - random.unit()))
  return radius * cosineOfTurn(random.unit())
}

/** cos 2πx for x from 0 to 1: by its series in the first quarter, from which the others follow. */
export function cosineOfTurn(x: number): number {
  const half = Math.min(x, 1 - x)
  const quarter = Math.min(half, 0.5 - half)
  const angle = 2 * Math.PI * quarter
  const square = angle * angle
  let sum = 1
  for (let place = 24; place > 0; place -= 2) sum = 1 - (sum * square) / (place * (place - 1))
  return half > 0.25 ? -sum : sum
}

/** ln 2 */
const halving = 0.6931471805599453

/** eˣ: by Taylor's series at x / 2⁶, squared six times. */
export function exponential(x: number): number {
  const small = x / 64
  let sum = 1
  for (let place = 12; place > 0; place -= 1) sum = 1 + (sum * small) / place
  for (let squared = 0; squared < 6; squared += 1) sum *= sum
  return sum
}

/** ln x for x > 0: x is brought between ¾ and 1½ by powers of two, then 2 artanh((x − 1) / (x + 1)) by its series. */
export function naturalLogarithm(x: number): number {
  let powers = 0
  let rest = x
  for (; rest < 0.75; rest *= 2) powers -= 1
  for (; rest > 1.5; rest /= 2) powers += 1
  const ratio = (rest - 1) / (rest + 1)
  const square = ratio * ratio
  let sum = 0
  for (let place = 25; place > 0; place -= 2) sum = sum * square + 1 / place
  return 2 * ratio * sum + powers * halving
}
