import { attestationDigest, chargesHashOf, type EpochAttestation } from '#protocol/attestation.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { LogEntry } from '#protocol/log/entries.ts'
import { formatVerifierKey, type VerifierKey } from '#protocol/log/note.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import type { ReplayedEpoch } from '#protocol/log/replay/state.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import { signDigest, type SessionKey } from '#protocol/session-key.ts'
import type { AuditMemory } from './audit-state.ts'
import type { AuditedChain } from './audited-chain.ts'
import { LogFollower } from './log-follower.ts'
import type { LogSource } from './log-source.ts'

/** All that an auditor works out of an epoch, but for the log's head, which whoever asks has chosen. */
export type AuditedEpoch = Omit<EpochAttestation, 'logSize' | 'logRoot'> & {
  /** The place of its entry. */
  readonly index: number
}

export interface AuditorOptions {
  readonly source: LogSource
  readonly key: VerifierKey
  /** Opened with what the log says of chain and contract. */
  readonly chainOf: (contract: Hex) => AuditedChain
  readonly memory: AuditMemory
  /** With which attestations are signed. */
  readonly signer?: SessionKey | undefined
}

const nothingEarned: Hex = `0x${'0'.repeat(64)}`

/** Replays a log beside the chain, and signs the epochs that follow from it. */
export class Auditor {
  readonly #options: AuditorOptions
  #follower: LogFollower | undefined
  #chain: AuditedChain | undefined
  readonly #epochs = new Map<number, AuditedEpoch>()
  /** Statements that only the chain can confirm, not asked about yet. */
  readonly #fresh: { readonly entry: LogEntry; readonly index: number }[] = []
  #roundsChecked = 0
  #linksChecked = 0
  #busy: Promise<unknown> = Promise.resolve()

  constructor(options: AuditorOptions) {
    this.#options = options
  }

  /** The epoch that was begun last. */
  get lastEpoch(): AuditedEpoch | undefined {
    return [...this.#epochs.values()].at(-1)
  }

  /**
   * Takes all that the log has to say now, and asks the chain about it.
   *
   * @returns how many entries are in order
   * @throws {LogFault} that names the first entry that is wrong, and why
   */
  catchUp(): Promise<number> {
    const next = this.#busy.then(() => this.#catchUp())
    this.#busy = next.catch(() => undefined)
    return next
  }

  /**
   * Signs an attestation if it says what follows from the log.
   *
   * @throws {LogFault} when it does not, or another one was signed for this epoch
   */
  async attest(asked: EpochAttestation): Promise<{ auditor: Hex; signature: Hex }> {
    await this.catchUp()
    const { signer, memory } = this.#options
    const follower = this.#follower
    const rules = follower?.replay.rules
    if (!signer || !follower || !rules) throw new LogFault(0, 'epoch', 'This auditor cannot sign anything.')
    const mine = this.#epochs.get(asked.epoch)
    this.#compare(asked, mine, follower)
    const digest = attestationDigest(asked, { chainId: rules.chainId, settlement: rules.contract })
    const state = await memory.load()
    const former = state?.signed[`${asked.epoch}`]
    if (former !== undefined && former !== digest)
      throw new LogFault(mine?.index ?? 0, 'epoch', 'Another attestation of this epoch was signed before.')
    // Kept before it is given away: an auditor that signs two of one number loses its bond.
    await memory.keep(this.#stateWith({ ...state?.signed, [`${asked.epoch}`]: digest }))
    return { auditor: signer.provider, signature: ethereumSignature(signDigest(signer, digest)) }
  }

  /** The attestation of an epoch over the whole log as it is now. */
  attestationOf({
    epoch,
    payRoot,
    totalEarnedWei,
    totalChargedWei,
    chargesHash,
  }: AuditedEpoch): EpochAttestation {
    const { size, root } = this.#follower?.head ?? { size: 0, root: nothingEarned }
    return { epoch, logSize: size, logRoot: root, payRoot, totalEarnedWei, totalChargedWei, chargesHash }
  }

  async #catchUp(): Promise<number> {
    const { source, key, memory } = this.#options
    const state = await memory.load()
    if (state && state.key !== formatVerifierKey(key))
      throw new LogFault(0, 'checkpoint', 'The log is signed with another key than when it was seen before.')
    this.#follower ??= new LogFollower(source, key, state)
    const follower = this.#follower
    const { size } = await follower.follow((entry, index) => {
      this.#note(follower, entry, index)
    })
    await this.#askChain(follower)
    await memory.keep(this.#stateWith(state?.signed ?? {}))
    return size
  }

  #note(follower: LogFollower, entry: LogEntry, index: number): void {
    const { prepared } = follower.replay
    if (entry.kind === 'epoch' && prepared) this.#epochs.set(entry.number, auditedEpochOf(prepared))
    if (entry.kind === 'fund' || entry.kind === 'posted' || entry.kind === 'rules')
      this.#fresh.push({ entry, index })
  }

  async #askChain({ replay }: LogFollower): Promise<void> {
    const { rules } = replay
    if (!rules) return
    const chain = (this.#chain ??= this.#options.chainOf(rules.contract))
    for (let next = this.#fresh[0]; next; next = this.#fresh[0]) {
      await this.#confirm(chain, next.entry, next.index)
      this.#fresh.shift()
    }
    const rounds = [...replay.rounds]
    for (const [round, { value, index }] of rounds.slice(this.#roundsChecked)) {
      const hash = await chain.firstBlockSince(round * rules.policy.beaconRoundMs)
      if (hash !== value)
        throw new LogFault(
          index,
          'draw',
          `Round ${round} has the value ${hash ?? 'that is not known yet'} on the chain.`,
        )
      this.#roundsChecked += 1
    }
    for (const { link, index } of replay.contractLinks.slice(this.#linksChecked)) {
      if (!(await chain.isLinkSigned(link))) throw new LogFault(index, 'link', 'The wallet did not sign it.')
      this.#linksChecked += 1
    }
  }

  async #confirm(chain: AuditedChain, entry: LogEntry, index: number): Promise<void> {
    if (entry.kind === 'rules') {
      const chainId = await chain.chainId()
      if (chainId !== entry.chainId) throw new LogFault(index, 'rules', `The chain has the id ${chainId}.`)
    }
    if (entry.kind === 'fund') {
      const { fundedWei } = await chain.funding(entry.job)
      if (fundedWei < BigInt(entry.fundedWei))
        throw new LogFault(index, 'fund', `The escrow was paid ${fundedWei} for the job.`)
    }
    if (entry.kind === 'posted') {
      const mine = this.#epochs.get(entry.number)
      const posted = await chain.activated(entry.number)
      if (!posted) throw new LogFault(index, 'posted', 'The chain knows of no such epoch.')
      if (entry.transaction !== undefined && entry.transaction !== posted.transaction)
        throw new LogFault(index, 'posted', `It was the transaction ${posted.transaction}.`)
      const isMine =
        posted.root === mine?.payRoot &&
        posted.totalEarnedWei === mine.totalEarnedWei &&
        posted.totalChargedWei === mine.totalChargedWei
      if (!isMine)
        throw new LogFault(
          index,
          'posted',
          `The chain holds the root ${posted.root}; by the log it is ${mine?.payRoot}.`,
        )
    }
  }

  #compare(asked: EpochAttestation, mine: AuditedEpoch | undefined, follower: LogFollower): void {
    const { size } = follower.head
    if (!mine) throw new LogFault(size, 'epoch', `The log has begun no epoch ${asked.epoch}.`)
    const wrong = (why: string) => new LogFault(mine.index, 'epoch', why)
    if (asked.logSize > size || asked.logSize <= mine.index)
      throw wrong(`An attestation of it must be over more than ${mine.index} entries, and at most ${size}.`)
    if (follower.rootAt(asked.logSize) !== asked.logRoot)
      throw wrong(`The log had the root ${follower.rootAt(asked.logSize)} at this size.`)
    for (const field of ['payRoot', 'totalEarnedWei', 'totalChargedWei', 'chargesHash'] as const)
      if (asked[field] !== mine[field])
        throw wrong(`By the log its ${field} is ${mine[field]}, and not ${asked[field]}.`)
  }

  #stateWith(signed: Record<string, Hex>) {
    const { size, root } = this.#follower?.head ?? { size: 0, root: nothingEarned }
    return { key: formatVerifierKey(this.#options.key), size, root, signed }
  }
}

/** What follows for a root from an epoch of the log. */
export function auditedEpochOf(epoch: ReplayedEpoch): AuditedEpoch {
  const { number, index, earnings, charges, closedJobs, totalChargedWei } = epoch
  return {
    epoch: number,
    index,
    payRoot: earnings.length === 0 ? nothingEarned : buildPayoutTree(earnings).root,
    totalEarnedWei: earnings.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n),
    totalChargedWei,
    chargesHash: chargesHashOf(charges, closedJobs),
  }
}

/** As contracts read it: r, s, and 27 or 28. */
function ethereumSignature(signature: Hex): Hex {
  const recovery = Number.parseInt(signature.slice(-2), 16) + 27
  return `${signature.slice(0, -2) as Hex}${recovery.toString(16)}`
}
