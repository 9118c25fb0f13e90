import type { UnitCondition } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { WrittenSpot } from '#protocol/spot-results.ts'

export const conditions = [
  'queued',
  'leased',
  'committed',
  'disputed',
  'provisional',
  'accepted',
  'failed',
  'cancelled',
] as const satisfies readonly UnitCondition[]

export interface OpenUnit {
  readonly index: number
  /** Agreeing results it takes: the plan's, or 2 once an audit was drawn. */
  quorum: number
  /** Of a unit in a job of quorum 1: whether the beacon has said how its first result is checked. */
  draw: Draw
  /** Whether the next vote comes from whom the beacon chooses; else from whoever comes. */
  directed: boolean
  /** Whom it has chosen. */
  designated: ProviderId | undefined
  designatedAtMs: number
  /** An anchor is to be chosen, if any is connected. */
  anchorWanted: boolean
  /** Whose spot checks found the first result wrong. */
  readonly accusers: Accuser[]
  /** Whose spot checks found it right. */
  readonly vouchers: Voucher[]
  /** Assignments ever made for this unit; numbers the next one. */
  attempts: number
  readonly assignments: Map<AssignmentId, Assignment>
  /** Providers that must not get this unit now: they hold it, or have voted. */
  readonly barred: Set<ProviderId>
  /** Providers on which its kernel failed: they never get it again. */
  readonly unable: Set<ProviderId>
  /** How often its kernel did not end on a provider's GPU. */
  hangs: number
  /** Votes that must still come before a quorum is possible, by the votes there are. */
  missing: number
  disputed: boolean
  firstLeasedAtMs: number | undefined
  firstCommittedAtMs: number | undefined
  /** Whether the job's sums of times hold its times already. */
  isTimed: boolean
}

/** A spot check that disagreed: paid if it proves right. */
export interface Accuser {
  readonly provider: ProviderId
  readonly assignment: AssignmentId
  readonly spot: number
  /** How many spots it is paid for: this one, and those of the same bundle that show to be work with it. */
  readonly spotCount: number
  /** Whose result it disagreed with. */
  readonly primary: ProviderId
}

/** A spot check that agreed: what it wrote is kept until the unit is decided, and must hold then. */
export interface Voucher {
  readonly provider: ProviderId
  readonly written: WrittenSpot
}

/**
 * Open units whose results contradict each other, or a spot check: nobody knows yet who is right. What their providers
 * have pending is not earned meanwhile, lest a liar be paid while its case waits to be heard.
 */
export interface Contests {
  readonly units: Set<OpenUnit>
  /** Whose results they are, and how many of each; counted anew when it is asked for after a change. */
  counts: ReadonlyMap<ProviderId, number> | undefined
  /** Providers with so many that they were refused more work. */
  readonly stalled: Set<ProviderId>
}

/** How a first result is checked. */
export type Draw =
  | { readonly kind: 'none' }
  /** The round that decides was named when the result was revealed, before that round existed. */
  | { readonly kind: 'waiting'; readonly round: number }
  | { readonly kind: 'audit' }
  /** These spots are still to be re-run. */
  | {
      readonly kind: 'spots'
      readonly left: Set<number>
      /** Who has been given one: the others go to others. */
      readonly checkers: Set<ProviderId>
      /** What follows when all agree: it is taken for now, or a whole second run, maybe by an anchor. */
      readonly next: 'take' | 'audit' | 'anchorAudit'
    }
  /** Its verify kernel judges it, in the case of this number. */
  | { readonly kind: 'check'; readonly number: number }

/**
 * One attempt at a unit.
 *
 *     leased ─commit─▶ committed ─reveal─▶ revealed ─verdict─▶ accepted | refused (then dropped from memory)
 *        │                 │
 *        └── deadline, vanished tab ──▶ expired ─late commit or reveal─▶ committed | revealed
 *
 * handed back, cancelled: dropped at once.
 */
export type Assignment = AssignmentTerms &
  (
    | { readonly state: 'leased'; readonly deadlineMs: number }
    | {
        readonly state: 'committed'
        readonly commitment: Hex
        readonly deadlineMs: number
      }
    | { readonly state: 'expired'; readonly commitment: Hex | undefined }
    | {
        readonly state: 'revealed'
        readonly commitment: Hex
        /** The beacon round that decides how it is checked, named when it was revealed. */
        readonly drawRound: number
        readonly result: Uint8Array
        readonly resultDigest: Hex
      }
  )

export interface AssignmentTerms {
  readonly id: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  readonly leasedAtMs: number
  readonly payWei: bigint
  /** Of work that is no vote on a unit: what it is. */
  readonly errand: Errand | undefined
}

/** A bundle of spots, of which `unit` is the first one's; or one run of the verify kernel, for a case; with its number. */
export interface Errand {
  readonly kind: 'spots' | 'check'
  readonly number: number
}
