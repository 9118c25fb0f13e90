/** How hard the GPU may be driven. */
export interface Pace {
  /** What one submit should take: 8–16 ms while somebody looks at the screen, about 50 ms when nobody does. */
  readonly submitMs: number
  /** Above 0, up to 1: the share of time in which the GPU may be kept busy. */
  readonly duty: number
}

/** Since the runner was made; differences give the share of time in which the GPU was busy. */
export interface Usage {
  readonly busyMs: number
  readonly elapsedMs: number
}
