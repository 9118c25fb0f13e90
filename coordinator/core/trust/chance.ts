import type { State } from '../state.ts'

/** A number below 2³² out of the newest round of the beacon: nobody knew it before. 0 before the first round. */
export function newestNumber({ beacon }: Pick<State, 'beacon'>, word: 0 | 1 = 0): number {
  const begin = 2 + 8 * word
  return Number.parseInt(beacon.latestValue?.slice(begin, begin + 8) ?? '0', 16)
}

/** Another number below 2³² for each place, far from its neighbours' (Fibonacci hashing, Knuth 1973, 6.4). */
export function spread(number: number): number {
  return Math.imul(number, 0x9e3779b1) >>> 0
}

/** A number below 2³² as a chance, from 0 (included) to 1 (excluded). */
export function chanceOf(number: number): number {
  return number / 2 ** 32
}
