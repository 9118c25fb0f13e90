/** One case of a library kernel: the job with some changes, one of its units, and what must come out. */
export interface KernelCase {
  readonly title: string
  /** Fields of job.json put in place of those written there, e.g. `{ parameters: { width: 8 }, units: { range: [0, 1] } }`. */
  readonly changes?: Readonly<Record<string, unknown>>
  /** Files in place of those `prepare()` makes; without it the case runs on the real data. */
  readonly files?: () => ReadonlyMap<string, Uint8Array>
  readonly unit: number
  /** The unit's result bytes, computed slowly and obviously on the CPU. */
  readonly expected: () => Uint8Array
}
