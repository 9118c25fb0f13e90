import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseSiweMessage } from 'viem/siwe'
import type { Hex } from '#protocol/bytes.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { SignInNonce, SignInRequest, SignInView } from '#protocol/wallet-api.ts'
import type { Clock } from '../clock.ts'
import type { SignatureChecker } from './signature-checker.ts'

/** From the nonce to the sign-in. */
const nonceMs = 5 * 60_000
const sessionMs = 30 * 60_000
/** Sessions kept at a time; each one took a signature, so only somebody with many keys would reach it. */
const sessionsMax = 10_000

/**
 * Sign-in with a wallet (EIP-4361). A nonce is sealed instead of stored, so that asking for many costs us nothing, and is
 * heard once. A session is a token that the page holds in memory: no cookie, so no other page can make a browser use it.
 */
export class SignInDesk {
  readonly #key = randomBytes(32)
  readonly #clock: Clock
  readonly #chainId: number
  readonly #checker: SignatureChecker
  /** Nonces that were used, until they would have expired anyway. */
  readonly #used = new Map<string, number>()
  readonly #sessions = new Map<string, { readonly address: Hex; readonly expiresAtMs: number }>()

  constructor(clock: Clock, chainId: number, checker: SignatureChecker) {
    this.#clock = clock
    this.#chainId = chainId
    this.#checker = checker
  }

  mintNonce(): SignInNonce {
    const issuedAtMs = this.#clock.nowMs()
    const expiresAtMs = issuedAtMs + nonceMs
    const body = `${expiresAtMs.toString(16).padStart(12, '0')}${randomBytes(16).toString('hex')}`
    return { nonce: `${body}${this.#seal(body)}`, issuedAtMs, expiresAtMs }
  }

  /**
   * Signs a wallet in.
   *
   * @param host the name under which the browser reached us, with port
   * @throws {Refusal} `unauthorised` for words that are not for us, here and now, or were heard before; `badSignature`
   */
  async signIn({ message, signature }: SignInRequest, host: string): Promise<SignInView> {
    const parsed = parseSiweMessage(message)
    const { address, nonce } = this.#check(parsed, host)
    this.#forget()
    this.#used.set(nonce, this.#clock.nowMs() + nonceMs)
    const wallet = address.toLowerCase() as Hex
    if (!(await this.#checker.hasSignedMessage(wallet, message, signature)))
      throw new Refusal('badSignature', `${wallet} did not sign this.`, {
        where: 'signature',
        next: 'Sign in again with the account that is shown.',
      })
    const token = randomBytes(32).toString('hex')
    const expiresAtMs = this.#clock.nowMs() + sessionMs
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size >= sessionsMax && oldest !== undefined) this.#sessions.delete(oldest)
    this.#sessions.set(token, { address: wallet, expiresAtMs })
    return { token, address: wallet, expiresAtMs }
  }

  /** The wallet that has signed in. @throws {Refusal} `unauthorised` when none has, or too long ago. */
  walletOf(token: string | undefined): Hex {
    const session = this.#sessions.get(token ?? '')
    if (session && this.#clock.nowMs() < session.expiresAtMs) return session.address
    throw new Refusal('unauthorised', 'No wallet is signed in.', {
      where: 'Authorization',
      next: 'Sign in with the wallet, then try again.',
    })
  }

  signOut(token: string | undefined): void {
    this.#sessions.delete(token ?? '')
  }

  #check(message: ReturnType<typeof parseSiweMessage>, host: string): { address: Hex; nonce: string } {
    const { address, nonce, issuedAt, expirationTime } = message
    const nowMs = this.#clock.nowMs()
    const issuedAtMs = issuedAt?.getTime() ?? NaN
    const expiresAtMs = expirationTime?.getTime() ?? NaN
    if (!address || nonce === undefined || message.version !== '1')
      throw new Refusal('malformed', 'This is no sign-in message (EIP-4361).', { where: 'message' })
    if (message.domain !== host || hostOf(message.uri) !== host)
      throw refusal(`The message is for ${message.domain ?? 'nobody'}, not for ${host}.`)
    if (message.chainId !== this.#chainId)
      throw refusal(`The message is for chain ${message.chainId ?? NaN}, not for ${this.#chainId}.`)
    if (!(expiresAtMs - issuedAtMs <= nonceMs && nowMs < expiresAtMs && issuedAtMs <= nowMs))
      throw refusal('The message is not for this moment.')
    if (!this.#isOurs(nonce) || this.#used.has(nonce))
      throw refusal('The message’s nonce is not one of ours, too old, or was used before.')
    return { address, nonce }
  }

  #isOurs(nonce: string): boolean {
    const match = /^(([0-9a-f]{12})[0-9a-f]{32})([0-9a-f]{32})$/.exec(nonce)
    if (!match) return false
    const [, body = '', expiry = '', seal = ''] = match
    return (
      timingSafeEqual(Buffer.from(seal), Buffer.from(this.#seal(body))) &&
      this.#clock.nowMs() < parseInt(expiry, 16)
    )
  }

  #seal(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('hex').slice(0, 32)
  }

  #forget(): void {
    const nowMs = this.#clock.nowMs()
    for (const [nonce, expiresAtMs] of this.#used) if (expiresAtMs <= nowMs) this.#used.delete(nonce)
    for (const [token, { expiresAtMs }] of this.#sessions)
      if (expiresAtMs <= nowMs) this.#sessions.delete(token)
  }
}

function refusal(message: string): Refusal {
  return new Refusal('unauthorised', message, {
    where: 'message',
    next: 'Ask for a new nonce, and sign in again.',
  })
}

function hostOf(uri: string | undefined): string | undefined {
  return uri !== undefined && URL.canParse(uri) ? new URL(uri).host : undefined
}
