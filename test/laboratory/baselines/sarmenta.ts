import type { Random } from '#test/simulation/random.ts'
import { isRight, type Answer } from '../answer.ts'
import type { Identity } from '../strategy.ts'
import { payWei } from '../pay.ts'
import type { Bench } from '../scheme.ts'
import type { UnitTask } from '../task.ts'
import { groupsOf, VotingScheme, type Group, type Judgement, type OpenUnit } from './voting.ts'

/** Share of the work that consists of units whose answers are known. */
const spotCheckRate = 0.1
/** The share of wrong results that it prepares for. */
const faultyShare = 0.2
/** A result group is accepted from this credibility on. */
const credibilityMin = 0.999
/** Tests are numbered downwards from here, far from all units. */
const testsFrom = 2 ** 40

/**
 * Credibility-based fault tolerance (Sarmenta, Sabotage-tolerance mechanisms for volunteer computing systems, Future
 * Generation Computer Systems 18(4), 2002): spot-checking with blacklisting, and voting until a group of equal results
 * is believed with θ = 0.999. A worker that has passed k checks errs with f ÷ ((1 − f) · e · k), a newcomer with f.
 * Whoever fails a check is shut out, and its results of units that are still open are dropped.
 */
export class Sarmenta extends VotingScheme {
  /** Checks passed after which a result is believed alone, in units of work. */
  readonly trustedAfter = Math.ceil(
    faultyShare / ((1 - faultyShare) * Math.E * (1 - credibilityMin)) / spotCheckRate,
  )
  readonly copiesToDecide = Infinity
  readonly #random: Random
  readonly #passed = new Map<Identity, number>()
  readonly #shutOut = new Set<Identity>()
  #lastTest = -testsFrom

  constructor(bench: Bench, unitCount: number, random: Random) {
    super(bench, unitCount)
    this.#random = random
  }

  protected override forget(identity: Identity): void {
    this.#passed.delete(identity)
    this.#shutOut.delete(identity)
  }

  override next(identity: Identity): UnitTask | undefined {
    if (this.#shutOut.has(identity)) return undefined
    if (identity.farming || !this.#random.chance(spotCheckRate)) return super.next(identity)
    this.#lastTest -= 1
    return { kind: 'unit', unit: this.#lastTest, payWei, purpose: 'test', second: false }
  }

  override take(identity: Identity, task: UnitTask, answer: Answer): void {
    if (task.purpose !== 'test') {
      super.take(identity, task, answer)
      return
    }
    if (isRight(answer)) {
      this.#passed.set(identity, (this.#passed.get(identity) ?? 0) + 1)
      this.bench.accepted(identity)
      this.bench.earned(identity, payWei)
      this.bench.paid(identity, payWei)
      return
    }
    this.bench.refused(identity, false)
    this.#shutOut.add(identity)
    this.dropVotesOf(identity)
  }

  override vanish(identity: Identity, task: UnitTask): void {
    if (task.purpose !== 'test') super.vanish(identity, task)
  }

  protected copiesFor(): number {
    return 1
  }

  protected judge(unit: OpenUnit): Judgement {
    const groups = groupsOf(unit.votes)
    const good = groups.map((group) => this.#product(group, (faulty) => 1 - faulty))
    const bad = groups.map((group) => this.#product(group, (faulty) => faulty))
    const allBad = bad.reduce((product, value) => product * value, 1)
    // P(this group is right, all others wrong), for each group; that none is right is possible too.
    const cases = good.map((value, place) => (value * allBad) / (bad[place] ?? 1))
    const total = cases.reduce((sum, value) => sum + value, allBad)
    const best = cases.indexOf(Math.max(...cases))
    return (cases[best] ?? 0) / total >= credibilityMin ? { accepted: groups[best] ?? [] } : { missing: 1 }
  }

  #product(group: Group, ofFaulty: (faulty: number) => number): number {
    return group.reduce((product, { identity }) => product * ofFaulty(this.#faultyOf(identity)), 1)
  }

  #faultyOf(identity: Identity): number {
    const passed = this.#passed.get(identity) ?? 0
    if (passed === 0) return faultyShare
    return Math.min(faultyShare, faultyShare / ((1 - faultyShare) * Math.E * passed))
  }
}
