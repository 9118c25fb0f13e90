import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) at two levels: requesters take turns, and so do the jobs of one
 * requester. All sums are milliseconds of GPUs' time.
 *
 * Whoever was served less comes first. A head start lets one go first that has had as much as the others, or a bit
 * more; what it got counts all the same, so that a head start is borrowed and never given. One that could not be
 * served falls behind by `lagMs` at most, so that it catches up without shutting out the rest.
 */
export interface Turn {
  /** What it has been served, and what others had before it came. */
  servedMs: number
  headMs: number
}

export interface JobTurn extends Turn {
  readonly job: JobId
  readonly lane: Lane
}

/** A requester's jobs. */
export interface Lane extends Turn, Queue<JobTurn> {
  readonly requester: Hex
  /** Where the job that came last began. */
  newestMs: number
}

/** Those who wait, the next one first. */
export interface Queue<Waiting extends Turn> {
  readonly waiting: Waiting[]
  /** What one has been served that is served when its turn comes. */
  clockMs: number
}

export interface Turns extends Queue<Lane> {
  readonly lanes: Map<Hex, Lane>
  readonly jobs: Map<JobId, JobTurn>
  /** When head starts were last worked out. */
  refreshedAtMs: number
}

export function newTurns(): Turns {
  return { waiting: [], clockMs: 0, lanes: new Map(), jobs: new Map(), refreshedAtMs: -Infinity }
}

/** Gives a job a turn, `behindMs` after the job of its requester that came before it. */
export function joinTurns(turns: Turns, job: JobId, requester: Hex, behindMs: number): void {
  if (turns.jobs.has(job)) return
  const lane = laneOf(turns, requester)
  const servedMs = lane.waiting.length === 0 ? lane.clockMs : Math.max(lane.clockMs, lane.newestMs + behindMs)
  const turn: JobTurn = { job, lane, servedMs, headMs: 0 }
  lane.newestMs = servedMs
  turns.jobs.set(job, turn)
  place(lane.waiting, turn)
}

function laneOf(turns: Turns, requester: Hex): Lane {
  let lane = turns.lanes.get(requester)
  if (!lane) {
    lane = { requester, servedMs: turns.clockMs, headMs: 0, waiting: [], clockMs: 0, newestMs: 0 }
    turns.lanes.set(requester, lane)
  }
  if (lane.waiting.length === 0) {
    lane.servedMs = Math.max(lane.servedMs, turns.clockMs)
    place(turns.waiting, lane)
  }
  return lane
}

/**
 * Takes into account what a job was served.
 *
 * @param bonusMs the largest head start besides `headMs` that it can have had.
 */
export function serveTurn(turns: Turns, job: JobId, servedMs: number, bonusMs: number): void {
  const turn = turns.jobs.get(job)
  if (!turn) return
  serve(turns, turn.lane, servedMs, bonusMs)
  serve(turn.lane, turn, servedMs, bonusMs)
}

function serve<Waiting extends Turn>(
  queue: Queue<Waiting>,
  turn: Waiting,
  servedMs: number,
  bonusMs: number,
): void {
  queue.clockMs = Math.max(queue.clockMs, placeOf(turn) - bonusMs)
  queue.waiting.splice(queue.waiting.indexOf(turn), 1)
  turn.servedMs += servedMs
  place(queue.waiting, turn)
}

/** Where one stands: the smallest is next. */
export function placeOf(turn: Turn): number {
  return turn.servedMs - turn.headMs
}

/** Sorts anew after head starts have changed, and lets nobody be further behind than `lagMs`. */
export function sortTurns<Waiting extends Turn>(queue: Queue<Waiting>, lagMs: number): void {
  for (const turn of queue.waiting) turn.servedMs = Math.max(turn.servedMs, queue.clockMs - lagMs)
  queue.waiting.sort((one, other) => placeOf(one) - placeOf(other))
}

/** Forgets the jobs that have come to their end, and requesters without jobs who owe the others nothing. */
export function leaveTurns(turns: Turns, isOver: (job: JobId) => boolean): void {
  for (const { job, lane } of turns.jobs.values())
    if (isOver(job)) {
      turns.jobs.delete(job)
      lane.waiting.splice(
        lane.waiting.findIndex((turn) => turn.job === job),
        1,
      )
    }
  const waiting = turns.waiting.filter((lane) => lane.waiting.length > 0)
  if (waiting.length < turns.waiting.length) turns.waiting.splice(0, turns.waiting.length, ...waiting)
  for (const [requester, { waiting, servedMs }] of turns.lanes)
    if (waiting.length === 0 && servedMs <= turns.clockMs) turns.lanes.delete(requester)
}

/** Puts one where it belongs, behind those that stand at the same place. */
function place<Waiting extends Turn>(waiting: Waiting[], turn: Waiting): void {
  let [low, high] = [0, waiting.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const other = waiting[middle]
    if (other && placeOf(other) <= placeOf(turn)) low = middle + 1
    else high = middle
  }
  waiting.splice(low, 0, turn)
}
