import type { State } from '../state.ts'

/** A number below 2³² out of the newest round of the beacon: nobody knew it before. 0 before the first round. */
export function newestNumber({ beacon }: Pick<State, 'beacon'>, word: 0 | 1 = 0): number {
  const begin = 2 + 8 * word
  return Number.parseInt(beacon.latestValue?.slice(begin, begin + 8) ?? '0', 16)
}
