import { limits } from '#protocol/limits.ts'
import type { Effect } from './effects.ts'
import { closeUnit, endWith, refuse } from './endings.ts'
import { payResult, sendAccount } from './ledger.ts'
import { decide, type Decision } from './quorum.ts'
import type { Job, State } from './state.ts'
import type { OpenUnit } from './unit-state.ts'
import { answerAccuser, answerVoucher } from './trust/accusers.ts'
import { contest } from './trust/contests.ts'
import { convict, type Unsettled } from './trust/convictions.ts'
import { designate } from './trust/designation.ts'
import { awaitDraw } from './trust/draws.ts'
import { creditCheck } from './trust/provisional.ts'
import { standingOf } from './trust/standings.ts'
import { isAudited, liveCountOf, refreshOpenUnit, votesOf, type RevealedAssignment } from './units.ts'

/** Looks at an open unit anew after anything about it has changed: accepts it, gives it up, or wants more. */
export function reconsider(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  const exhausted =
    votesOf(unit).length >= limits.resultsPerUnitMax ||
    unit.hangs >= limits.hangsPerUnitMax ||
    (unit.attempts >= limits.attemptsPerUnitMax && liveCountOf(unit) === 0)
  if (exhausted) giveUp(state, job, unit, nowMs, effects)
  else if (job.control === 'cancelled' && !isCommitted(unit))
    closeUnit(state, job, unit, { verdict: 'cancelled', canonical: undefined }, nowMs, effects)
  else refreshOpenUnit(job, unit, effects)
}

/** Whether a provider has bound itself to a result of the unit in time. */
function isCommitted(unit: OpenUnit): boolean {
  for (const { state } of unit.assignments.values())
    if (state === 'committed' || state === 'revealed') return true
  return false
}

/** Judges a unit after a new vote, or after one was taken away. */
export function judge(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  const votes = votesOf(unit)
  const anchors = {
    votes: new Set(votes.filter(({ provider }) => state.anchors.has(provider))),
    // In an audited job an anchor's word is enough; elsewhere the price buys as many results as were agreed.
    quorum: isAudited(job) ? 1 : unit.quorum,
  }
  const decision = decide(votes, job.terms.resultPartsOf(unit.index), unit.quorum, anchors)
  if (decision.kind === 'agreed') {
    if (unit.quorum > 1) accept(state, job, unit, decision, nowMs, effects)
    else if (unit.draw.kind === 'none') awaitDraw(state, job, unit, decision.canonical, nowMs, effects)
    return
  }
  unit.missing = decision.missing
  if (decision.disputed && !unit.disputed) {
    unit.disputed = true
    job.disputeCount += 1
  }
  if (decision.disputed && isAudited(job)) contest(state, unit)
  if (decision.disputed) callAnother(state, job, unit, nowMs, effects)
  reconsider(state, job, unit, nowMs, effects)
}

/** A further opinion on a dispute: an anchor's where one is connected; in a job that is not audited else anybody's. */
function callAnother(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  unit.anchorWanted = true
  if (isAudited(job) || [...state.anchors].some((anchor) => state.providers.has(anchor)))
    designate(state, job, unit, unit.index, nowMs, effects)
}

type Agreement = Extract<Decision<RevealedAssignment>, { kind: 'agreed' }>

function accept(
  state: State,
  job: Job,
  unit: OpenUnit,
  { canonical, agreeing, spare, disagreeing }: Agreement,
  nowMs: number,
  effects: Effect[],
): void {
  const parts = job.terms.resultPartsOf(unit.index)
  for (const vote of agreeing) endWith(state, unit, vote, 'accepted', undefined, effects)
  for (const vote of spare) endWith(state, unit, vote, 'cancelled', undefined, effects)
  for (const vote of disagreeing) refuse(state, job, unit, vote, 'resultDisagrees', effects)
  for (const vote of [...agreeing.filter((vote) => vote !== canonical), ...spare])
    effects.push({ kind: 'persist', record: { table: 'droppedResults', assignment: vote.id } })
  for (const { id, provider, payWei } of agreeing)
    payResult(state, job, { assignment: id, unit: unit.index, provider, amountWei: payWei }, nowMs, effects)
  const accusers = [...unit.accusers]
  const vouchers = [...unit.vouchers]
  closeUnit(state, job, unit, { verdict: 'accepted', canonical: canonical.id }, nowMs, effects)
  if (isAudited(job)) {
    for (const { provider } of agreeing) standingOf(state, provider).units += 1
    for (const { provider } of agreeing)
      creditCheck(state, job, provider, job.terms.plan.unitPriceWei, nowMs, effects)
    const unsettled: Unsettled[] = []
    for (const vote of disagreeing)
      unsettled.push(...convict(state, vote.provider, vote.result, canonical.result, parts, nowMs, effects))
    for (const accuser of accusers)
      unsettled.push(...answerAccuser(state, job, unit, accuser, { agreeing, disagreeing }, nowMs, effects))
    for (const voucher of vouchers)
      unsettled.push(...answerVoucher(state, voucher, canonical.result, parts, nowMs, effects))
    for (const open of unsettled) judge(state, open.job, open.unit, nowMs, effects)
  }
  for (const { provider } of agreeing) sendAccount(state, provider, effects)
}

/** Votes that contradict each other are held against their providers; a vote that met no other is not. */
export function giveUp(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  if (unit.disputed)
    for (const assignment of [...unit.assignments.values()])
      if (assignment.state === 'revealed') refuse(state, job, unit, assignment, 'resultDisagrees', effects)
  closeUnit(state, job, unit, { verdict: 'failed', canonical: undefined }, nowMs, effects)
}
