import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import { signerOf } from '#protocol/session-key.ts'
import type { WalletLinkRequest, WalletLinkView } from '#protocol/wallet-api.ts'
import { linkMsMax, walletLinkDigest, type WalletLink } from '#protocol/wallet-link.ts'
import type { Event } from './core/events.ts'
import type { State } from './core/state.ts'
import { payeeOf } from './core/wallet-state.ts'
import { linkFault, nextSerialOf } from './core/wallets.ts'
import type { Clock } from './edge/clock.ts'
import type { SignatureChecker } from './edge/wallet/signature-checker.ts'

export interface WalletDeskOptions {
  readonly state: State
  readonly clock: Clock
  readonly chainId: number
  /** The settlement contract. */
  readonly contract: Hex
  readonly checker: SignatureChecker
  /** Settles once what follows from an event is durable. */
  readonly handle: (event: Event) => Promise<void>
}

/** Hears where session keys want their pay, signed by them and by the wallets they name. */
export class WalletDesk {
  readonly #options: WalletDeskOptions

  constructor(options: WalletDeskOptions) {
    this.#options = options
  }

  /** Where a session key's pay goes, and what its next link must name. */
  view(sessionKey: ProviderId): WalletLinkView {
    const { state, clock } = this.#options
    const wallets = state.wallets.get(sessionKey)
    const payee = payeeOf(state, sessionKey)
    const { pending } = wallets ?? {}
    return {
      sessionKey,
      wallet: payee === sessionKey ? null : payee,
      pending: pending ? { wallet: pending.wallet, effectiveAtMs: pending.effectiveAtMs } : null,
      next: {
        serial: nextSerialOf(wallets),
        expiresAtSeconds: Math.floor((clock.nowMs() + linkMsMax) / 1_000),
      },
    }
  }

  /** The session keys whose pay goes to a wallet now. */
  keysOf(wallet: Hex): ProviderId[] {
    return [...(this.#options.state.linkedTo.get(wallet) ?? [])].filter((key) => key !== wallet)
  }

  /**
   * Takes a link; settles once it is durable.
   *
   * @throws {Refusal} `badSignature`, `unauthorised` for an expired one, `wrongState` and `notFound` as the core says
   */
  async link(request: WalletLinkRequest): Promise<WalletLinkView> {
    const { state, clock, chainId, contract, handle } = this.#options
    const { sessionKey, wallet, serial, expiresAtSeconds, sessionSignature, walletSignature } = request
    const nowMs = clock.nowMs()
    const expiresAtMs = expiresAtSeconds * 1_000
    if (expiresAtMs <= nowMs || expiresAtMs > nowMs + linkMsMax)
      throw new Refusal('unauthorised', 'This link was not prepared just now.', {
        where: 'expiresAtSeconds',
        next: 'Read the link’s state again, and sign anew.',
      })
    const fault = linkFault(state, { provider: sessionKey, wallet, serial })
    if (fault) throw fault
    const link = { chainId, contract, sessionKey, wallet, serial, expiresAtSeconds }
    await this.#checkSignatures(link, request)
    // Asking the chain takes a while: another link may have come first.
    const later = linkFault(state, { provider: sessionKey, wallet, serial })
    if (later) throw later
    const signed = { serial, expiresAtSeconds, sessionSignature, walletSignature }
    await handle({ kind: 'walletLinked', provider: sessionKey, wallet, ...signed })
    return this.view(sessionKey)
  }

  async #checkSignatures(
    link: WalletLink,
    { sessionSignature, walletSignature }: WalletLinkRequest,
  ): Promise<void> {
    const { sessionKey, wallet } = link
    if (signerOf(walletLinkDigest(link), sessionSignature) !== sessionKey)
      throw new Refusal('badSignature', 'The session key did not sign this link.', {
        where: 'sessionSignature',
        next: 'Sign it in the browser whose pay it is about.',
      })
    // Back to the session key's own account: there is no other party, and the key has just signed.
    if (wallet === sessionKey) return
    if (!(await this.#options.checker.hasSignedLink(wallet, link, walletSignature)))
      throw new Refusal('badSignature', `${wallet} did not sign this link.`, {
        where: 'walletSignature',
        next: 'Sign it with the account that is to be paid.',
      })
  }
}
