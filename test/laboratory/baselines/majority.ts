import type { Bench } from '../scheme.ts'
import { groupsOf, VotingScheme, type Judgement, type OpenUnit } from './voting.ts'

/**
 * m-first voting (Sarmenta, Volunteer Computing, 2001, section 4.3.1): copies are computed until m of them agree.
 * With m = 2 it is the quorum of two that BOINC projects used by default. If the members of a share f of all work
 * collude fully, a wrong answer wins with Σ_{j≥m} C(2m−1, j) fʲ (1−f)^{2m−1−j}.
 */
export class Majority extends VotingScheme {
  readonly trustedAfter = 0
  readonly copiesToDecide: number

  constructor(bench: Bench, unitCount: number, m: number) {
    super(bench, unitCount)
    this.copiesToDecide = m
  }

  protected copiesFor(): number {
    return this.copiesToDecide
  }

  protected judge(unit: OpenUnit): Judgement {
    const [largest = []] = groupsOf(unit.votes)
    const missing = this.copiesToDecide - largest.length
    return missing > 0 ? { missing } : { accepted: largest }
  }
}

/** Takes every first answer: what verification is measured against. */
export class Credulous extends VotingScheme {
  readonly trustedAfter = 0
  readonly copiesToDecide = 1

  protected copiesFor(): number {
    return 1
  }

  protected judge(unit: OpenUnit): Judgement {
    return { accepted: unit.votes }
  }
}
