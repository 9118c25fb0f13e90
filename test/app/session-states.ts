import type { HaltReason, LossReason, SessionState, StopReason } from '#web/core/contributor-view.ts'

const steps: Record<Extract<SessionState, { kind: 'starting' }>['step'], true> = {
  checkingGpu: true,
  openingWorker: true,
  connecting: true,
  greeting: true,
}
const losses: Record<LossReason, true> = {
  connectionLost: true,
  coordinatorUnreachable: true,
  workerCrashed: true,
  gpuLost: true,
}
const halts: Record<HaltReason, true> = { kernelHung: true }
const stops: Record<StopReason, true> = {
  byUser: true,
  noWebGpu: true,
  noAdapter: true,
  softwareAdapterOnly: true,
  storageUnavailable: true,
  otherTabRunning: true,
  browserRestartNeeded: true,
  gpuStuck: true,
  refusedByCoordinator: true,
  replacedByNewSession: true,
}

const keysOf = <Key extends string>(record: Record<Key, true>) => Object.keys(record) as Key[]

/** Every state a session can be in; a new member of a union does not compile until it stands here. */
export const sessionStates: readonly SessionState[] = [
  { kind: 'idle' },
  ...keysOf(steps).map((step) => ({ kind: 'starting', step }) as const),
  { kind: 'waiting' },
  { kind: 'working' },
  { kind: 'finishing' },
  ...keysOf(losses).map(
    (reason) => ({ kind: 'reconnecting', attempt: 2, retryInMs: 4_200, reason }) as const,
  ),
  ...keysOf(halts).map((reason) => ({ kind: 'halted', reason }) as const),
  ...keysOf(stops).map((reason) => ({ kind: 'stopped', reason }) as const),
]

/** A state in a word or two, for a test's name. */
export function nameOfState(state: SessionState): string {
  if (state.kind === 'starting') return `starting, ${state.step}`
  return 'reason' in state ? `${state.kind}, ${state.reason}` : state.kind
}
