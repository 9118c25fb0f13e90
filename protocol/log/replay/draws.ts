import { chanceOf, drawNumbersOf, drawOutcomeOf, drawsAnchor, spread } from '../../draws.ts'
import { spotsPerUnit } from '../../spots-per-unit.ts'
import type { LogEntryOf } from '../entries.ts'
import { demand } from './fault.ts'
import {
  jobOf,
  providerOf,
  resultOf,
  rulesOf,
  type Replay,
  type ReplayedJob,
  type ReplayedResult,
} from './state.ts'

/** Draws, worked out again from the round's value and the commitment. */

export function takeDraw(replay: Replay, entry: LogEntryOf<'draw'>): void {
  const { assignment, round, value } = entry
  const result = resultOf(replay, assignment)
  const job = jobOf(replay, result.commit.job)
  demand(job.terms.quorum === 1, 'nothing is drawn in a job of a fixed quorum')
  demand(result.state === 'revealed', 'the result is not to be drawn about')
  demand(!result.draw, 'a round has decided about it')
  demand(result.round === round, `round ${result.round} was named for it`)
  const known = replay.rounds.get(round)
  demand(!known || known.value === value, `entry ${known?.index} gives this round another value`)
  if (!known) replay.rounds.set(round, { value, index: replay.size })
  replay.latestRound = Math.max(replay.latestRound, round)
  const expected = result.isTail
    ? [tailDrawOf(replay, job, result, entry)]
    : drawsOf(replay, job, result, entry)
  const said = sayingOf(entry)
  demand(
    expected.some((draw) => sayingOf(draw) === said),
    `the round’s value says ${expected.map(sayingOf).join(', or ')}; the entry says ${said}`,
  )
  result.draw = entry
  job.spotsDrawn += entry.spots.length
}

type Drawn = Pick<LogEntryOf<'draw'>, 'outcome' | 'anchor' | 'spots'>

function sayingOf({ outcome, anchor, spots }: Drawn): string {
  return `${outcome}${anchor ? ' by an anchor' : ''}${spots.length > 0 ? ` with spots ${spots.join(' ')}` : ''}`
}

/** What may follow from the value: two things where the log does not tell whether the job could pay for spots. */
function drawsOf(
  replay: Replay,
  job: ReplayedJob,
  { commit }: ReplayedResult,
  { value }: LogEntryOf<'draw'>,
): Drawn[] {
  const { policy } = rulesOf(replay)
  const numbers = drawNumbersOf(value, commit.commitment)
  const isAnchor = replay.anchors.has(commit.provider)
  const isOnProbation =
    !isAnchor && providerOf(replay, commit.provider).probationPassed < policy.probationUnits
  const { comparison, spottable } = job.terms
  return spotsPayable(job, policy.spotsDrawn).map((canPay) => {
    const known = { isChecked: comparison === 'checker', spottable, isOnProbation, canPaySpots: () => canPay }
    const { outcome, spots } = drawOutcomeOf(known, policy, numbers)
    return { outcome, spots, anchor: outcome === 'audit' && drawsAnchor(numbers, policy) }
  })
}

/**
 * Whether the job can pay for its spots and for every undecided unit twice. How many drawn spots are still to be paid the
 * log does not tell: none at least, all at most.
 */
function spotsPayable(job: ReplayedJob, spotsDrawn: number): boolean[] {
  const { terms, unitPayWei, fundedWei, chargedWei, decided, control } = job
  if (control === 'cancelled') return [true, false]
  const spotPayWei = unitPayWei / BigInt(spotsPerUnit)
  const leftWei = fundedWei - chargedWei - 2n * unitPayWei * BigInt(terms.unitCount - decided)
  const [least, most] = [spotsDrawn, spotsDrawn + job.spotsDrawn]
  const [canPayLeast, canPayMost] = [
    leftWei >= spotPayWei * BigInt(least),
    leftWei >= spotPayWei * BigInt(most),
  ]
  return canPayLeast === canPayMost ? [canPayLeast] : [true, false]
}

/** A pending result that is checked for its own sake is drawn with the newest round, which chose it. */
function tailDrawOf(
  replay: Replay,
  { terms }: ReplayedJob,
  { commit }: ReplayedResult,
  { value }: LogEntryOf<'draw'>,
): Drawn {
  const { anchorShare } = rulesOf(replay).policy
  const newest = Number.parseInt(value.slice(2, 10), 16)
  const anchor = chanceOf((newest + spread(commit.unit + 1)) >>> 0) < anchorShare
  return { outcome: terms.comparison === 'checker' ? 'lastCheck' : 'audit', anchor, spots: [] }
}

/** A standing rises by what was checked, and falls to nothing. */
export function takeStanding(replay: Replay, entry: LogEntryOf<'standing'>): void {
  const provider = providerOf(replay, entry.provider)
  const { probationPassed, convictions } = entry
  const gained = probationPassed - provider.probationPassed
  demand(gained <= 1, 'a standing rises one check at a time')
  demand(gained >= 0 || probationPassed === 0, 'a standing falls to nothing')
  demand(
    convictions - provider.convictions === 0 || gained < 0 || probationPassed === 0,
    'a conviction costs all standing',
  )
  demand(
    convictions >= provider.convictions && convictions <= provider.convictions + 1,
    'convictions are counted one by one',
  )
  if (gained > 0) {
    demand(provider.evidence > 0, 'nothing of this provider was checked since')
    provider.evidence -= 1
  }
  provider.probationPassed = probationPassed
  provider.convictions = convictions
}
