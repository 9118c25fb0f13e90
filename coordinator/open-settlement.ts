import { sha256 } from '@noble/hashes/sha2.js'
import type { Logger } from 'pino'
import { toHex } from '#protocol/bytes.ts'
import type { LogHead } from '#protocol/log-head.ts'
import type { Event } from './core/events.ts'
import type { State } from './core/state.ts'
import type { Chain } from './edge/chain/chain.ts'
import { developmentKeysIn } from './edge/chain/development-keys.ts'
import { OwnAuditor } from './edge/chain/own-auditor.ts'
import { PayoutDesk } from './edge/chain/payout-desk.ts'
import { SettlementDesk } from './settlement-desk.ts'

/** The head of a log without an entry, by RFC 6962. */
const emptyLog: LogHead = { size: 0, root: toHex(sha256(new Uint8Array())) }

/** What settles a development network: its desk, its thread for payout trees, its one auditor. */
export async function openSettlement(options: {
  readonly chain: Chain
  /** Where the development chain keeps its keys. */
  readonly folder: string
  readonly state: State
  readonly logHead?: () => Promise<LogHead>
  readonly post: (event: Event) => void
  readonly log: Logger
}): Promise<{ desk: SettlementDesk; payouts: PayoutDesk; close: () => Promise<void> }> {
  const { chain, state, post, log, logHead = () => Promise.resolve(emptyLog) } = options
  const { auditor } = await developmentKeysIn(options.folder)
  const payouts = new PayoutDesk()
  const place = { chainId: chain.chainId, settlement: chain.contracts.settlement }
  const attestors = new OwnAuditor({ secret: auditor, place, ledger: state })
  const desk = new SettlementDesk({ chain, payouts, attestors, logHead, post, log })
  return {
    desk,
    payouts,
    close: async () => {
      await payouts.close()
      await attestors.close()
    },
  }
}
