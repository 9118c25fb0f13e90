import { assert } from '#protocol/assert.ts'
import { agree, isRight, type Answer } from '../answer.ts'
import type { Identity } from '../strategy.ts'
import { payWei } from '../pay.ts'
import type { Bench, Scheme } from '../scheme.ts'
import type { UnitTask } from '../task.ts'

export interface Vote {
  readonly identity: Identity
  readonly answer: Answer
}

/** Votes that agree. */
export type Group = readonly Vote[]

export interface OpenUnit {
  readonly task: UnitTask
  votes: Vote[]
  /** Identities that hold a copy now. */
  readonly holders: Set<Identity>
  /** Copies that are to be computed in all, as far as is known now. */
  wanted: number
}

/** The group that is right, or how many more votes are needed. */
export type Judgement = { readonly accepted: Group } | { readonly missing: number }

/** A unit on which so many cannot agree is given up. */
const votesMax = 60

/** What schemes have in common in which copies of a unit are computed until a rule says which answer counts. */
export abstract class VotingScheme implements Scheme {
  abstract readonly trustedAfter: number
  abstract readonly copiesToDecide: number
  readonly violations = 0
  protected readonly bench: Bench
  readonly #wanting = new Set<OpenUnit>()
  readonly #farmWanting = new Set<OpenUnit>()
  readonly #byNumber = new Map<number, OpenUnit>()
  readonly #unitCount: number
  #nextFresh = 0
  #nextFarm = -1
  #decided = 0

  constructor(bench: Bench, unitCount: number) {
    this.bench = bench
    this.#unitCount = unitCount
  }

  get done(): boolean {
    return this.#decided === this.#unitCount
  }

  /** How many copies to begin with, when `first` gets the first one. */
  protected abstract copiesFor(first: Identity): number
  protected abstract judge(unit: OpenUnit): Judgement
  /** A unit was decided: what follows for those who voted, in schemes that know a reputation. */
  protected settled?(unit: OpenUnit, accepted: Group): void
  /** An identity goes for good; what it has voted stays. */
  protected forget?(identity: Identity): void

  join(): void {
    // Whoever comes may ask.
  }

  leave(identity: Identity): void {
    this.forget?.(identity)
  }

  tick(): void {
    // Nothing waits for time.
  }

  next(identity: Identity): UnitTask | undefined {
    const wanting = identity.farming ? this.#farmWanting : this.#wanting
    for (const unit of wanting) if (!hasTouched(unit, identity)) return this.#hand(unit, identity)
    if (!identity.farming && this.#nextFresh === this.#unitCount) return undefined
    const number = identity.farming ? this.#nextFarm-- : this.#nextFresh++
    const unit: OpenUnit = {
      task: {
        kind: 'unit',
        unit: number,
        payWei,
        purpose: identity.farming ? 'farm' : 'unit',
        second: false,
      },
      votes: [],
      holders: new Set(),
      wanted: this.copiesFor(identity),
    }
    this.#byNumber.set(number, unit)
    return this.#hand(unit, identity)
  }

  take(identity: Identity, task: UnitTask, answer: Answer): void {
    const unit = this.#byNumber.get(task.unit)
    assert(unit, 'a unit is open while somebody holds it')
    unit.holders.delete(identity)
    unit.votes.push({ identity, answer })
    this.#reconsider(unit)
  }

  takeSpots(): void {
    assert(false, 'these schemes know no spots')
  }

  vanish(identity: Identity, task: UnitTask): void {
    const unit = this.#byNumber.get(task.unit)
    assert(unit, 'a unit is open while somebody holds it')
    unit.holders.delete(identity)
    this.#refresh(unit)
  }

  /** Drops what an identity has voted on units that are still open. */
  protected dropVotesOf(identity: Identity): void {
    for (const unit of this.#byNumber.values()) {
      const votes = unit.votes.filter((vote) => vote.identity !== identity)
      if (votes.length === unit.votes.length) continue
      unit.votes = votes
      this.#reconsider(unit)
    }
  }

  /** Judges a unit again after its votes have changed. */
  #reconsider(unit: OpenUnit): void {
    const judgement = unit.votes.length > 0 ? this.judge(unit) : { missing: 1 }
    if ('missing' in judgement) {
      unit.wanted = Math.max(unit.wanted, unit.votes.length + judgement.missing)
      if (unit.votes.length >= votesMax) this.#close(unit, undefined)
      else this.#refresh(unit)
    } else if (unit.holders.size === 0) this.#close(unit, judgement.accepted)
    // What others hold now is waited for: they are paid for it if they agree.
    else this.#wantingOf(unit).delete(unit)
  }

  #close(unit: OpenUnit, accepted: Group | undefined): void {
    const { unit: number } = unit.task
    const farm = unit.task.purpose === 'farm'
    this.#byNumber.delete(number)
    this.#wantingOf(unit).delete(unit)
    if (!farm) this.#decided += 1
    const answer = accepted?.[0]?.answer
    for (const vote of unit.votes) {
      if (!answer || !agree(vote.answer, answer)) this.bench.refused(vote.identity, isRight(vote.answer))
      else {
        this.bench.accepted(vote.identity)
        if (farm) continue
        this.bench.earned(vote.identity, payWei)
        this.bench.paid(vote.identity, payWei)
      }
    }
    if (accepted) this.settled?.(unit, accepted)
    if (farm) return
    if (answer) this.bench.final(number, answer)
    else this.bench.failed(number)
  }

  #hand(unit: OpenUnit, identity: Identity): UnitTask {
    const second = unit.votes.length + unit.holders.size > 0
    unit.holders.add(identity)
    this.#refresh(unit)
    return second ? { ...unit.task, second } : unit.task
  }

  #refresh(unit: OpenUnit): void {
    const wanting = this.#wantingOf(unit)
    if (unit.wanted > unit.votes.length + unit.holders.size) wanting.add(unit)
    else wanting.delete(unit)
  }

  #wantingOf({ task }: OpenUnit): Set<OpenUnit> {
    return task.purpose === 'farm' ? this.#farmWanting : this.#wanting
  }
}

/** The votes of a unit by what they say, the largest group first; of equal ones the one that was there first. */
export function groupsOf(votes: readonly Vote[]): Group[] {
  const groups: Vote[][] = []
  for (const vote of votes) {
    const group = groups.find(([first]) => first && agree(first.answer, vote.answer))
    if (group) group.push(vote)
    else groups.push([vote])
  }
  return groups.sort((left, right) => right.length - left.length)
}

function hasTouched(unit: OpenUnit, identity: Identity): boolean {
  return unit.holders.has(identity) || unit.votes.some((vote) => vote.identity === identity)
}
