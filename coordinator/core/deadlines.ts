import type { AssignmentId } from '#protocol/ids.ts'

/** The end of one lease, or of one time to reveal. */
interface Deadline {
  readonly atMs: number
  readonly assignment: AssignmentId
}

/**
 * When leases and times to reveal end, second by second, so that looking at the clock costs next to nothing while little
 * is due. Deadlines that no longer hold stay until their moment has come; who takes them out looks whether they still do.
 */
export type Deadlines = Map<number, Deadline[]>

const spanMs = 1_000

export function newDeadlines(): Deadlines {
  return new Map()
}

/** Notes that an assignment's deadline is at `atMs`. An earlier one it had is told all the same. */
export function setDeadline(deadlines: Deadlines, assignment: AssignmentId, atMs: number): void {
  const span = Math.floor(atMs / spanMs)
  const deadline = { atMs, assignment }
  const others = deadlines.get(span)
  if (others) others.push(deadline)
  else deadlines.set(span, [deadline])
}

/** Takes out the deadlines that have come: earliest first, those of one moment in the order in which they were set. */
export function takeDue(deadlines: Deadlines, nowMs: number): AssignmentId[] {
  const due: Deadline[] = []
  for (const [span, inSpan] of deadlines) {
    if (span * spanMs > nowMs) continue
    const later: Deadline[] = []
    for (const deadline of inSpan) (deadline.atMs <= nowMs ? due : later).push(deadline)
    if (later.length > 0) deadlines.set(span, later)
    else deadlines.delete(span)
  }
  return due.sort((left, right) => left.atMs - right.atMs).map(({ assignment }) => assignment)
}
