import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { Effect } from '../effects.ts'
import type { Job, State } from '../state.ts'
import type { PendingQueue, PendingUnit, Standing } from './standing.ts'
import { isContested } from './contests.ts'
import { persistStanding, standingOf } from './standings.ts'

/**
 * From pending to earned. A pending unit is earned once its provider has passed checks worth `checksToEarn` times its
 * price since: checks of dear units weigh more than those of cheap ones, and one other requester's checks count for at
 * most a quarter, so that cheap or self-dealt work buys no trust for dear work.
 */

/** Adds a unit to what its provider has pending. */
export function addPending(standing: Standing, requester: Hex, unit: PendingUnit, nowMs: number): void {
  let queue = standing.pending.get(requester)
  if (!queue) {
    queue = {
      requester,
      units: [],
      head: 0,
      from: unit.mark,
      counted: unit.mark,
      sums: new Map(),
      missingWei: 0n,
    }
    standing.pending.set(requester, queue)
  }
  queue.units.push(unit)
  standing.lastActiveMs = nowMs
}

/** A check that a provider has passed, of work at this price. Gives the units that are earned with it. */
export function passCheck(
  state: State,
  standing: Standing,
  job: Job,
  weightWei: bigint,
  nowMs: number,
  effects: Effect[],
): PendingUnit[] {
  const { requester } = job.terms
  standing.log.push({ requester, weightWei })
  effects.push({
    kind: 'persist',
    record: {
      table: 'checks',
      row: { provider: standing.provider, index: standing.checks, requester, weightWei },
    },
  })
  standing.checks += 1
  standing.lastActiveMs = nowMs
  if (standing.probationPassed < state.policy.probationUnits) standing.probationPassed += 1
  persistStanding(standing, effects)
  // Nothing is earned while a result of the same provider is contested.
  const mayEarn = !isContested(state, standing.provider)
  const earned: PendingUnit[] = []
  for (const queue of standing.pending.values()) {
    queue.missingWei -= weightWei
    if (mayEarn && queue.missingWei <= 0n) earned.push(...takeEarned(state, standing, queue))
  }
  forgetOldChecks(standing)
  return earned
}

/** Takes from a queue what its provider's checks have earned. */
function takeEarned(state: State, standing: Standing, queue: PendingQueue): PendingUnit[] {
  const earned: PendingUnit[] = []
  queue.missingWei = 0n
  for (let unit = queue.units[queue.head]; unit; unit = queue.units[queue.head]) {
    moveWindow(standing, queue, Math.max(unit.mark, standing.checksFrom))
    const neededWei = unit.payWei * BigInt(state.policy.checksToEarn)
    queue.missingWei = neededWei - creditWei(state, queue, neededWei)
    if (queue.missingWei > 0n) break
    queue.missingWei = 0n
    earned.push(unit)
    queue.head += 1
  }
  if (queue.head > 1_024 && queue.head * 2 > queue.units.length) {
    queue.units = queue.units.slice(queue.head)
    queue.head = 0
  }
  return earned
}

/** What the checks in a queue's window count towards a unit that needs this much. */
function creditWei(
  state: State,
  queue: { readonly requester: Hex; readonly sums: ReadonlyMap<Hex, bigint> },
  neededWei: bigint,
): bigint {
  const capWei = (neededWei * BigInt(Math.round(state.policy.requesterShareMax * 10_000))) / 10_000n
  let credit = 0n
  for (const [requester, wei] of queue.sums)
    credit += requester === queue.requester || wei < capWei ? wei : capWei
  return credit
}

/** Makes the window of counted checks begin at `from` and end with the last check. */
function moveWindow(standing: Standing, queue: PendingQueue, from: number): void {
  if (from >= queue.counted) {
    queue.sums.clear()
    queue.counted = from
  } else for (let index = queue.from; index < from; index += 1) add(queue, checkAt(standing, index), -1n)
  queue.from = Math.max(queue.from, from)
  for (; queue.counted < standing.checks; queue.counted += 1) add(queue, checkAt(standing, queue.counted), 1n)
}

function add(queue: PendingQueue, { requester, weightWei }: ReturnType<typeof checkAt>, sign: bigint): void {
  queue.sums.set(requester, (queue.sums.get(requester) ?? 0n) + sign * weightWei)
}

function checkAt(standing: Standing, index: number) {
  const check = standing.log[index - standing.logFrom]
  assert(check, 'checks are kept as long as a pending unit counts them')
  return check
}

/** Checks older than every pending unit count for nothing any more, but for what an identity has done in all. */
function forgetOldChecks(standing: Standing): void {
  if (standing.log.length < 4_096) return
  let needed = standing.checks
  for (const queue of standing.pending.values())
    if (queue.head < queue.units.length) needed = Math.min(needed, queue.from)
  const keepFrom = Math.min(needed, standing.checks - 1_024)
  if (keepFrom - standing.logFrom < 1_024) return
  for (const queue of standing.pending.values())
    if (queue.from < keepFrom) moveWindow(standing, queue, keepFrom)
  standing.log.splice(0, keepFrom - standing.logFrom)
  standing.logFrom = keepFrom
}

/** The pending units of a provider, in all queues. */
export function* pendingOf(standing: Standing): Generator<PendingUnit> {
  for (const queue of standing.pending.values()) yield* queue.units.slice(queue.head)
}

/** Takes pending units out of their queues. */
export function removePending(standing: Standing, gone: (unit: PendingUnit) => boolean): PendingUnit[] {
  const removed: PendingUnit[] = []
  for (const queue of standing.pending.values()) {
    const rest: PendingUnit[] = []
    for (const unit of queue.units.slice(queue.head)) (gone(unit) ? removed : rest).push(unit)
    queue.units = rest
    queue.head = 0
    queue.missingWei = 0n
  }
  return removed
}

/** Sums of the checks since an identity was last found wrong, as far as they are in its log: what was added up once. */
const lifeSums = new WeakMap<Standing, { from: number; to: number; readonly sums: Map<Hex, bigint> }>()

function lifeSumsOf(standing: Standing): ReadonlyMap<Hex, bigint> {
  const from = Math.max(standing.checksFrom, standing.logFrom)
  let known = lifeSums.get(standing)
  if (known?.from !== from) lifeSums.set(standing, (known = { from, to: from, sums: new Map() }))
  const { sums } = known
  for (; known.to < standing.checks; known.to += 1) {
    const check = checkAt(standing, known.to)
    sums.set(check.requester, (sums.get(check.requester) ?? 0n) + check.weightWei)
  }
  return sums
}

/**
 * How many more checks of units at this price an identity would need for all its work to count, judged by all that it
 * has passed since it was last found wrong: what is asked of pending units whose provider has gone.
 */
export function checksMissing(
  state: State,
  provider: Standing['provider'],
  requester: Hex,
  payWei: bigint,
): number {
  const sums = lifeSumsOf(standingOf(state, provider))
  const neededWei = payWei * BigInt(state.policy.checksToEarn)
  const missingWei = neededWei - creditWei(state, { requester, sums }, neededWei)
  return missingWei <= 0n ? 0 : Number((missingWei + payWei - 1n) / payWei)
}
