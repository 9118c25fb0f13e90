import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { accountMessageOf } from './ledger.ts'
import { expireHeldBy } from './leases.ts'
import type { SessionId, State } from './state.ts'

/** A worker has proved its key. An older session of the same provider gives way: one identity, one session. */
export function joinProvider(
  state: State,
  event: Extract<Event, { kind: 'providerJoined' }>,
  nowMs: number,
  effects: Effect[],
): void {
  const former = state.providers.get(event.provider)
  if (former) {
    effects.push(
      {
        kind: 'send',
        session: former.session,
        message: {
          type: 'refuse',
          reason: 'replacedByNewSession',
          message: 'Another session of this provider has begun.',
        },
      },
      { kind: 'disconnect', session: former.session },
    )
    endSession(state, former.session, nowMs, effects)
  }
  state.providers.set(event.provider, {
    id: event.provider,
    session: event.session,
    capacity: event.capacity,
    lastHeardMs: nowMs,
    coolDownUntilMs: 0,
    held: new Set(),
  })
  state.sessions.set(event.session, event.provider)
  effects.push(
    {
      kind: 'send',
      session: event.session,
      message: { type: 'welcome', heartbeatMs: Math.floor(state.durations.silenceMsMax / 4) },
    },
    { kind: 'send', session: event.session, message: accountMessageOf(state, event.provider) },
  )
}

export function hearProvider(state: State, session: SessionId, nowMs: number): void {
  const provider = state.providers.get(state.sessions.get(session) ?? '0x')
  if (provider) provider.lastHeardMs = nowMs
}

/** A provider wants to hold more or fewer units from now on; what it holds, it keeps. */
export function stateCapacity(
  state: State,
  { session, capacity }: Extract<Event, { kind: 'capacityStated' }>,
  nowMs: number,
): void {
  hearProvider(state, session, nowMs)
  const provider = state.providers.get(state.sessions.get(session) ?? '0x')
  if (provider) provider.capacity = capacity
}

/** A provider that may be gone has only a moment left to be heard. A heartbeat clears it. */
export function suspectProvider(state: State, session: SessionId, nowMs: number): void {
  const provider = state.providers.get(state.sessions.get(session) ?? '0x')
  if (provider)
    provider.lastHeardMs = Math.min(
      provider.lastHeardMs,
      nowMs - state.durations.silenceMsMax + state.durations.suspicionMs,
    )
}

/** The connection is gone: every unit the provider held is free at once. */
export function endSession(state: State, session: SessionId, nowMs: number, effects: Effect[]): void {
  const id = state.sessions.get(session)
  if (id === undefined) return
  state.sessions.delete(session)
  state.providers.delete(id)
  expireHeldBy(state, id, nowMs, effects)
}

/** Ends the sessions of providers that have been silent for too long. */
export function vanishSilent(state: State, nowMs: number, effects: Effect[]): void {
  for (const provider of [...state.providers.values()]) {
    if (nowMs - provider.lastHeardMs <= state.durations.silenceMsMax) continue
    effects.push({ kind: 'disconnect', session: provider.session })
    endSession(state, provider.session, nowMs, effects)
  }
}

/** The provider of a session, and that it was heard just now. */
export function speakerOf(state: State, session: SessionId, nowMs: number): ProviderId | undefined {
  hearProvider(state, session, nowMs)
  return state.sessions.get(session)
}
