import { unreachable } from '#protocol/assert.ts'
import type { HandBackReason } from '#protocol/messages.ts'

/** Why a unit could not be computed here. A closed list: each has its words on the page. */
export type UnitFailure =
  | 'dataUnavailable'
  | 'kernelFailed'
  /** Needs more memory than may be used here. */
  | 'tooLargeForDevice'
  /** Needs a feature or a limit that the device does not have. */
  | 'notCapable'
  /** One workgroup alone takes longer than a screen may stand still. */
  | 'unitTooCoarse'
  | 'kernelHung'

/** What went wrong without ending the session. */
export type IncidentKind = UnitFailure | 'gpuLost' | 'workerCrashed'

export interface Incident {
  readonly kind: IncidentKind
  /** How often in this session. */
  readonly count: number
}

/** One more of a kind: it goes to the front, and there is one entry of each kind. */
export function withIncident(incidents: readonly Incident[], kind: IncidentKind, times = 1): Incident[] {
  const count = (incidents.find((known) => known.kind === kind)?.count ?? 0) + times
  return [{ kind, count }, ...incidents.filter((known) => known.kind !== kind)]
}

/** What happened in two stretches of one session, the later one's first. */
export function mergeIncidents(earlier: readonly Incident[], later: readonly Incident[]): Incident[] {
  return later.reduceRight((merged, { kind, count }) => withIncident(merged, kind, count), [...earlier])
}

/** What the coordinator is told of a unit that failed. */
export function handBackReasonOf(failure: UnitFailure): HandBackReason {
  switch (failure) {
    case 'dataUnavailable':
    case 'kernelFailed':
    case 'notCapable':
    case 'kernelHung':
      return failure
    case 'tooLargeForDevice':
    case 'unitTooCoarse':
      return 'notCapable'
    default:
      return unreachable(failure)
  }
}
