import { decodeSpots, spotAgrees, type SpotVerdict, type WrittenSpot } from '#protocol/spot-results.ts'
import type { Effect } from '../effects.ts'
import { endWith } from '../endings.ts'
import { countRefusal, payResult, sendAccount } from '../ledger.ts'
import type { Job, State } from '../state.ts'
import type { Assignment, OpenUnit } from '../unit-state.ts'
import { votesOf, type RevealedAssignment } from '../units.ts'
import { spotPayWei } from './budget.ts'
import { accuse, hearAll } from './disputes.ts'
import { beginAudit } from './draws.ts'
import { creditCheck, takeProvisionally } from './provisional.ts'
import { dissolveBundle, resultBytesOf } from './spot-checks.ts'
import type { Bundle, Spot } from './spots.ts'

/** `pointless`: its unit was decided without it. */
type Verdict = SpotVerdict | 'pointless'

/** A bundle's result is here (undefined: not what was committed to). Each of its spots is compared with its unit's result. */
export function takeSpots(
  state: State,
  job: Job,
  assignment: Assignment,
  result: Uint8Array | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  const bundle = job.spots.bundles.get(assignment.errand?.number ?? -1)
  if (!bundle) return
  const unitBytes = bundle.spots.map(({ unit }) => resultBytesOf(job, unit))
  const written = result && decodeSpots(result, unitBytes)
  if (written) takeWritten(state, job, assignment, bundle, written, nowMs, effects)
  else refuseBundle(state, job, assignment, bundle, result ? 'malformed' : 'commitmentMismatch', effects)
}

function refuseBundle(
  state: State,
  job: Job,
  assignment: Assignment,
  bundle: Bundle,
  reason: 'malformed' | 'commitmentMismatch',
  effects: Effect[],
): void {
  // It would only send the like again.
  job.unable.add(bundle.checker)
  countRefusal(state, job, assignment.provider)
  endWith(state, undefined, assignment, 'refused', reason, effects)
  dissolveBundle(job, bundle)
}

function takeWritten(
  state: State,
  job: Job,
  assignment: Assignment,
  bundle: Bundle,
  written: readonly WrittenSpot[],
  nowMs: number,
  effects: Effect[],
): void {
  const { id, provider } = assignment
  job.spots.bundles.delete(bundle.number)
  const verdicts = bundle.spots.map((spot, place) => compare(job, spot, written[place]))
  const countOf = (kind: Verdict) => verdicts.filter((verdict) => verdict === kind).length
  // Spots that have become pointless are work done all the same, unless the others show that it was not.
  const isWork = countOf('empty') === 0 && countOf('disagrees') === 0
  const paid = countOf('agrees') + (isWork ? countOf('pointless') : 0)
  payBundle(state, job, assignment, paid, nowMs, effects)
  const isRefused = paid === 0 && countOf('disagrees') > 0
  if (isRefused) countRefusal(state, job, provider)
  endWith(
    state,
    undefined,
    assignment,
    isRefused ? 'refused' : paid > 0 ? 'accepted' : 'cancelled',
    isRefused ? 'resultDisagrees' : undefined,
    effects,
  )
  // The first accusation that proves right shows that the pointless ones were work, too.
  let owed = countOf('empty') === 0 ? countOf('pointless') : 0
  for (const [place, spot] of bundle.spots.entries()) {
    const verdict = verdicts[place]
    if (verdict === 'agrees') vouch(state, job, spot, provider, written[place], nowMs, effects)
    if (verdict === 'empty') auditInstead(state, job, spot, nowMs, effects)
    if (verdict !== 'disagrees') continue
    const accuser = {
      provider,
      assignment: id,
      spot: spot.spot,
      spotCount: 1 + owed,
      primary: spot.primary,
    }
    job.spots.outstanding += owed
    owed = 0
    accuse(state, job, spot, accuser, nowMs, effects)
  }
  hearAll(state, nowMs, effects)
  sendAccount(state, provider, effects)
}

/** Compares one spot with its unit's first result. A disagreement stays owed until it is decided who was wrong. */
function compare(job: Job, spot: Spot, written: WrittenSpot | undefined): Verdict {
  const unit = job.open.get(spot.unit)
  const first = unit && firstResultOf(unit, spot)
  const isAsked = unit?.draw.kind === 'spots' || (unit?.accusers.length ?? 0) > 0
  const verdict = first && isAsked ? verdictOf(job, spot, first, written) : 'pointless'
  if (verdict !== 'disagrees') job.spots.outstanding -= 1
  return verdict
}

function verdictOf(
  job: Job,
  { unit }: Spot,
  first: RevealedAssignment,
  written: WrittenSpot | undefined,
): SpotVerdict {
  return written ? spotAgrees(written, first.result, job.terms.resultPartsOf(unit)) : 'empty'
}

/** A spot agrees. If it was the last of its unit, that may pass, or is computed again as a whole. */
function vouch(
  state: State,
  job: Job,
  spot: Spot,
  provider: Assignment['provider'],
  written: WrittenSpot | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  const unit = job.open.get(spot.unit)
  const first = unit && firstResultOf(unit, spot)
  if (!unit || !first || !written) return
  // Its bytes are a view of the whole bundle, which is not to stay in memory with them.
  unit.vouchers.push({ provider, written: { runs: written.runs, bytes: written.bytes.slice() } })
  const { draw } = unit
  if (draw.kind !== 'spots') return
  draw.left.delete(spot.spot)
  creditCheck(state, job, first.provider, spotPayWei(job), nowMs, effects)
  if (draw.left.size > 0) return
  if (draw.next === 'take') takeProvisionally(state, job, unit, first, nowMs, effects)
  else beginAudit(state, job, unit, draw.next === 'anchorAudit', spot.spot, nowMs, effects)
}

/** A spot in which nothing was written says nothing, and is not paid: the whole unit is audited. */
function auditInstead(state: State, job: Job, spot: Spot, nowMs: number, effects: Effect[]): void {
  const unit = job.open.get(spot.unit)
  if (unit?.draw.kind === 'spots') beginAudit(state, job, unit, false, spot.spot, nowMs, effects)
}

function firstResultOf(unit: OpenUnit, { primary }: Spot): RevealedAssignment | undefined {
  return votesOf(unit).find((vote) => vote.provider === primary)
}

function payBundle(
  state: State,
  job: Job,
  { id, unit, provider }: Assignment,
  spots: number,
  nowMs: number,
  effects: Effect[],
): void {
  if (spots === 0) return
  const amountWei = spotPayWei(job) * BigInt(spots)
  payResult(state, job, { assignment: id, unit, provider, amountWei }, nowMs, effects)
  creditCheck(state, job, provider, amountWei, nowMs, effects)
}
