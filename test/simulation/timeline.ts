interface Moment {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** Virtual time: what is to happen, earliest first; at one moment in the order in which it was planned. */
export class Timeline {
  readonly #heap: Moment[] = []
  #planned = 0
  nowMs = 0

  /** Plans something for `delayMs` from now. */
  after(delayMs: number, run: () => void): void {
    this.#planned += 1
    this.#rise({ atMs: this.nowMs + Math.max(0, delayMs), order: this.#planned, run })
  }

  /** Goes to the next planned moment and lets it happen; false when nothing is left. */
  advance(): boolean {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (!first || !last) return false
    if (first !== last) this.#sink(last)
    this.nowMs = first.atMs
    first.run()
    return true
  }

  /** Puts a moment into the heap, from its end upwards. */
  #rise(moment: Moment): void {
    const heap = this.#heap
    let index = heap.length
    while (index > 0) {
      const parent = heap[(index - 1) >> 1]
      if (!parent || !isBefore(moment, parent)) break
      heap[index] = parent
      index = (index - 1) >> 1
    }
    heap[index] = moment
  }

  /** Puts a moment into the heap in place of the first, from there downwards. */
  #sink(moment: Moment): void {
    const heap = this.#heap
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      let child = heap[below]
      if (!child) break
      const right = heap[below + 1]
      if (right && isBefore(right, child)) {
        child = right
        below += 1
      }
      if (!isBefore(child, moment)) break
      heap[index] = child
      index = below
    }
    heap[index] = moment
  }
}

function isBefore(one: Moment, other: Moment): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}
