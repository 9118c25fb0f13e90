import type { Hex } from '#protocol/bytes.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import { agrees } from './comparators.ts'

/** A revealed result that takes part in a decision. */
export interface Vote {
  readonly commitment: Hex
  readonly result: Uint8Array
}

export type Decision<V extends Vote> =
  /** `missing` more results are needed before a group can be large enough. */
  | { readonly kind: 'undecided'; readonly missing: number; readonly disputed: boolean }
  /** `agreeing` holds `quorum` votes, the canonical one among them; fewer where an anchor's word is enough. */
  | {
      readonly kind: 'agreed'
      readonly canonical: V
      readonly agreeing: readonly V[]
      readonly spare: readonly V[]
      readonly disagreeing: readonly V[]
    }

/** Votes that settle a dispute, and how many must agree with one of them. */
export interface Anchors<V extends Vote> {
  readonly votes: ReadonlySet<V>
  readonly quorum: number
}

/**
 * Finds the canonical result: the medoid of the largest agreeing set, that is the vote with which most
 * others agree (ties: lowest commitment), once at least `quorum` agree with it, itself included. Where votes disagree and
 * an anchor has voted, only an anchor's can be canonical.
 * Votes are given in the order in which they were revealed.
 */
export function decide<V extends Vote>(
  votes: readonly V[],
  parts: readonly ResultPart[],
  plainQuorum: number,
  anchors: Anchors<V> = { votes: new Set(), quorum: plainQuorum },
): Decision<V> {
  const groups = votes.map((canonical) => ({
    canonical,
    members: votes.filter((vote) => vote === canonical || agrees(vote.result, canonical.result, parts)),
  }))
  const isDisputed = groups.some(({ members }) => members.length < votes.length)
  const isAnchored = isDisputed && anchors.votes.size > 0
  const quorum = isAnchored ? anchors.quorum : plainQuorum
  const rankOf = ({ canonical }: { canonical: V }) => Number(isAnchored && anchors.votes.has(canonical))
  groups.sort(
    (left, right) =>
      rankOf(right) - rankOf(left) ||
      right.members.length - left.members.length ||
      (left.canonical.commitment < right.canonical.commitment ? -1 : 1),
  )
  const best = groups[0]
  const size = best?.members.length ?? 0
  if (!best || size < quorum)
    return { kind: 'undecided', missing: quorum - size, disputed: votes.length > size }
  const others = best.members.filter((vote) => vote !== best.canonical)
  return {
    kind: 'agreed',
    canonical: best.canonical,
    agreeing: [best.canonical, ...others.slice(0, plainQuorum - 1)],
    // Agreement is not transitive: one late vote can join two that did not agree. Those beyond the quorum cost nothing and nobody.
    spare: others.slice(plainQuorum - 1),
    disagreeing: votes.filter((vote) => !best.members.includes(vote)),
  }
}
