/** What is happening, why, and what comes of it. */
export interface Sentence {
  readonly title: string
  readonly reason: string
  /** When the page itself tries again. */
  readonly retry?: string
  /** What the reader may do about it. */
  readonly next?: string
}

/** A sentence that must say what to do. */
export interface Advice extends Sentence {
  readonly next: string
}
