import { bigEndian, toHex, type Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import type { AttestedEpoch } from '#coordinator/core/state.ts'
import type { Chain, EpochStanding, ProvenClaim } from '#coordinator/edge/chain/chain.ts'

const zero: Hex = `0x${'00'.repeat(20)}`

/** A chain in memory with the escrow's answers a test gives it; it fails as long as `broken` says so. */
export class SmallChain implements Chain {
  readonly chainId = 31_337
  readonly contracts = { token: zero, escrow: zero, settlement: zero }
  readonly funds = new Map<JobId, { fundedWei: bigint; refundableAtSeconds: bigint }>()
  readonly transactions: string[] = []
  broken = false
  /** What it says of an epoch, if not that it is in effect. */
  standing: EpochStanding | undefined

  funding(job: JobId): Promise<{ fundedWei: bigint; refundableAtSeconds: bigint }> {
    return Promise.resolve(this.funds.get(job) ?? { fundedWei: 0n, refundableAtSeconds: 0n })
  }

  async postEpoch(epoch: AttestedEpoch): Promise<EpochStanding> {
    const transaction = await this.#send(`epoch ${epoch.number}`)
    return this.standing ?? { kind: 'active', transaction }
  }

  payClaims(claims: readonly ProvenClaim[]): Promise<Hex | undefined> {
    return this.#send(claims.map(({ cumulativeWei, proof }) => `${cumulativeWei}/${proof.length}`).join())
  }

  claimedBy(): Promise<bigint> {
    return Promise.resolve(0n)
  }

  relayRpc(): Promise<unknown> {
    return Promise.resolve(null)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #send(what: string): Promise<Hex> {
    if (this.broken) return Promise.reject(new Error('no connection'))
    this.transactions.push(what)
    return Promise.resolve(toHex(bigEndian(this.transactions.length, 32)))
  }
}
