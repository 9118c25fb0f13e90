import type { Session } from './session-state.ts'

/** When `step` wants to hear `timePassed` next; undefined when nothing is due. */
export function nextWakeMs(session: Session): number | undefined {
  const due: number[] = []
  const { phase } = session
  if (phase.kind === 'connecting' || phase.kind === 'greeting') due.push(phase.deadlineMs)
  if (phase.kind === 'probingGpu') due.push(phase.asked ? phase.deadlineMs : phase.askAtMs)
  if (phase.kind === 'backingOff') due.push(phase.retryAtMs)
  if (phase.kind === 'ready') {
    due.push(phase.heartbeatAtMs)
    for (const held of session.held.values()) {
      if (held.kind === 'failed') due.push(held.handBackAtMs)
      else if ('renewAtMs' in held && held.renewAtMs !== undefined) due.push(held.renewAtMs)
    }
    if (session.ending?.verdictsUntilMs !== undefined) due.push(session.ending.verdictsUntilMs)
  }
  return due.length === 0 ? undefined : Math.min(...due)
}
