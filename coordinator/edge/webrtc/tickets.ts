import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'

const lifetimeMs = 60_000

/** Admissions to the signalling server: `<expiry>.<HMAC-SHA-256 of peer and expiry>`, under a key that lives as long as the process. */
export class Tickets {
  readonly #key = randomBytes(32)
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A fresh peer id and its ticket. */
  mint(peer = `provider-${randomBytes(12).toString('hex')}`): {
    peer: string
    ticket: string
    expiresAtMs: number
  } {
    const expiresAtMs = this.#clock.nowMs() + lifetimeMs
    return { peer, ticket: `${expiresAtMs}.${this.#seal(peer, expiresAtMs).toString('hex')}`, expiresAtMs }
  }

  isValid(peer: string, ticket: string): boolean {
    const match = /^(\d{1,16})\.([0-9a-f]{64})$/.exec(ticket)
    if (!match) return false
    const [, expiry = '', seal = ''] = match
    return (
      timingSafeEqual(Buffer.from(seal, 'hex'), this.#seal(peer, Number(expiry))) &&
      this.#clock.nowMs() < Number(expiry)
    )
  }

  #seal(peer: string, expiresAtMs: number): Buffer {
    return createHmac('sha256', this.#key).update(`${peer}|${expiresAtMs}`).digest()
  }
}
