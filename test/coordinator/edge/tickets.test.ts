import { describe, expect, test } from 'vitest'
import { Tickets } from '#coordinator/edge/webrtc/tickets.ts'
import { HandClock } from './hand-clock.ts'

describe('tickets', () => {
  const clock = new HandClock()
  const tickets = new Tickets(clock)

  test('[T1] a ticket admits the peer it was signed for, and no other', () => {
    const { peer, ticket } = tickets.mint()
    expect(peer).toMatch(/^provider-[0-9a-f]{24}$/)
    expect(tickets.isValid(peer, ticket)).toBe(true)
    expect(tickets.isValid(tickets.mint().peer, ticket)).toBe(false)
    expect(tickets.isValid('', ticket)).toBe(false)
    expect(tickets.isValid(tickets.mint('coordinator-1').peer, ticket)).toBe(false)
  })

  test('[T1] it admits for a minute, not a millisecond longer', () => {
    const { peer, ticket, expiresAtMs } = tickets.mint()
    clock.pass(59_999)
    expect(tickets.isValid(peer, ticket)).toBe(true)
    clock.pass(1)
    expect(clock.nowMs()).toBe(expiresAtMs)
    expect(tickets.isValid(peer, ticket)).toBe(false)
  })

  test('[T1] one that was tampered with admits nobody', () => {
    const { peer, ticket, expiresAtMs } = tickets.mint()
    const [, seal = ''] = ticket.split('.')
    const lastDigit = seal.endsWith('0') ? '1' : '0'
    for (const forged of [
      `${expiresAtMs + 60_000}.${seal}`,
      `${expiresAtMs}.${seal.slice(0, -1)}${lastDigit}`,
      `${expiresAtMs}.${seal.slice(2)}`,
      `${expiresAtMs}.${'0'.repeat(64)}`,
      `${expiresAtMs}`,
      `-${ticket}`,
      `${ticket}\n`,
      `9e99.${seal}`,
      '',
    ])
      expect(tickets.isValid(peer, forged), forged).toBe(false)
  })

  test('[T1] a ticket of another process, or of the life before, admits nobody', () => {
    const { peer, ticket } = new Tickets(clock).mint()
    expect(tickets.isValid(peer, ticket)).toBe(false)
  })
})
