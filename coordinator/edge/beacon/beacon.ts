import type { Hex } from '#protocol/bytes.ts'

/** Told of each round: its number and its value, 32 bytes that nobody could choose. */
export type PublishRound = (round: number, value: Hex) => void

/**
 * Public chance, in rounds. Its duties:
 *
 * 1. A round is a span of time: round n begins n × `roundMs` after 1970. So one that has not begun can be named, however
 *    late the news of others come.
 * 2. From the start on rounds come in order and without gaps, each once, or not at all. Of the rounds that were past at
 *    the start there come those that `start` named, and the newest.
 * 3. A round's value never changes: every process that asks is told the same, also after one that knew it has crashed.
 * 4. Late is late: while the source has nothing new, nothing comes, and nothing stands in for it.
 */
export interface Beacon {
  readonly roundMs: number
  /**
   * Begins to publish. Settles when the newest round has been published, if there is one yet.
   *
   * @param named rounds that somebody waits for
   */
  start(named: Iterable<number>, publish: PublishRound): Promise<void>
  /** The last round that was published. */
  latest(): number | undefined
  /** Somebody waits for this round. A source that makes its rounds itself makes this one when its time has come. */
  want(round: number): void
  /** Nothing is published any more. */
  close(): Promise<void>
}

/** The round in which a moment lies. */
export function roundAt(moment: { readonly unixMs: number; readonly roundMs: number }): number {
  return Math.floor(moment.unixMs / moment.roundMs)
}
