/** Virtual time: what is to happen, earliest first; at one moment in the order in which it was planned. */
export class Timeline {
  readonly #heap: { atMs: number; order: number; run: () => void }[] = []
  #planned = 0
  nowMs = 0

  /** Plans something for `delayMs` from now. */
  after(delayMs: number, run: () => void): void {
    this.#planned += 1
    this.#heap.push({ atMs: this.nowMs + Math.max(0, delayMs), order: this.#planned, run })
    this.#rise(this.#heap.length - 1)
  }

  /** Goes to the next planned moment and lets it happen; false when nothing is left. */
  advance(): boolean {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (!first || !last) return false
    if (first !== last) {
      this.#heap[0] = last
      this.#sink(0)
    }
    this.nowMs = first.atMs
    first.run()
    return true
  }

  #before(left: number, right: number): boolean {
    const [a, b] = [this.#heap[left], this.#heap[right]]
    return a !== undefined && (b === undefined || a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order))
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#heap[left], this.#heap[right]]
    if (a && b) [this.#heap[left], this.#heap[right]] = [b, a]
  }

  #rise(start: number): void {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1
      if (!this.#before(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #sink(start: number): void {
    for (let index = start; ;) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      const child = this.#before(right, left) ? right : left
      if (child >= this.#heap.length || !this.#before(child, index)) return
      this.#swap(index, child)
      index = child
    }
  }
}
