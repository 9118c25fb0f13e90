import type { ChunkShare } from './chunk.ts'

/** A single workgroup may take so long; beyond, no tile is small enough for a smooth screen. */
export const workgroupMsMax = 500
/** Once may be the driver's compiler. */
const timesMax = 2

/** Notices kernels of which a single workgroup takes too long. Pure: told times, never reads a clock. */
export class CoarseWatch {
  readonly #times = new Map<string, number>()

  /**
   * Whether a kernel is too coarse, now that a submit of these shares took so long. Only a submit of one workgroup
   * and nothing else says so.
   */
  isTooCoarse(shares: ReadonlyMap<string, ChunkShare>, tookMs: number): boolean {
    const [first, ...others] = shares
    if (!first || others.length > 0 || first[1].workgroups !== 1 || tookMs <= workgroupMsMax) return false
    const times = (this.#times.get(first[0]) ?? 0) + 1
    this.#times.set(first[0], times)
    return times >= timesMax
  }
}
