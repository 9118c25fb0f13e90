import type { JobSource } from '#runner/job-source.ts'
import type { MergeJob } from '#client/sdk/collect/merge-job.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** Runs a unit on this machine; the command does it by a child process with Dawn, a page could by its worker. */
export type RunUnit = (source: JobSource, unit: number) => Promise<{ readonly result: Bytes }>

/**
 * Merges results pairwise, neighbours in order, level by level; the odd one out goes up as it is. So the tree of
 * merges depends on the number of results alone. Holds two batches a level in memory, never all results.
 *
 * @param parts of the units in order, each of `job.bytes`.
 * @returns undefined where there are no parts.
 * @throws what `run` and `parts` throw.
 */
export async function mergeResults(
  job: MergeJob,
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  count: number,
  run: RunUnit,
): Promise<Uint8Array | undefined> {
  const machine = new MergeMachine(job, run)
  let level = parts
  for (let left = count; left > 1; left = Math.ceil(left / 2)) level = machine.nextLevel(level)
  for await (const merged of level) return merged
  return undefined
}

/** One job for all merges: each batch of pairs is a unit with a number of its own. */
class MergeMachine {
  readonly #job: MergeJob
  readonly #run: RunUnit
  #unit = 0

  constructor(job: MergeJob, run: RunUnit) {
    this.#job = job
    this.#run = run
  }

  async *nextLevel(
    parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let waiting: Uint8Array[] = []
    for await (const part of parts) {
      waiting.push(part)
      if (waiting.length < 2 * this.#job.pairs) continue
      yield* await this.#merge(waiting)
      waiting = []
    }
    const odd = waiting.length % 2 === 1 ? waiting.pop() : undefined
    if (waiting.length > 0) yield* await this.#merge(waiting)
    if (odd) yield odd
  }

  async #merge(parts: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { manifest, wgsl, stride, bytes, pairs } = this.#job
    const sides: Record<string, Bytes> = { left: this.#side(parts, 0), right: this.#side(parts, 1) }
    const unit = this.#unit++
    const sideOf = (name: string) => sides[name] ?? new Uint8Array()
    const source: JobSource = {
      key: 'merge',
      manifest,
      wgsl,
      loadInput: (name) => Promise.resolve(sideOf(name)),
      loadSlice: (name, begin, end) => {
        const first = unit * pairs * stride
        return Promise.resolve(sideOf(name).slice(begin - first, end - first))
      },
      loadList: () => Promise.reject(new Error('broken assumption: a merge has no list')),
    }
    const { result } = await this.#run(source, unit)
    return Array.from({ length: parts.length / 2 }, (_, pair) => {
      return result.slice(pair * stride, pair * stride + bytes)
    })
  }

  /** Every other part, one a stride. A batch that is not full is filled with its last pair, whose merge is known to end. */
  #side(parts: readonly Uint8Array[], side: 0 | 1): Bytes {
    const { pairs, stride } = this.#job
    const whole = new Uint8Array(pairs * stride)
    const last = parts.length / 2 - 1
    for (let pair = 0; pair < pairs; pair += 1)
      whole.set(parts[2 * Math.min(pair, last) + side] ?? [], pair * stride)
    return whole
  }
}
