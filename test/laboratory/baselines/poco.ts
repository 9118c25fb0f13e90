import type { Identity } from '../strategy.ts'
import type { Bench } from '../scheme.ts'
import { groupsOf, VotingScheme, type Group, type Judgement, type OpenUnit } from './voting.ts'

/**
 * iExec's proof of contribution (iExecBlockchainComputing/PoCo, `contracts/facets/IexecPoco2Facet.sol`, commit
 * fd0c823e): a worker weighs max(score ÷ 3, 3) − 1, the weights in a group of equal results multiply, and a group is
 * accepted when group × trust > total × (trust − 1), where the total is one more than the sum over the groups. The score rises by one where more than
 * one worker contributed, and falls by a third with a wrong result. Copies are asked for one at a time, which is the
 * cheapest way to run it.
 */
export class Poco extends VotingScheme {
  readonly trustedAfter: number
  readonly copiesToDecide = Infinity
  readonly #trust: number
  readonly #scores = new Map<Identity, number>()

  /** @param trust what the requester asks for: 100 stands for 99 %, 10 000 for 99.99 %. */
  constructor(bench: Bench, unitCount: number, trust: number) {
    super(bench, unitCount)
    this.#trust = trust
    // From this score on a worker is believed alone: its weight exceeds trust − 1.
    this.trustedAfter = 3 * (trust + 1)
  }

  protected override forget(identity: Identity): void {
    this.#scores.delete(identity)
  }

  protected copiesFor(): number {
    return 1
  }

  protected judge(unit: OpenUnit): Judgement {
    const groups = groupsOf(unit.votes)
    const weights = groups.map((group) =>
      group.reduce((product, { identity }) => product * this.#weightOf(identity), 1),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 1)
    const best = weights.indexOf(Math.max(...weights))
    const accepted = groups[best] ?? []
    return (weights[best] ?? 0) * this.#trust > total * (this.#trust - 1) ? { accepted } : { missing: 1 }
  }

  protected override settled(unit: OpenUnit, accepted: Group): void {
    if (unit.votes.length < 2) return
    for (const vote of unit.votes) {
      const score = this.#scores.get(vote.identity) ?? 0
      this.#scores.set(vote.identity, accepted.includes(vote) ? score + 1 : score - Math.floor(score / 3))
    }
  }

  #weightOf(identity: Identity): number {
    return Math.max(Math.floor((this.#scores.get(identity) ?? 0) / 3), 3) - 1
  }
}
