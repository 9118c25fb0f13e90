import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { accountMessageOf } from './ledger.ts'
import { expireHeldBy } from './leases.ts'
import type { SessionId, State } from './state.ts'
import { passOnDuty } from './trust/duties.ts'

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
    offer: event.offer,
    network: event.network,
    dutiesOnly: event.dutiesOnly ?? false,
    duties: [],
    cached: new Set(),
    lastCommitAtMs: undefined,
    lastHeardMs: nowMs,
    coolDownUntilMs: 0,
    held: new Set(),
  })
  state.roster.push(event.provider)
  state.sessions.set(event.session, event.provider)
  state.market.roomy.add(event.provider)
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
  if (!provider) return
  provider.capacity = capacity
  state.market.roomy.add(provider.id)
}

/** A provider has and wants other things from now on; what it holds, it keeps. */
export function stateOffer(
  state: State,
  { session, offer }: Extract<Event, { kind: 'offerStated' }>,
  nowMs: number,
): void {
  hearProvider(state, session, nowMs)
  const provider = state.providers.get(state.sessions.get(session) ?? '0x')
  if (!provider) return
  provider.offer = offer
  state.market.roomy.add(provider.id)
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
  const duties = state.providers.get(id)?.duties ?? []
  state.sessions.delete(session)
  state.providers.delete(id)
  state.roster.splice(state.roster.indexOf(id), 1)
  expireHeldBy(state, id, nowMs, effects)
  for (const duty of duties) passOnDuty(state, id, duty, nowMs, effects)
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
