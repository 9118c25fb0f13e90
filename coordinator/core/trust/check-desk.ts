import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, ProviderId } from '#protocol/ids.ts'

/** What one run of a verify kernel has said. */
export interface CheckWord {
  readonly provider: ProviderId
  readonly assignment: AssignmentId
  readonly isGood: boolean
}

/** A result that its job's verify kernel judges, run by one provider after another until enough is said. */
export interface CheckCase {
  readonly number: number
  readonly unit: number
  /** The result, and whose it is. */
  readonly result: AssignmentId
  readonly primary: ProviderId
  /** Good is final: the unit was pending, and is checked for its own sake. */
  readonly isLast: boolean
  /** Decides, with the newest round, who is asked. */
  readonly seed: number
  /** Shown in place of the result until somebody has proved to see that it is wrong; undefined after that, and mostly. */
  planted: Uint8Array | undefined
  /** What was said of what is shown now. */
  words: CheckWord[]
  /** Who is to speak next. */
  asked: Asked | undefined
  anchorWanted: boolean
  /** Who has seen a planted result and is to be shown the real one. */
  preferred: ProviderId | undefined
  /** Providers that were found lying in this case. */
  readonly barred: Set<ProviderId>
  /** Times it was handed out. */
  attempts: number
  /** Words that may still have to be paid. */
  outstanding: number
}

interface Asked {
  readonly provider: ProviderId
  readonly sinceMs: number
  readonly assignment: AssignmentId | undefined
}

/** Whose result a verify kernel found bad, twice: it is believed once another's result of that unit is found good. */
export interface Suspect {
  readonly provider: ProviderId
  readonly assignment: AssignmentId
}

/** What the beacon has said about a result that is to be checked. */
export interface CheckDraw {
  readonly value: Hex
  readonly seed: number
  readonly isPlanted: boolean
  readonly isLast: boolean
}

/** The checks of one job. */
export interface CheckDesk {
  readonly cases: Map<number, CheckCase>
  nextCase: number
  /** Words that may still have to be paid, of all cases. */
  outstanding: number
  /** By unit. */
  readonly suspects: Map<number, Suspect[]>
}

export function newCheckDesk(): CheckDesk {
  return { cases: new Map(), nextCase: 0, outstanding: 0, suspects: new Map() }
}
