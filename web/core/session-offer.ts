import { toJson } from '#protocol/frames.ts'
import { protocolVersion } from '#protocol/limits.ts'
import type { Offer } from '#protocol/offer.ts'
import { greetingDigest, signDigest } from '#protocol/session-key.ts'
import { capacityFor } from './capacity.ts'
import type { Session, SessionEffect } from './session-state.ts'

/** What happens to the offer: asked for once, greeted with, said anew when it has changed. */

/** The device is measured while the link opens, so that neither waits for the other. */
export function askForOffer(session: Session, effects: SessionEffect[]): void {
  if (session.offer || session.offerAsked) return
  session.offerAsked = true
  effects.push({ type: 'makeOffer' })
}

/** What is the same as before is not a change, whoever made it anew. */
export function takeOffer(session: Session, offer: Offer, effects: SessionEffect[]): void {
  if (session.offer && toJson(session.offer) === toJson(offer)) return
  session.offer = offer
  answerChallenge(session, effects)
}

/** Greets, once there are both a challenge and an offer. */
export function answerChallenge(session: Session, effects: SessionEffect[]): void {
  const { phase, offer } = session
  if (phase.kind !== 'greeting' || !phase.challenge || !offer) return
  const { challenge, chainId } = phase.challenge
  phase.challenge = undefined
  session.chainId = chainId
  const { key, lanes } = session.settings
  const capacity = capacityFor(lanes, session.unitMs)
  session.capacityStated = capacity
  session.offerStated = offer
  const signature = signDigest(key, greetingDigest(challenge, chainId))
  effects.push({
    type: 'send',
    header: { type: 'greet', version: protocolVersion, provider: key.provider, capacity, offer, signature },
  })
}

/** Tells the coordinator the offer, whenever it has changed. */
export function stateOffer(session: Session, effects: SessionEffect[]): void {
  const { phase, offer } = session
  if (phase.kind !== 'ready' || !offer || offer === session.offerStated) return
  session.offerStated = offer
  effects.push({ type: 'send', header: { type: 'offer', offer } })
}
