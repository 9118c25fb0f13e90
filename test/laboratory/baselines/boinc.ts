import type { Random } from '#test/simulation/random.ts'
import type { Identity } from '../strategy.ts'
import type { Bench } from '../scheme.ts'
import { groupsOf, VotingScheme, type Group, type Judgement, type OpenUnit } from './voting.ts'

/** Valid results in a row after which a host may compute alone (CONS_VALID_UNREPLICATED). */
const consecutiveValidMin = 10
const quorum = 2

/**
 * BOINC's adaptive replication (BOINC/boinc, `sched/sched_send.cpp` set_trust and `sched/validator.cpp`, commit
 * c5c6cb79b9): a host with n ≥ 10 consecutive valid results computes alone with probability 1 − 1/n. Only
 * replicated results raise n; an invalid one sets it to zero. What was accepted is never recalled.
 */
export class Boinc extends VotingScheme {
  readonly trustedAfter = consecutiveValidMin
  readonly copiesToDecide = quorum
  readonly #random: Random
  readonly #consecutiveValid = new Map<Identity, number>()

  constructor(bench: Bench, unitCount: number, random: Random) {
    super(bench, unitCount)
    this.#random = random
  }

  protected override forget(identity: Identity): void {
    this.#consecutiveValid.delete(identity)
  }

  protected copiesFor(first: Identity): number {
    const valid = this.#consecutiveValid.get(first) ?? 0
    return valid >= consecutiveValidMin && this.#random.chance(1 - 1 / valid) ? 1 : quorum
  }

  protected judge(unit: OpenUnit): Judgement {
    if (unit.wanted === 1) return { accepted: unit.votes }
    const [largest = []] = groupsOf(unit.votes)
    return largest.length >= quorum ? { accepted: largest } : { missing: quorum - largest.length }
  }

  protected override settled(unit: OpenUnit, accepted: Group): void {
    if (unit.wanted === 1) return
    for (const vote of unit.votes) {
      const valid = this.#consecutiveValid.get(vote.identity) ?? 0
      this.#consecutiveValid.set(vote.identity, accepted.includes(vote) ? valid + 1 : 0)
    }
  }
}
