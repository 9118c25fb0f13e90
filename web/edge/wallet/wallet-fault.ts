import type { WalletFault } from '#web/core/wallet-view.ts'
import { WalletError } from './wallet.ts'

/** What went wrong, for the reader; in the machine's own words only where those add something to ours. */
export function faultOf(error: unknown): WalletFault {
  if (!(error instanceof WalletError))
    return { kind: 'walletFailed', quote: error instanceof Error ? error.message : String(error) }
  const { kind, message } = error
  return { kind, quote: kind === 'notTaken' || kind === 'walletFailed' ? message : undefined }
}
