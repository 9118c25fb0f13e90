import { attestationDigest } from '#protocol/attestation.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import { sessionKeyOf } from '#protocol/session-key.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { ethereumSignature } from '#coordinator/edge/chain/own-auditor.ts'

/** Where simulated settlements lie. */
export const simulatedPlace = { chainId: 31_337, settlement: toHex(new Uint8Array(20).fill(7)) }
const auditors = [1, 2].map((secret) => sessionKeyOf(new Uint8Array(32).fill(secret)))
const emptyRoot: Hex = `0x${'0'.repeat(64)}`

/** What the edge answers, without delay or fault: the true root, and the signatures of two auditors. */
export function answerTo(order: Extract<Effect, { kind: 'prepareEpoch' | 'attestEpoch' }>): Event {
  const { epoch } = order
  if (order.kind === 'prepareEpoch') {
    const payRoot = epoch.earnings.length === 0 ? emptyRoot : buildPayoutTree(epoch.earnings).root
    const logHead = { size: epoch.number, root: emptyRoot }
    return { kind: 'epochPrepared', epoch: epoch.number, payRoot, logHead }
  }
  const digest = attestationDigest(order.epoch.attestation, simulatedPlace)
  const signatures = auditors.map((key) => ({
    auditor: key.provider,
    signature: ethereumSignature(key, digest),
  }))
  return { kind: 'epochAttested', epoch: epoch.number, signatures }
}
