import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { LogEntryOf } from '#protocol/log/entries.ts'
import type { Policy } from '../../core/trust/policy.ts'

/** The entry that says by what rules a coordinator goes. */
export function rulesEntryOf(options: {
  readonly chainId: number
  /** The settlement contract, in lower case. */
  readonly contract: Hex
  readonly anchors: readonly ProviderId[]
  readonly policy: Policy
}): LogEntryOf<'rules'> {
  const { chainId, contract, anchors, policy } = options
  const { auditRate, auditRateUnspotted, spotsDrawn, anchorShare, probationUnits, beaconRoundMs } = policy
  return {
    kind: 'rules',
    chainId,
    contract,
    anchors: [...new Set(anchors)].sort(),
    policy: { auditRate, auditRateUnspotted, spotsDrawn, anchorShare, probationUnits, beaconRoundMs },
  }
}
