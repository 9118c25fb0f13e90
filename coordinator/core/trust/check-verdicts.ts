import { isGood } from '#protocol/check-task.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import type { Effect } from '../effects.ts'
import { closeUnit, dropCase, endWith, refuse } from '../endings.ts'
import { countRefusal, payResult, sendAccount } from '../ledger.ts'
import type { AssignmentRow } from '../records.ts'
import type { Job, State } from '../state.ts'
import type { Assignment } from '../unit-state.ts'
import { endAssignment, refreshOpenUnit } from '../units.ts'
import type { CheckCase, CheckWord } from './check-desk.ts'
import { settleWords } from './check-words.ts'
import { ask, resultOf, unitOf, wantWord } from './checks.ts'
import { condemn, forgive, startOver, type Unsettled } from './convictions.ts'
import { creditCheck, takeProvisionally } from './provisional.ts'
import { persistStanding, standingOf } from './standings.ts'
import { condemnSuspects, noteSuspect } from './suspects.ts'

/** What runs of a verify kernel say, and what follows for the result, for its provider and for those who ran it. */

const verdictBytesMax = 64 * 1024
/** A unit of which so many results were refused fails: either nobody can compute it, or the kernel finds everything bad. */
const refusedMax = 3

/** The check of a case was not made; another is asked. */
export function dropCheck(
  state: State,
  job: Job,
  assignment: Assignment,
  end: Pick<AssignmentRow, 'state' | 'reason'>,
  nowMs: number,
  effects: Effect[],
): void {
  endAssignment(state, undefined, assignment, end, effects)
  const check = caseOf(job, assignment)
  if (check) ask(state, job, check, nowMs, effects)
}

/** What a verify kernel wrote (undefined: not what was committed to). Gives the units that are to be judged anew. */
export function takeVerdict(
  state: State,
  job: Job,
  assignment: Assignment,
  verdict: Uint8Array | undefined,
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  const check = caseOf(job, assignment)
  if (!check) return []
  const fault = verdict ? faultIn(verdict) : 'commitmentMismatch'
  check.asked = undefined
  if (!verdict || fault) {
    // It would only send the like again.
    unitOf(job, check).unable.add(assignment.provider)
    countRefusal(state, job, assignment.provider)
    endWith(state, undefined, assignment, 'refused', fault, effects)
    ask(state, job, check, nowMs, effects)
    return []
  }
  const word = { provider: assignment.provider, assignment: assignment.id, isGood: isGood(verdict) }
  check.words.push(word)
  const conclusion = check.planted ? concludePlanted(check) : conclude(state, check)
  // Taken for now; its provider hears of its end at once where nothing else is waited for.
  const outcome =
    conclusion === undefined ? 'provisional' : conclusion.isGood === word.isGood ? 'accepted' : 'refused'
  endWith(
    state,
    undefined,
    assignment,
    outcome,
    outcome === 'refused' ? 'resultDisagrees' : undefined,
    effects,
  )
  if (!conclusion) {
    hearAnother(state, job, check, nowMs, effects)
    return []
  }
  const liars = settleWords(state, job, check, conclusion.isGood, nowMs, effects)
  if (check.planted) return endPlanted(state, job, check, liars, word, nowMs, effects)
  const unsettled = conclusion.isGood
    ? pass(state, job, check, conclusion.isFinal, nowMs, effects)
    : turnDown(state, job, check, nowMs, effects)
  return [...unsettled, ...liars.flatMap((liar) => punish(state, liar, nowMs, effects))]
}

function faultIn({ length }: Uint8Array): RefusalReason | undefined {
  return length === 0 || length % 4 !== 0 || length > verdictBytesMax ? 'malformed' : undefined
}

function caseOf(job: Job, { id, errand }: Assignment): CheckCase | undefined {
  const check = job.checks.cases.get(errand?.number ?? -1)
  return check?.asked?.assignment === id ? check : undefined
}

interface Conclusion {
  readonly isGood: boolean
  /** An anchor has said so. */
  readonly isFinal: boolean
}

/** The last of two words decides, but an anchor's is not overruled by who is none; and one good word is enough. */
function conclude(state: State, { words }: CheckCase): Conclusion | undefined {
  const [first, second] = words
  const isAnchors = (word: CheckWord) => state.anchors.has(word.provider)
  const last = first?.isGood ? first : second
  if (!first || !last) return undefined
  const decisive = isAnchors(first) && !isAnchors(last) ? first : last
  return { isGood: decisive.isGood, isFinal: isAnchors(decisive) }
}

/** One who sees that it is wrong is enough. Two who do not are believed: the kernel is blind to it. */
function concludePlanted({ words }: CheckCase): Conclusion | undefined {
  const [first, second] = words
  const last = first?.isGood === false ? first : second
  return last && { isGood: last.isGood, isFinal: false }
}

function hearAnother(state: State, job: Job, check: CheckCase, nowMs: number, effects: Effect[]): void {
  if (check.planted) {
    // To whom the beacon chooses, like the first: calling an anchor would tell everybody what it is.
    ask(state, job, check, nowMs, effects)
    return
  }
  const unit = unitOf(job, check)
  if (!unit.disputed) {
    unit.disputed = true
    job.disputeCount += 1
    refreshOpenUnit(job, unit, effects)
  }
  check.anchorWanted = true
  wantWord(state, job, check, nowMs, effects)
}

/** Who has seen that a planted result is wrong is shown the real one next. */
function endPlanted(
  state: State,
  job: Job,
  check: CheckCase,
  liars: readonly CheckWord[],
  { provider }: CheckWord,
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  check.planted = undefined
  check.preferred = provider
  for (const liar of liars) check.barred.add(liar.provider)
  // Of the words that were expected, one is left for the real result.
  job.checks.outstanding -= check.outstanding - 1
  check.outstanding = 1
  ask(state, job, check, nowMs, effects)
  return liars.flatMap((liar) => punish(state, liar, nowMs, effects))
}

/** One wrong word may be an accident like any other small miss. */
function punish(state: State, { provider }: CheckWord, nowMs: number, effects: Effect[]): Unsettled[] {
  const standing = standingOf(state, provider)
  if (!forgive(state, standing)) return condemn(state, provider, nowMs, effects)
  persistStanding(standing, effects)
  return []
}

/** The result is good: it is taken, for now, or for good where an anchor has said so or it was pending already. */
function pass(
  state: State,
  job: Job,
  check: CheckCase,
  isFinal: boolean,
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  const unit = unitOf(job, check)
  const vote = resultOf(job, check)
  const { provider } = vote
  creditCheck(state, job, provider, job.terms.plan.unitPriceWei, nowMs, effects)
  if (check.isLast || isFinal) {
    endWith(state, unit, vote, 'accepted', undefined, effects)
    if (!check.isLast) standingOf(state, provider).units += 1
    const result = { assignment: vote.id, unit: unit.index, provider, amountWei: vote.payWei }
    payResult(state, job, result, nowMs, effects)
    closeUnit(state, job, unit, { verdict: 'accepted', canonical: vote.id }, nowMs, effects)
    sendAccount(state, provider, effects)
  } else takeProvisionally(state, job, unit, vote, nowMs, effects)
  return condemnSuspects(state, job, unit.index, provider, nowMs, effects)
}

/** The result is bad: it is refused, and the unit is computed by another. */
function turnDown(state: State, job: Job, check: CheckCase, nowMs: number, effects: Effect[]): Unsettled[] {
  const unit = unitOf(job, check)
  const vote = resultOf(job, check)
  dropCase(state, job, unit, effects)
  refuse(state, job, unit, vote, 'resultDisagrees', effects)
  noteSuspect(job, vote)
  sendAccount(state, vote.provider, effects)
  if ((job.checks.suspects.get(unit.index)?.length ?? 0) >= refusedMax) {
    job.checks.suspects.delete(unit.index)
    closeUnit(state, job, unit, { verdict: 'failed', canonical: undefined }, nowMs, effects)
    return []
  }
  startOver(state, job, unit, effects)
  return [{ job, unit }]
}
