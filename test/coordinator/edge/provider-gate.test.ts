import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { greetingDigest, sessionKeyOf, signDigest } from '#protocol/session-key.ts'
import type { Event } from '#coordinator/core/events.ts'
import type { SessionId } from '#coordinator/core/state.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { ProviderGate } from '#coordinator/edge/provider-gate.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { MemoryTransport } from './memory-transport.ts'

const chainId = 31_337
const key = sessionKeyOf(new Uint8Array(32).fill(1))
const otherKey = sessionKeyOf(new Uint8Array(32).fill(2))
const digest = (byte: number) => toHex(new Uint8Array(32).fill(byte))
const assignment = 'abcdef01/0/0'

describe('the gate', () => {
  let transport: MemoryTransport
  let gate: ProviderGate
  let events: Event[]

  beforeEach(async () => {
    vi.useFakeTimers()
    transport = new MemoryTransport()
    events = []
    gate = new ProviderGate({
      transport,
      chainId,
      post: (event) => events.push(event),
      log: createLog('silent'),
    })
    await transport.start(gate)
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const challengeOf = (session: SessionId): Hex => {
    const [first] = transport.heard.get(session) ?? []
    if (first?.type !== 'challenge') throw new Error('no challenge came')
    return first.challenge
  }
  const aGreeting = (session: SessionId, changes: Record<string, unknown> = {}, signer = key) => ({
    type: 'greet',
    version: protocolVersion,
    provider: key.provider,
    capacity: 2,
    offer: anOffer(),
    signature: signDigest(signer, greetingDigest(challengeOf(session), chainId)),
    ...changes,
  })
  const greeted = (): SessionId => {
    const session = transport.open()
    transport.say(session, aGreeting(session))
    events.length = 0
    return session
  }
  const expectTurnedAway = (session: SessionId, reason: string) => {
    expect(transport.heard.get(session)?.at(-1)).toMatchObject({ type: 'refuse', reason })
    expect(transport.isOpen(session)).toBe(false)
  }

  test('[L5] part of a message is a sign of life, a lost signalling connection a sign of death; a stranger has neither', () => {
    const session = greeted()
    gate.heard(session)
    gate.suspected(session)
    expect(events).toEqual([
      { kind: 'providerHeard', session },
      { kind: 'providerSuspected', session },
    ])
    const stranger = transport.open()
    gate.heard(stranger)
    gate.suspected(stranger)
    expect(events).toHaveLength(2)
  })

  test('[T2] a stranger is challenged, each one anew', () => {
    const [one, other] = [transport.open(), transport.open()]
    expect(challengeOf(one)).not.toBe(challengeOf(other))
    expect(transport.heard.get(one)).toMatchObject([{ chainId, version: protocolVersion }])
    expect(gate.providersOnline).toBe(0)
  })

  test('[T2] whoever proves its key has joined', () => {
    const session = transport.open()
    transport.say(session, aGreeting(session))
    expect(events).toEqual([
      {
        kind: 'providerJoined',
        session,
        provider: key.provider,
        capacity: 2,
        offer: anOffer(),
        network: undefined,
      },
    ])
    expect(gate.providersOnline).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(transport.isOpen(session)).toBe(true)
  })

  test('[T2] a provider joins from the network its connection came from', () => {
    const session = transport.open('5f3c0000deadbeef')
    transport.say(session, aGreeting(session))
    expect(events).toMatchObject([{ kind: 'providerJoined', session, network: '5f3c0000deadbeef' }])
  })

  test('[T2] whoever does not greet for ten seconds is let go, and was never an event', () => {
    const session = transport.open()
    vi.advanceTimersByTime(9_999)
    expect(transport.isOpen(session)).toBe(true)
    vi.advanceTimersByTime(1)
    expect(transport.isOpen(session)).toBe(false)
    expect(events).toEqual([])
  })

  test.each<[fault: string, greeting: (session: SessionId) => unknown, reason: string]>([
    ['a greeting signed by another', (session) => aGreeting(session, {}, otherKey), 'badSignature'],
    [
      'another’s name under one’s own signature',
      (session) => aGreeting(session, { provider: otherKey.provider }),
      'badSignature',
    ],
    [
      'a signature that is none',
      (session) => aGreeting(session, { signature: `0x${'ff'.repeat(65)}` }),
      'badSignature',
    ],
    [
      'an answer to another challenge',
      (session) => ({
        ...aGreeting(session),
        signature: signDigest(key, greetingDigest(digest(1), chainId)),
      }),
      'badSignature',
    ],
    [
      'an answer for another chain',
      (session) => ({
        ...aGreeting(session),
        signature: signDigest(key, greetingDigest(challengeOf(session), 1)),
      }),
      'badSignature',
    ],
    [
      'another version',
      (session) => aGreeting(session, { version: protocolVersion + 1 }),
      'unsupportedVersion',
    ],
    [
      'a commitment first',
      () => ({ type: 'commit', assignment, commitment: digest(1), signature: signDigest(key, digest(1)) }),
      'wrongState',
    ],
    ['a heartbeat first', () => ({ type: 'heartbeat' }), 'wrongState'],
    ['too much capacity', (session) => aGreeting(session, { capacity: limits.capacityMax + 1 }), 'malformed'],
    ['no offer', (session) => aGreeting(session, { offer: undefined }), 'malformed'],
    ['an unknown field', (session) => aGreeting(session, { admin: true }), 'malformed'],
    ['no message at all', () => null, 'malformed'],
  ])('[T2] [P8] %s: refused by name and disconnected', (_fault, greeting, reason) => {
    const session = transport.open()
    transport.say(session, greeting(session))
    expectTurnedAway(session, reason)
    expect(events).toEqual([])
    expect(gate.providersOnline).toBe(0)
  })

  test('[T2] a greeting that was overheard opens nothing on another connection', () => {
    const [first, second] = [transport.open(), transport.open()]
    transport.say(second, aGreeting(first))
    expectTurnedAway(second, 'badSignature')
  })

  test('[T2] what a provider says becomes an event of its own session', () => {
    const session = greeted()
    const result = Uint8Array.of(1, 2, 3, 4)
    transport.say(session, { type: 'heartbeat' })
    transport.say(session, {
      type: 'commit',
      assignment,
      commitment: digest(1),
      signature: signDigest(key, digest(1)),
    })
    transport.say(session, { type: 'reveal', assignment, nonce: digest(2) }, result)
    const dearer = anOffer({ minimumWeiPerHour: 10n ** 18n, pools: ['friends'] })
    transport.say(session, { type: 'offer', offer: dearer })
    transport.say(session, { type: 'renew', assignment })
    transport.say(session, { type: 'handBack', assignment, reason: 'stopping' })
    expect(events).toEqual([
      { kind: 'providerHeard', session },
      {
        kind: 'resultCommitted',
        session,
        assignment,
        commitment: digest(1),
        signature: signDigest(key, digest(1)),
      },
      { kind: 'resultRevealed', session, assignment, nonce: digest(2), result, chainId },
      { kind: 'offerStated', session, offer: dearer },
      { kind: 'renewalAsked', session, assignment },
      { kind: 'unitHandedBack', session, assignment, reason: 'stopping' },
    ])
  })

  test.each<[fault: string, message: () => unknown, reason: string]>([
    [
      'a commitment signed by another',
      () => ({
        type: 'commit',
        assignment,
        commitment: digest(1),
        signature: signDigest(otherKey, digest(1)),
      }),
      'badSignature',
    ],
    [
      'a commitment under the signature of another one',
      () => ({ type: 'commit', assignment, commitment: digest(1), signature: signDigest(key, digest(2)) }),
      'badSignature',
    ],
    [
      'an offer that asks for a feature nobody knows',
      () => ({ type: 'offer', offer: { ...anOffer(), features: ['time-travel'] } }),
      'malformed',
    ],
    ['a renewal of nothing', () => ({ type: 'renew' }), 'malformed'],
    ['a type nobody knows', () => ({ type: 'mint' }), 'malformed'],
    ['the coordinator’s own lines', () => ({ type: 'welcome', heartbeatMs: 1 }), 'malformed'],
  ])('[T2] [P8] after the greeting, %s: refused and disconnected', (_fault, message, reason) => {
    const session = greeted()
    transport.say(session, message())
    expectTurnedAway(session, reason)
    expect(events).toEqual([{ kind: 'sessionEnded', session }])
  })

  test('[T2] a second greeting is one too many', () => {
    const session = greeted()
    transport.say(session, aGreeting(session))
    expectTurnedAway(session, 'wrongState')
  })

  test('[L5] whoever leaves, or is cut off, has ended its session, once', () => {
    const [one, other] = [greeted(), greeted()]
    transport.say(one, { type: 'leave' })
    transport.disconnect(other)
    transport.disconnect(other)
    expect(events).toEqual([
      { kind: 'sessionEnded', session: one },
      { kind: 'sessionEnded', session: other },
    ])
    expect(gate.providersOnline).toBe(0)
  })
})
